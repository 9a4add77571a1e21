// Recursive Length Prefix, strictly: what is not the one encoding of a value is refused. Source:
// Ethereum yellow paper, appendix B. Decoding is by a reader, like go-ethereum's `Stream`: one that
// follows any nesting would overflow its stack on junk.

import { assert } from "../../../sim/assert.ts";
import {
  emptyList,
  itemSize,
  itemsSize,
  type RlpItem,
  SHORT_MAX,
  writeItem,
  writeItems,
} from "./rlp-writing.ts";

export type { RlpItem } from "./rlp-writing.ts";

/** Bytes from outside that are not what was expected: where, what was expected and what came. */
export interface Malformed {
  readonly kind: "malformed";
  readonly reason: string;
}

/** The encoding of a list. O(bytes) for each level of nesting. */
export function encodeList(items: readonly RlpItem[]): Uint8Array {
  const size = itemsSize(items);
  const bytes = emptyList(size);
  writeItems(bytes, bytes.length - size, items);
  return bytes;
}

/** The encoding of one item. */
export function encodeItem(item: RlpItem): Uint8Array {
  const bytes = new Uint8Array(itemSize(item));
  writeItem(bytes, 0, item);
  return bytes;
}

/**
 * Reads bytes that must be the encoding of one list, and nothing more: `read` takes all its items
 * in order. Gives what `read` returns, or where and why the bytes are malformed; that is never
 * thrown. `what` names the whole in reasons. O(bytes that are read), whatever the bytes are.
 */
export function decodeList<Value>(
  bytes: Uint8Array,
  what: string,
  read: (list: RlpList) => Value,
): Value | Malformed {
  return decodeItem(bytes, (whole) => whole.fields(what, read));
}

/** The same of one item, a list or not, which `read` takes. */
export function decodeItem<Value>(
  bytes: Uint8Array,
  read: (whole: RlpList) => Value,
): Value | Malformed {
  try {
    const whole = new RlpList(bytes, 0, bytes.length, "");
    const value = read(whole);
    whole.end();
    return value;
  } catch (error) {
    if (error instanceof MalformedError) return { kind: "malformed", reason: error.message };
    throw error;
  }
}

/** Whether it is what a decoder gives for bad bytes. */
export function isMalformed(value: unknown): value is Malformed {
  return (
    typeof value === "object" && value !== null && "kind" in value && value.kind === "malformed"
  );
}

/** Stays in this file: `decodeList` makes a value of it. */
class MalformedError extends Error {}

/** A string or a list within the bytes: its content is [start, end). */
interface Span {
  readonly isList: boolean;
  readonly start: number;
  readonly end: number;
}

/** The items of a list, to be taken one by one, in order, by whoever {@link decodeList} calls. */
export class RlpList {
  readonly #bytes: Uint8Array;
  #at: number;
  readonly #end: number;
  readonly #path: string;

  /** The items in [at, end) of the bytes. Made by `decodeList` and by lists of lists. */
  constructor(bytes: Uint8Array, at: number, end: number, path: string) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
    this.#path = path;
  }

  /** Whether all items are taken. */
  get isAtEnd(): boolean {
    return this.#at === this.#end;
  }

  /** Whether the next item is a list; false at the end. */
  get isNextList(): boolean {
    return !this.isAtEnd && this.#bytes[this.#at]! >= 0xc0;
  }

  /** Takes a whole number in [0, max] without leading zeros. */
  number(name: string, max: number = Number.MAX_SAFE_INTEGER): number {
    const { start, end } = this.#take(name, false);
    // Above 2^53 it is rounded, but above `max` all the same.
    const value = bigEndian(this.#bytes, start, end);
    const isLeadingZero = start < end && this.#bytes[start] === 0;
    if (value <= max && !isLeadingZero) return value;
    return this.#refuse(
      name,
      `a whole number up to ${max}`,
      isLeadingZero ? "a leading zero" : `one of ${end - start} bytes`,
    );
  }

  /** Takes that many bytes: a copy. */
  bytes(name: string, sizeBytes: number): Uint8Array {
    const value = this.bytesUpTo(name, sizeBytes);
    if (value.length === sizeBytes) return value;
    return this.#refuse(name, `${sizeBytes} bytes`, `${value.length}`);
  }

  /** Takes bytes of any length up to `sizeBytesMax`: a copy. */
  bytesUpTo(name: string, sizeBytesMax: number): Uint8Array {
    const { start, end } = this.#take(name, false);
    this.#checkSize(name, end - start, sizeBytesMax);
    return this.#bytes.slice(start, end);
  }

  /** Takes an item with its prefix, as it is encoded: a copy. The inside of a list is not read. */
  raw(name: string, sizeBytesMax: number): Uint8Array {
    const at = this.#at;
    const { end } = this.#take(name, this.isNextList);
    this.#checkSize(name, end - at, sizeBytesMax);
    return this.#bytes.slice(at, end);
  }

  /** Takes a list, of which `read` takes all items. */
  fields<Value>(name: string, read: (list: RlpList) => Value): Value {
    const list = this.#list(name);
    const value = read(list);
    list.end();
    return value;
  }

  /** Takes a list of up to `countMax` values, each of which `read` takes, of at least one item. */
  each<Value>(name: string, countMax: number, read: (list: RlpList) => Value): Value[] {
    const list = this.#list(name);
    const values: Value[] = [];
    while (!list.isAtEnd) {
      if (values.length === countMax) this.#refuse(name, `at most ${countMax} items`, "more");
      const before = list.#at;
      values.push(read(list));
      assert(list.#at > before, "nothing was read of", list.#path);
    }
    return values;
  }

  /** Refuses what is left. */
  end(): void {
    if (!this.isAtEnd) this.#refuse("", "no more", `${this.#end - this.#at} bytes`);
  }

  #list(name: string): RlpList {
    const { start, end } = this.#take(name, true);
    return new RlpList(this.#bytes, start, end, this.#pathOf(name));
  }

  #take(name: string, isList: boolean): Span {
    const expected = isList ? "a list" : "a string";
    if (this.isAtEnd) this.#refuse(name, expected, "the end");
    const span = spanAt(this.#bytes, this.#at, this.#end);
    if (typeof span === "string") return this.#refuse(name, expected, span);
    if (span.isList !== isList) this.#refuse(name, expected, isList ? "a string" : "a list");
    this.#at = span.end;
    return span;
  }

  #checkSize(name: string, sizeBytes: number, sizeBytesMax: number): void {
    if (sizeBytes <= sizeBytesMax) return;
    this.#refuse(name, `at most ${sizeBytesMax} bytes`, `${sizeBytes}`);
  }

  #refuse(name: string, expected: string, got: string): never {
    throw new MalformedError(`${this.#pathOf(name)}: expected ${expected}, got ${got}`);
  }

  #pathOf(name: string): string {
    if (name === "" || this.#path === "") return `${this.#path}${name}`;
    return `${this.#path}.${name}`;
  }
}

/** The item at a place, which must end where its list does or before; or what is wrong there. */
function spanAt(bytes: Uint8Array, at: number, listEnd: number): Span | string {
  const prefix = bytes[at]!;
  if (prefix < 0x80) return { isList: false, start: at, end: at + 1 };
  const isList = prefix >= 0xc0;
  const size = prefix - (isList ? 0xc0 : 0x80);
  if (size > SHORT_MAX) return longSpanAt(bytes, at, listEnd, isList);
  const [start, end] = [at + 1, at + 1 + size];
  if (end > listEnd) return "too few bytes";
  if (!isList && size === 1 && bytes[start]! < 0x80) return "a prefix before a byte below 0x80";
  return { isList, start, end };
}

function longSpanAt(
  bytes: Uint8Array,
  at: number,
  listEnd: number,
  isList: boolean,
): Span | string {
  const lengthBytes = bytes[at]! - (isList ? 0xc0 : 0x80) - SHORT_MAX;
  const start = at + 1 + lengthBytes;
  if (start > listEnd) return "too few bytes";
  if (bytes[at + 1] === 0) return "a length with a leading zero";
  // Above 2^53 it is not exact, but longer than any bytes all the same.
  const length = bigEndian(bytes, at + 1, start);
  if (length <= SHORT_MAX) return "a long prefix of a short item";
  if (start + length > listEnd) return "too few bytes";
  return { isList, start, end: start + length };
}

function bigEndian(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) value = value * 256 + bytes[i]!;
  return value;
}
