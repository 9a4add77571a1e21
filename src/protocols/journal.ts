// An append-only file of checksummed records: how protocols here remember.
//
// A record is [size: 4 bytes][CRC-32C: 4][watermark: 4][CRC of the record before it: 4][payload].
// The checksum begins with the place in the file where the record ends, so that bytes are a record
// in one place only: one inside a payload, or left over from another file, is none. The record
// before it must be the one it names, so that what stood behind a cut never follows on what was
// written since. The watermark says how many bytes of the file its writer knew to be durable.
//
// A crash may leave any part of what was not synced, with holes. So what is invalid at or above the
// highest watermark of any valid record is a torn tail: it was never synced, as far as the file
// tells, and is cut. What is invalid below it was durable once, and is rot, which is not forgiven.
// Rot above the highest watermark, in what was written last, cannot be told from a torn tail.
// Source: Alagappan et al., Protocol-Aware Recovery for Consensus-Based Storage, FAST 2018, §3.3.

import { assert } from "../sim/assert.ts";
import { crc32c } from "../sim/checksum.ts";
import type { Disk, DiskError } from "../sim/env.ts";
import { ByteWriter } from "./codec.ts";

const HEADER_BYTES = 16;

/** What the journal's owner remembers for it, as plain data in its own memory. */
export interface JournalState {
  /** The file, as far as it was read and written. Invariant: durable <= syncing <= size. */
  sizeBytes: number;
  /** What a sync under way covers, and what those that came back well have covered. */
  syncingBytes: number;
  durableBytes: number;
  /** The checksum of the last record; 0 without one. */
  checksum: number;
}

/** What was found in a journal when it was opened. */
export interface Recovery {
  /** The payloads, in the order in which they were appended; of a rotten journal none. */
  readonly records: readonly Uint8Array[];
  /** Bytes of a torn tail that were cut off. */
  readonly tornBytes: number;
  /** Where bytes that were durable are no longer what they were; then nothing is cut. */
  readonly rottenAt: number | undefined;
  /** Why the disk refused what opening had to write; undefined when all went well. */
  readonly error: DiskError | undefined;
}

/** An empty journal. */
export function newJournalState(): JournalState {
  return { sizeBytes: 0, syncingBytes: 0, durableBytes: 0, checksum: 0 };
}

/** A sync begins that covers all that was appended so far. One is under way at a time. */
export function beginSync(state: JournalState): void {
  state.syncingBytes = state.sizeBytes;
}

/** The sync that began last has come back well. */
export function endSync(state: JournalState): void {
  state.durableBytes = state.syncingBytes;
}

/**
 * Writes again what of a journal no sync has made durable, as it must be after one has failed; the
 * error, if the disk refuses. O(bytes).
 */
export function rewriteUnsynced(
  disk: Disk,
  file: string,
  { sizeBytes, durableBytes }: JournalState,
): DiskError | undefined {
  if (sizeBytes === durableBytes) return undefined;
  const bytes = disk.read(file)?.subarray(durableBytes, sizeBytes);
  assert(bytes !== undefined, "no journal", file);
  return disk.write(file, bytes, durableBytes);
}

/** One journal on one disk. All that it remembers is in the state that its owner lends it. */
export class Journal {
  readonly #disk: Disk;
  readonly #file: string;
  readonly #state: () => JournalState;
  readonly #writer = new ByteWriter();

  /** `state` gives the owner's memory of it: in a recorded run that is another at each handler. */
  constructor(disk: Disk, file: string, state: () => JournalState) {
    this.#disk = disk;
    this.#file = file;
    this.#state = state;
  }

  /**
   * Reads all records and cuts off a torn tail; a rotten journal is left as it is. Promise nothing
   * on the strength of what was read before a sync. O(size).
   */
  open(): Recovery {
    const bytes = this.#disk.read(this.#file) ?? new Uint8Array(0);
    const records: Uint8Array[] = [];
    let checksum = 0;
    let watermark = 0;
    const sizeBytes = readRecords(bytes, 0, bytes.length, (start, end) => {
      records.push(bytes.slice(start, end));
      checksum = readWord(bytes, start - 12);
      watermark = Math.max(watermark, readWord(bytes, start - 8));
    });
    const durableBytes = Math.max(watermark, watermarkBehind(bytes, sizeBytes));
    if (durableBytes > sizeBytes) {
      return { records: [], tornBytes: 0, rottenAt: sizeBytes, error: undefined };
    }
    Object.assign(this.#state(), { sizeBytes, syncingBytes: durableBytes, durableBytes, checksum });
    const tornBytes = bytes.length - sizeBytes;
    const error = this.#mend(bytes.subarray(durableBytes, sizeBytes), tornBytes);
    return { records, tornBytes, rottenAt: undefined, error };
  }

  /** Begins a record: write its payload, then `append`. */
  begin(): ByteWriter {
    return beginRecord(this.#writer);
  }

  /** The size in the file of the record that was begun last. */
  get recordBytes(): number {
    return this.#writer.sizeBytes;
  }

  /** Appends the record that was begun; durable after the next sync. A refused one is not there. */
  append(): DiskError | undefined {
    const { bytes, sizeBytes } = this.#writer;
    const state = this.#state();
    assert(sizeBytes > HEADER_BYTES, "an empty record in", this.#file);
    const endsAt = state.sizeBytes + sizeBytes;
    const checksum = frame(this.#writer, state);
    const error = this.#disk.append(this.#file, bytes, sizeBytes);
    if (error !== undefined) return error;
    state.sizeBytes = endsAt;
    state.checksum = checksum;
    return undefined;
  }

  /** Appends what another journal has appended last. */
  appendSame(other: Journal): DiskError | undefined {
    const { bytes, sizeBytes } = other.#writer;
    this.begin().raw(bytes, HEADER_BYTES, sizeBytes);
    return this.append();
  }

  /**
   * Cuts off what is torn, and writes again what may not be durable: if a sync has failed in an
   * earlier life of the process, the cache shows bytes that no further sync would write.
   */
  #mend(unsure: Uint8Array, tornBytes: number): DiskError | undefined {
    const { sizeBytes, durableBytes } = this.#state();
    const error = tornBytes === 0 ? undefined : this.#disk.truncate(this.#file, sizeBytes);
    if (error !== undefined || unsure.length === 0) return error;
    return this.#disk.write(this.#file, unsure, durableBytes);
  }
}

/** The bytes of a journal with these records, all durable as far as the next one tells. */
export function journalOf(payloads: readonly ((writer: ByteWriter) => void)[]): Uint8Array {
  const file = new ByteWriter();
  const writer = new ByteWriter();
  const state = newJournalState();
  for (const write of payloads) {
    write(beginRecord(writer));
    state.checksum = frame(writer, state);
    file.raw(writer.bytes, 0, writer.sizeBytes);
    state.sizeBytes = file.sizeBytes;
    state.durableBytes = file.sizeBytes;
  }
  return file.bytes.slice(0, file.sizeBytes);
}

function beginRecord(writer: ByteWriter): ByteWriter {
  writer.clear();
  for (let i = 0; i < HEADER_BYTES; i += 4) writer.word(0);
  return writer;
}

/** Fills in the header of a record that is to follow on a journal; returns its checksum. */
function frame({ bytes, sizeBytes }: ByteWriter, before: JournalState): number {
  writeWord(bytes, 0, sizeBytes - HEADER_BYTES);
  writeWord(bytes, 8, before.durableBytes);
  writeWord(bytes, 12, before.checksum);
  const checksum = crc32c(bytes, 8, sizeBytes, before.sizeBytes + sizeBytes);
  writeWord(bytes, 4, checksum);
  return checksum;
}

/**
 * Visits the payloads, as bytes [start, end), of the valid records in bytes [from, to) of a file,
 * up to the first that is none or does not follow on; returns where
 * that is.
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
    if (previous !== undefined && readWord(bytes, at + 12) !== previous) return at;
    visit(at + HEADER_BYTES, next);
    previous = readWord(bytes, at + 4);
    at = next;
  }
}

/** Where the record at `at` ends; undefined when there is no valid record. */
function recordEnd(bytes: Uint8Array, at: number, end: number): number | undefined {
  if (at + HEADER_BYTES > end) return undefined;
  const size = readWord(bytes, at);
  const next = at + HEADER_BYTES + size;
  if (size === 0 || next > end) return undefined;
  const expected = readWord(bytes, at + 4);
  return crc32c(bytes, at + 8, next, next) === expected ? next : undefined;
}

/** The highest watermark of a valid record that begins behind `at`, wherever. O(size). */
function watermarkBehind(bytes: Uint8Array, at: number): number {
  let highest = 0;
  for (let start = at + 1; start < bytes.length; start++) {
    if (recordEnd(bytes, start, bytes.length) === undefined) continue;
    highest = Math.max(highest, readWord(bytes, start + 8));
  }
  return highest;
}

function writeWord(bytes: Uint8Array, at: number, word: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = (word >>> (8 * i)) & 0xff;
}

function readWord(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
  );
}
