import type { Plain } from "../env.ts";

/** 32 random bits, as a whole number in [0, 2^32): the k-th of those that one message has. */
export type Bits = (k: number) => number;

/** Flips 1 to 4 different bits, each number as likely, in the bytes given. */
export function corruptBytes(bytes: Uint8Array, draw: Bits): void {
  const bitCount = bytes.length * 8;
  const flips = Math.min(bitCount, 1 + below(4, draw(0)));
  const flipped = new Set<number>();
  for (let k = 1; k <= flips; k++) {
    let bit = below(bitCount, draw(k));
    while (flipped.has(bit)) bit = (bit + 1) % bitCount;
    flipped.add(bit);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
  }
}

/**
 * The message with one number, text, flag or byte array that is another; the message itself when it
 * has none of them. The message given stays as it was, and both share what is the same.
 */
export function corruptField(message: Plain, draw: Bits): Plain {
  const count = leafCount(message);
  if (count === 0) return message;
  return withoutLeaf(message, { left: below(count, draw(0)) }, draw);
}

/** Keys of maps and names of fields are none. */
function leafCount(value: Plain): number {
  if (isLeaf(value)) return 1;
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  for (const item of itemsOf(value)) count += leafCount(item);
  return count;
}

function isLeaf(value: Plain): boolean {
  if (value instanceof Uint8Array) return value.length > 0;
  return typeof value !== "object" && value !== undefined;
}

function itemsOf(value: object): Iterable<Plain> {
  if (Array.isArray(value) || value instanceof Set) return value;
  // Messages are plain data: see Env.send.
  return (value instanceof Map ? value.values() : Object.values(value)) as Iterable<Plain>;
}

/** Counts leaves down, and changes that one at which none are left. */
function withoutLeaf(value: Plain, place: { left: number }, draw: Bits): Plain {
  if (isLeaf(value)) return place.left-- === 0 ? otherLeaf(value, draw) : value;
  const change = (item: Plain): Plain => withoutLeaf(item, place, draw);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(change);
  if (value instanceof Set) return new Set([...value].map(change));
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, change(item)]));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));
}

function otherLeaf(leaf: Plain, draw: Bits): Plain {
  if (typeof leaf === "boolean") return !leaf;
  if (typeof leaf === "number") return otherNumber(leaf, draw);
  if (typeof leaf === "string") return otherText(leaf, draw);
  // Nothing else is a leaf.
  const bytes = Uint8Array.from(leaf as Uint8Array);
  const bit = below(bytes.length * 8, draw(1));
  bytes[bit >> 3]! ^= 1 << (bit & 7);
  return bytes;
}

/** One beside it, what it is below zero, or any. */
function otherNumber(value: number, draw: Bits): number {
  const other = [value + 1, value - 1, -value, draw(2)][below(4, draw(1))]!;
  if (other !== value && !Number.isNaN(other)) return other;
  return value === 0 ? 1 : 0;
}

/** One character is another, near it. */
function otherText(text: string, draw: Bits): string {
  if (text === "") return "?";
  const at = below(text.length, draw(1));
  const other = String.fromCharCode(text.charCodeAt(at) ^ (1 + below(7, draw(2))));
  return text.slice(0, at) + other + text.slice(at + 1);
}

function below(count: number, draw: number): number {
  return Math.floor((draw * count) / 2 ** 32);
}
