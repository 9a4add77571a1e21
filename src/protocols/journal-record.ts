// The records of a journal: [size * 2 + 1: 4 bytes][CRC-32C: 4][watermark: 4][link: 4][payload].
//
// The checksum begins with the place in the file where the record ends, so that bytes are a record
// in one place only: one inside a payload, or left over from another file, is none. The watermark
// says how many bytes of the file its writer knew to be durable. The link is a hash of the checksum
// of the record before, of size and watermark, so that what stood behind a cut never follows on
// what was written since, and a header can be trusted whose payload can not. Its last byte says,
// one too high, how many words of the payload are all zeros.
//
// A word is eight bytes at a place that eight divides. The law of this file is that a crash leaves
// of each word what it was or what it was to be: no disk tears finer. And where a journal grows
// there were zeros, or nothing. So a record that a crash has torn lacks its end, or has a word of
// zeros that were none. One that has neither, and is none, was whole once: it has rotted.
// Source: etcd, server/storage/wal/decoder.go, isTornEntry, which looks for sectors of zeros.

import { crc32c } from "../sim/checksum.ts";
import type { ByteWriter } from "./codec.ts";

/** Bytes of a record before its payload. */
export const RECORD_HEADER_BYTES = 16;

const WORD_BYTES = 8;

/** So many words of zeros, or more, are not told apart from lost ones. */
const ZEROS_MAX = 254;

/** What a record that is to be written follows on. */
interface Before {
  /** Where it begins. */
  readonly sizeBytes: number;
  readonly durableBytes: number;
  /** The checksum of the record before it; 0 without one. */
  readonly checksum: number;
}

/** Begins a record: its payload is written next. */
export function beginRecord(writer: ByteWriter): ByteWriter {
  writer.clear();
  writer.reserve(RECORD_HEADER_BYTES);
  return writer;
}

/** Fills in the header of a record that is to follow on a journal; returns its checksum. */
export function frame({ bytes, sizeBytes }: ByteWriter, before: Before): number {
  const payloadAt = before.sizeBytes + RECORD_HEADER_BYTES;
  const zeros = zeroWords(bytes, RECORD_HEADER_BYTES, sizeBytes, payloadAt);
  const size = (sizeBytes - RECORD_HEADER_BYTES) * 2 + 1;
  writeWord(bytes, 0, size);
  writeWord(bytes, 8, before.durableBytes);
  const link = linkOf(before.checksum, size, before.durableBytes, Math.min(zeros, ZEROS_MAX) + 1);
  writeWord(bytes, 12, link);
  const checksum = crc32c(bytes, 8, sizeBytes, before.sizeBytes + sizeBytes);
  writeWord(bytes, 4, checksum);
  return checksum;
}

/**
 * Visits the payloads, as bytes [start, end), of the valid records in bytes [from, to) of a file,
 * up to the first that is none or does not follow on; returns where that is.
 */
export function readRecords(
  bytes: Uint8Array,
  from: number,
  to: number,
  visit: (start: number, end: number) => void,
): number {
  let at = from;
  // What the first one follows is known only at the beginning of the file.
  let previous = from === 0 ? 0 : undefined;
  for (;;) {
    const next = recordEnd(bytes, at, to);
    if (next === undefined) return at;
    if (previous !== undefined && !isLinked(bytes, at, previous)) return at;
    visit(at + RECORD_HEADER_BYTES, next);
    previous = checksumOf(bytes, at);
    at = next;
  }
}

/** The checksum of the record at `at`. */
export function checksumOf(bytes: Uint8Array, at: number): number {
  return readWord(bytes, at + 4);
}

/** What the writer of the record at `at` knew to be durable. */
export function watermarkOf(bytes: Uint8Array, at: number): number {
  return readWord(bytes, at + 8);
}

/** The highest watermark of a valid record that begins behind `at`, wherever. O(size). */
export function watermarkBehind(bytes: Uint8Array, at: number): number {
  let highest = 0;
  for (let start = at + 1; start < bytes.length; start++) {
    if (recordEnd(bytes, start, bytes.length) === undefined) continue;
    highest = Math.max(highest, watermarkOf(bytes, start));
  }
  return highest;
}

/**
 * Whether bytes at `at`, which are no record, were one: no crash leaves a torn record like that.
 * `previous` is the checksum of the record before it. O(size).
 */
export function hasRotted(bytes: Uint8Array, at: number, previous: number): boolean {
  const start = at + RECORD_HEADER_BYTES;
  // No word of a header is all zeros: the lowest bit of the first byte, and some of the last, are
  // set, and between them are checksums.
  if (start > bytes.length || lacksWords(bytes, at, start, 0)) return false;
  if (!isLinked(bytes, at, previous)) return true;
  const end = start + sizeOf(bytes, at);
  const zeros = bytes[at + 15]! - 1;
  return end <= bytes.length && zeros < ZEROS_MAX && !lacksWords(bytes, start, end, zeros);
}

/**
 * Whether more than so many words of bytes [start, end) of a file are zeros. Of the last word all
 * counts: what a later record has written there, it has written with this one's part.
 */
function lacksWords(bytes: Uint8Array, start: number, end: number, zeros: number): boolean {
  const wordsEnd = Math.min(Math.ceil(end / WORD_BYTES) * WORD_BYTES, bytes.length);
  return zeroWords(bytes, start, wordsEnd, start) > zeros;
}

/** Where the record at `at` ends; undefined when there is no valid record. */
function recordEnd(bytes: Uint8Array, at: number, end: number): number | undefined {
  if (at + RECORD_HEADER_BYTES > end) return undefined;
  const size = sizeOf(bytes, at);
  const next = at + RECORD_HEADER_BYTES + size;
  if (size === 0 || next > end || (bytes[at]! & 1) === 0) return undefined;
  return crc32c(bytes, at + 8, next, next) === checksumOf(bytes, at) ? next : undefined;
}

function isLinked(bytes: Uint8Array, at: number, previous: number): boolean {
  const [size, watermark] = [readWord(bytes, at), watermarkOf(bytes, at)];
  return readWord(bytes, at + 12) === linkOf(previous, size, watermark, bytes[at + 15]!);
}

/** A record's link: the checksum before it, its first and third word, and its last header byte. */
function linkOf(previous: number, size: number, watermark: number, zeros: number): number {
  const mixed = mix(mix(mix(previous ^ size) ^ watermark) ^ zeros);
  return ((zeros << 24) | (mixed >>> 8)) >>> 0;
}

/**
 * Another number for each of 32 bits: all of its bits depend on all of the given ones.
 * Source: Chris Wellons, Prospecting for Hash Functions, 2018, lowbias32.
 */
function mix(word: number): number {
  const mixed = Math.imul(word ^ (word >>> 16), 0x7feb_352d);
  const again = Math.imul(mixed ^ (mixed >>> 15), 0x846c_a68b);
  return again ^ (again >>> 16);
}

/**
 * How many words of a file have a part in bytes [start, end), whose place there is `place`, that is
 * all zeros. Counts no further than it matters.
 */
function zeroWords(bytes: Uint8Array, start: number, end: number, place: number): number {
  let zeros = 0;
  let wordEnd = start + WORD_BYTES - (place & (WORD_BYTES - 1));
  for (let at = start; at < end; at = wordEnd, wordEnd += WORD_BYTES) {
    if (bytes[at] !== 0) continue;
    let next = at + 1;
    while (bytes[next] === 0 && next < wordEnd && next < end) next++;
    if ((next === wordEnd || next === end) && ++zeros > ZEROS_MAX) break;
  }
  return zeros;
}

function sizeOf(bytes: Uint8Array, at: number): number {
  return readWord(bytes, at) >>> 1;
}

function writeWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word;
  bytes[at + 1] = word >>> 8;
  bytes[at + 2] = word >>> 16;
  bytes[at + 3] = word >>> 24;
}

function readWord(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
  );
}
