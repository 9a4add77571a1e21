import { assert, fail } from "../assert.ts";
import { crc32c } from "../checksum.ts";
import type { Plain } from "../env.ts";
import { readUtf8, utf8Size, writeUtf8 } from "./utf8.ts";

/**
 * What messages look like as bytes. The network moves messages as they are; it asks for bytes when
 * their number counts (bandwidth, limits of size), or when some of them are to be damaged.
 */
export interface Wire {
  /** Must not keep, change or lend the message. */
  encode(message: unknown): Uint8Array;
  /** The message; undefined when the bytes are none. Never throws, whatever the bytes. */
  decode(bytes: Uint8Array): unknown;
  /** How many bytes `encode` makes of it. */
  sizeOf(message: unknown): number;
}

/**
 * Any plain data, self-describing, with a CRC-32C at the end: whole numbers as varints, others as
 * doubles, texts as UTF-8 with a length (a lone surrogate as three bytes), records with the names
 * of their fields. `decode(encode(message))` equals the message.
 */
export const plainWire: Wire = {
  // What programs send is plain data: see Env.send.
  encode: (message) => encode(message as Plain),
  decode,
  sizeOf: (message) => sizeOf(message as Plain) + CHECKSUM_BYTES,
};

const CHECKSUM_BYTES = 4;

// The first byte of every value says what it is.
const UNDEFINED = 0;
const NULL = 1;
const FALSE = 2;
const TRUE = 3;
const COUNT = 4;
/** A whole number below zero, as varint of -1 - n. */
const NEGATIVE = 5;
const DOUBLE = 6;
const TEXT = 7;
const BYTES = 8;
const LIST = 9;
const RECORD = 10;
const MAP = 11;
const SET = 12;

function encode(message: Plain): Uint8Array {
  const size = sizeOf(message);
  const bytes = new Uint8Array(size + CHECKSUM_BYTES);
  const writer = new Writer(bytes);
  writer.value(message);
  assert(writer.at === size, "a message of", size, "bytes took", writer.at);
  new DataView(bytes.buffer).setUint32(size, crc32c(bytes, 0, size), true);
  return bytes;
}

function decode(bytes: Uint8Array): unknown {
  const size = bytes.length - CHECKSUM_BYTES;
  if (size < 1) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(size, true) !== crc32c(bytes, 0, size)) return undefined;
  const reader = new Reader(bytes.subarray(0, size));
  const message = reader.value();
  return reader.isWhole ? message : undefined;
}

/** Without the checksum. O(size). */
function sizeOf(value: Plain): number {
  if (typeof value === "number") return 1 + (isWhole(value) ? varintSize(magnitude(value)) : 8);
  if (typeof value === "string") return 1 + textSize(value);
  if (typeof value !== "object" || value === null) return 1;
  if (value instanceof Uint8Array) return 1 + varintSize(value.length) + value.length;
  const items = itemsOf(value);
  return items.reduce<number>(
    (sum, item) => sum + sizeOf(item),
    1 + varintSize(countOf(value, items)) + keysSize(value),
  );
}

type Container = Exclude<Plain, undefined | null | boolean | number | string | Uint8Array>;

/** Everything in it in order, keys of a map before their values; keys of a record left out. */
function itemsOf(value: Container): readonly Plain[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Map) return [...value].flat(1);
  if (value instanceof Set) return [...value];
  return Object.values(value as object) as readonly Plain[];
}

function countOf(value: Container, items: readonly Plain[]): number {
  return value instanceof Map ? items.length / 2 : items.length;
}

function isRecord(value: Container): boolean {
  return !(Array.isArray(value) || value instanceof Map || value instanceof Set);
}

function keysSize(value: Container): number {
  if (!isRecord(value)) return 0;
  return Object.keys(value).reduce((sum, key) => sum + textSize(key), 0);
}

function textSize(text: string): number {
  const size = utf8Size(text);
  return varintSize(size) + size;
}

/** Whether it goes as a varint: -0 does not, it would come back as 0. */
function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}

function magnitude(value: number): number {
  return value < 0 ? -1 - value : value;
}

function varintSize(count: number): number {
  let size = 1;
  for (let rest = count; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

class Writer {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  value(value: Plain): void {
    if (typeof value === "number") this.#number(value);
    else if (typeof value === "string") this.#text(TEXT, value);
    else if (value === undefined) this.#byte(UNDEFINED);
    else if (value === null) this.#byte(NULL);
    else if (typeof value === "boolean") this.#byte(value ? TRUE : FALSE);
    else if (typeof value !== "object") fail("no plain data in a message:", typeof value);
    else if (value instanceof Uint8Array) this.#blob(value);
    else this.#container(value);
  }

  #container(value: Container): void {
    const items = itemsOf(value);
    const isList = Array.isArray(value);
    this.#byte(isList ? LIST : value instanceof Map ? MAP : value instanceof Set ? SET : RECORD);
    this.#count(countOf(value, items));
    if (isRecord(value)) for (const key of Object.keys(value)) this.#text(undefined, key);
    for (const item of items) this.value(item);
  }

  #number(value: number): void {
    if (isWhole(value)) {
      this.#byte(value < 0 ? NEGATIVE : COUNT);
      this.#count(magnitude(value));
      return;
    }
    this.#byte(DOUBLE);
    new DataView(this.#bytes.buffer).setFloat64(this.at, value, true);
    this.at += 8;
  }

  #blob(value: Uint8Array): void {
    this.#byte(BYTES);
    this.#count(value.length);
    this.#bytes.set(value, this.at);
    this.at += value.length;
  }

  #text(mark: number | undefined, text: string): void {
    if (mark !== undefined) this.#byte(mark);
    this.#count(utf8Size(text));
    this.at = writeUtf8(text, this.#bytes, this.at);
  }

  #count(count: number): void {
    let rest = count;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#byte(0x80 | (rest % 0x80));
    this.#byte(rest);
  }

  #byte(byte: number): void {
    this.#bytes[this.at++] = byte;
  }
}

/** Reads what Writer writes; of anything else, something, and `isWhole` says that it is none. */
class Reader {
  #at = 0;
  #isBroken = false;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether all that was read made sense, and nothing is left. */
  get isWhole(): boolean {
    return !this.#isBroken && this.#at === this.#bytes.length;
  }

  value(): Plain {
    const mark = this.#byte();
    switch (mark) {
      case UNDEFINED:
        return undefined;
      case NULL:
        return null;
      case FALSE:
      case TRUE:
        return mark === TRUE;
      case COUNT:
        return this.#count();
      case NEGATIVE:
        return -1 - this.#count();
      case DOUBLE:
        return new DataView(this.#take(8).buffer).getFloat64(0, true);
      case TEXT:
        return this.#text();
      case BYTES:
        return this.#take(this.#count());
      default:
        return this.#container(mark);
    }
  }

  #container(mark: number): Plain {
    const count = this.#count();
    switch (mark) {
      case LIST:
        return this.#times(count, () => this.value());
      case SET:
        return new Set(this.#times(count, () => this.value()));
      case MAP:
        return new Map(this.#times(count, () => [this.value(), this.value()]));
      case RECORD: {
        const keys = this.#times(count, () => this.#text());
        return Object.fromEntries(keys.map((key) => [key, this.value()]));
      }
      default:
        this.#isBroken = true;
        return undefined;
    }
  }

  /** No more often than there are bytes left. */
  #times<Item>(count: number, read: () => Item): Item[] {
    const items: Item[] = [];
    if (count > this.#bytes.length - this.#at) this.#isBroken = true;
    while (!this.#isBroken && items.length < count) items.push(read());
    return items;
  }

  #text(): string {
    const text = readUtf8(this.#take(this.#count()));
    if (text === undefined) this.#isBroken = true;
    return text ?? "";
  }

  /** A copy of the next bytes; zeros when there are not enough. */
  #take(count: number): Uint8Array {
    const start = this.#at;
    this.#at += count;
    if (this.#at <= this.#bytes.length) return this.#bytes.slice(start, this.#at);
    this.#isBroken = true;
    return new Uint8Array(8);
  }

  #count(): number {
    let count = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#byte();
      count += (byte & 0x7f) * scale;
      if (byte < 0x80 || this.#isBroken) break;
    }
    if (!Number.isSafeInteger(count)) this.#isBroken = true;
    return this.#isBroken ? 0 : count;
  }

  #byte(): number {
    if (this.#at < this.#bytes.length) return this.#bytes[this.#at++]!;
    this.#isBroken = true;
    return 0;
  }
}
