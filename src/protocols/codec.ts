// Bytes for disk records: whole numbers as unsigned LEB128 varints, texts as UTF-8 with a length.

import { assert, fail } from "../sim/assert.ts";

/** Turns values of one type into bytes and back: `decode(encode(value))` equals `value`. */
export interface Codec<Value> {
  encode(value: Value, writer: ByteWriter): void;
  decode(reader: ByteReader): Value;
}

/** Collects bytes; one writer serves for many records. */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #sizeBytes = 0;

  /** Begins with what was written since the last `clear`; valid until the next write. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** How much was written since the last `clear`. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  clear(): void {
    this.#sizeBytes = 0;
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#sizeBytes++] = value;
  }

  /** A whole number in [0, 2^53). */
  count(value: number): void {
    if (!(Number.isSafeInteger(value) && value >= 0)) fail("not a count:", value);
    this.#room(8);
    const bytes = this.#bytes;
    let at = this.#sizeBytes;
    let rest = value;
    while (rest >= 0x80) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      // Shifts work on 31 bits only; larger numbers are rare.
      rest = rest < 0x8000_0000 ? rest >>> 7 : Math.floor(rest / 0x80);
    }
    bytes[at++] = rest;
    this.#sizeBytes = at;
  }

  /** So many bytes that are filled in later: until then they are anything. */
  reserve(sizeBytes: number): void {
    this.#room(sizeBytes);
    this.#sizeBytes += sizeBytes;
  }

  /** Bytes [start, end), without their length. */
  raw(value: Uint8Array, start: number, end: number): void {
    this.#room(end - start);
    this.#bytes.set(value.subarray(start, end), this.#sizeBytes);
    this.#sizeBytes += end - start;
  }

  bytesOf(value: Uint8Array): void {
    this.count(value.length);
    const { length } = value;
    this.#room(length);
    const [bytes, start] = [this.#bytes, this.#sizeBytes];
    if (length > LONG) bytes.set(value, start);
    else for (let i = 0; i < length; i++) bytes[start + i] = value[i]!;
    this.#sizeBytes += length;
  }

  /** A text without lone surrogates: those have no UTF-8, and would come back as U+FFFD. */
  text(value: string): void {
    // ASCII, the usual case, is a byte a character: its length is known before it is encoded.
    const start = this.#sizeBytes;
    const { length } = value;
    this.count(length);
    this.#room(length);
    if (!putAscii(value, this.#bytes, this.#sizeBytes)) {
      this.#sizeBytes = start;
      if (!isUnicode(value)) fail("not Unicode:", JSON.stringify(value));
      this.bytesOf(encoder.encode(value));
      return;
    }
    this.#sizeBytes += length;
  }

  #room(sizeBytes: number): void {
    const needed = this.#sizeBytes + sizeBytes;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Writes a text where there is room for a byte a character; false if it is not ASCII. */
function putAscii(text: string, bytes: Uint8Array, start: number): boolean {
  const { length } = text;
  if (length > LONG) {
    // What is not ASCII takes more bytes than characters, and does not fit.
    const { read } = encoder.encodeInto(text, bytes.subarray(start, start + length));
    return read === length;
  }
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) return false;
    bytes[start + i] = code;
  }
  return true;
}

/** For fewer characters, or bytes, a loop beats a call of the engine. */
const LONG = 64;

/** Reads what a ByteWriter wrote, in the same order; reading past the end is a bug. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #position: number;

  /** Reads from byte `start` on. */
  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#position = start;
  }

  /** Goes on from byte `start`. */
  moveTo(start: number): void {
    this.#position = start;
  }

  byte(): number {
    const value = this.#bytes[this.#position++];
    return value ?? fail("read past the end, bytes:", this.#bytes.length);
  }

  count(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  bytesOf(): Uint8Array {
    const size = this.count();
    const start = this.#position;
    this.#position += size;
    assert(this.#position <= this.#bytes.length, "read past the end, bytes:", this.#bytes.length);
    return this.#bytes.slice(start, this.#position);
  }

  text(): string {
    return decoder.decode(this.bytesOf());
  }
}

/** Whether a text has no surrogate without its partner. */
export function isUnicode(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
