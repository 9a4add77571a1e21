// Recursive Length Prefix, written in place: first the sizes are found, then the bytes are written
// once. Source: Ethereum yellow paper, appendix B.

import { assert } from "../../../sim/assert.ts";

/** Bytes, a whole number in [0, 2^53) (its big-endian bytes without leading zeros) or a list. */
export type RlpItem = Uint8Array | number | readonly RlpItem[];

/** The prefix of an empty string. */
export const EMPTY_STRING = 0x80;
/** The prefix of an empty list. */
const EMPTY_LIST = 0xc0;
/** The longest content whose length is in its prefix. */
export const SHORT_MAX = 55;

/** The bytes of a list whose items take so many, with its prefix written: items begin behind it. */
export function emptyList(sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(prefixSize(sizeBytes) + sizeBytes);
  writePrefix(bytes, 0, EMPTY_LIST, sizeBytes);
  return bytes;
}

/** How many bytes a string takes, with its prefix. */
export function stringSize(string: Uint8Array): number {
  return isOwnEncoding(string) ? 1 : prefixSize(string.length) + string.length;
}

/** Writes a string with its prefix, and returns where the next item begins. */
export function writeString(bytes: Uint8Array, at: number, string: Uint8Array): number {
  const start = isOwnEncoding(string) ? at : writePrefix(bytes, at, EMPTY_STRING, string.length);
  bytes.set(string, start);
  return start + string.length;
}

/** How many bytes an item takes, with its prefix; asserts that its numbers are fit. */
export function itemSize(item: RlpItem): number {
  if (item instanceof Uint8Array) return stringSize(item);
  if (typeof item === "number") {
    assert(Number.isSafeInteger(item) && item >= 0, "not a whole number in [0, 2^53):", item);
    return item < EMPTY_STRING ? 1 : 1 + byteCount(item);
  }
  const content = itemsSize(item);
  return prefixSize(content) + content;
}

/** The same of items that follow each other. */
export function itemsSize(items: readonly RlpItem[]): number {
  let size = 0;
  for (const item of items) size += itemSize(item);
  return size;
}

/** Writes an item that {@link itemSize} took, and returns where the next one begins. */
export function writeItem(bytes: Uint8Array, at: number, item: RlpItem): number {
  if (item instanceof Uint8Array) return writeString(bytes, at, item);
  if (typeof item === "number") return writeNumber(bytes, at, item);
  return writeItems(bytes, writePrefix(bytes, at, EMPTY_LIST, itemsSize(item)), item);
}

/** The same of items that follow each other. */
export function writeItems(bytes: Uint8Array, at: number, items: readonly RlpItem[]): number {
  let next = at;
  for (const item of items) next = writeItem(bytes, next, item);
  return next;
}

/** What the yellow paper calls a scalar. */
function writeNumber(bytes: Uint8Array, at: number, value: number): number {
  if (value > 0 && value < EMPTY_STRING) {
    bytes[at] = value;
    return at + 1;
  }
  const size = byteCount(value);
  bytes[at] = EMPTY_STRING + size;
  writeBigEndian(bytes, at + 1, value, size);
  return at + 1 + size;
}

/** A byte below 0x80 stands for itself. */
function isOwnEncoding(string: Uint8Array): boolean {
  return string.length === 1 && string[0]! < EMPTY_STRING;
}

function prefixSize(sizeBytes: number): number {
  return sizeBytes <= SHORT_MAX ? 1 : 1 + byteCount(sizeBytes);
}

/** Writes what comes before so many bytes, and returns where these begin. */
function writePrefix(bytes: Uint8Array, at: number, kind: number, sizeBytes: number): number {
  if (sizeBytes <= SHORT_MAX) {
    bytes[at] = kind + sizeBytes;
    return at + 1;
  }
  const size = byteCount(sizeBytes);
  bytes[at] = kind + SHORT_MAX + size;
  writeBigEndian(bytes, at + 1, sizeBytes, size);
  return at + 1 + size;
}

/** How many bytes a number has without leading zeros: none for zero. */
function byteCount(value: number): number {
  let count = 0;
  for (let rest = value; rest >= 1; rest /= 256) count++;
  return count;
}

function writeBigEndian(bytes: Uint8Array, at: number, value: number, size: number): void {
  let rest = value;
  for (let i = at + size - 1; i >= at; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}
