import type { Plain } from "./env.ts";

/**
 * A rolling 64-bit hash of all that happened: two 32-bit lanes, mixed differently. It tells runs
 * apart; it is no defence against somebody who wants two runs to look the same.
 */
export class Fingerprint {
  #low = 0x6a09e667;
  #high = 0x3c6ef372;

  /** The two lanes: what to keep to go on from here. */
  get lanes(): [number, number] {
    return [this.#low, this.#high];
  }

  /** Goes on from lanes that were kept. */
  restore(lanes: readonly [number, number]): void {
    [this.#low, this.#high] = lanes;
  }

  /** Mixes in 32 bits. Both steps are one-to-one in the lane, so nothing mixed before is lost. */
  mix(word: number): void {
    const low = Math.imul(this.#low ^ word, 0x85ebca6b);
    this.#low = low ^ (low >>> 15);
    const high = Math.imul((this.#high + word) | 0, 0xc2b2ae35);
    this.#high = high ^ (high >>> 13);
  }

  /** Mixes in a number: a whole one, or any fraction. */
  mixNumber(value: number): void {
    this.mix((value | 0) === value ? value : hashPlain(0, value));
  }

  /** Mixes in the content of plain data, as 32 bits: see {@link hashPlain}. O(size). */
  mixPlain(value: Plain): void {
    this.mix(hashPlain(0, value));
  }

  /** 16 hexadecimal digits. */
  toString(): string {
    return hex(this.#high) + hex(this.#low);
  }
}

/**
 * A 32-bit hash of plain data, continuing from `hash`: kinds, values, sizes and order. Names of
 * fields are left out, as the code fixes them; their values and their number count.
 */
export function hashPlain(hash: number, value: Plain): number {
  if (typeof value === "number") return hashNumber(hash, value);
  if (typeof value === "string") return hashString(hash, value);
  if (typeof value !== "object" || value === null) {
    return step(
      hash,
      value === undefined ? UNDEFINED : value === null ? NULL : value ? TRUE : FALSE,
    );
  }
  if (Array.isArray(value)) return hashList(hash, LIST, value);
  // The only views on buffers that are plain data; faster than `instanceof`.
  if (ArrayBuffer.isView(value)) return hashBytes(hash, value as Uint8Array);
  if (value instanceof Map) return hashList(hash, MAP, [...value]);
  if (value instanceof Set) return hashList(hash, SET, [...value]);
  return hashRecord(hash, value as PlainRecord);
}

// What marks each kind but numbers, which stand for themselves: large, as most numbers are small.
const UNDEFINED = 0x2f1b5c8d;
const NULL = 0x4e67c6a7;
const TRUE = 0x5d588b65;
const FALSE = 0x6c8e9cf5;
const LIST = 0x31d0a6b3;
const RECORD = 0x7ed558cd;
const MAP = 0x53a2d1e9;
const SET = 0x1f83d9ab;
const TEXT = 0x64b1c2d7;
const BYTES = 0x47c8a34f;

/**
 * What holds others is mixed in behind them, as an operator behind so many operands: a list in a
 * record and a record in a list would be the same if one stood before and the other behind.
 */
function hashList(hash: number, mark: number, list: readonly Plain[]): number {
  let mixed = hash;
  for (let i = 0; i < list.length; i++) mixed = hashPlain(mixed, list[i]);
  return step(mixed, list.length ^ mark);
}

type PlainRecord = { readonly [key: string]: Plain };

function hashRecord(hash: number, record: PlainRecord): number {
  let mixed = hash;
  let count = 0;
  for (const key in record) {
    const item = record[key];
    const isSmall = typeof item === "number" && (item | 0) === item;
    mixed = isSmall ? step(mixed, item) : hashPlain(mixed, item);
    count++;
  }
  return step(mixed, count ^ RECORD);
}

function hashNumber(hash: number, value: number): number {
  if ((value | 0) === value) return step(hash, value);
  scratch.setFloat64(0, value);
  return step(step(hash, scratch.getInt32(0)), scratch.getInt32(4));
}

/** Two characters at a time. */
function hashString(hash: number, text: string): number {
  const { length } = text;
  let mixed = step(hash, length ^ TEXT);
  let i = 0;
  for (; i + 1 < length; i += 2) {
    mixed = step(mixed, text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16));
  }
  return i < length ? step(mixed, text.charCodeAt(i)) : mixed;
}

const LONG = 512;

/** Four bytes at a time, little end first. */
function hashBytes(hash: number, bytes: Uint8Array): number {
  const { length } = bytes;
  let mixed = step(hash, length ^ BYTES);
  let i = 0;
  if (length > LONG) {
    // The same words, read twice as fast; for a few of them, a view is not worth its making.
    const words = new DataView(bytes.buffer, bytes.byteOffset, length);
    for (; i + 3 < length; i += 4) mixed = step(mixed, words.getInt32(i, true));
  }
  for (; i + 3 < length; i += 4) {
    const low = bytes[i]! | (bytes[i + 1]! << 8);
    mixed = step(mixed, low | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
  }
  for (; i < length; i++) mixed = step(mixed, bytes[i]!);
  return mixed;
}

/** One-to-one in the hash for any word. */
function step(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

/** Written and read within one call, big end first. */
const scratch = new DataView(new ArrayBuffer(8));

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
