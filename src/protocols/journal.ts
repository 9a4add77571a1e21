// An append-only file of checksummed records: how protocols here remember.
//
// A record is [size: 4 bytes][CRC-32C: 4 bytes][payload]. The checksum begins with the place in the
// file where the record ends, so that bytes are a record in one place only: one inside a payload,
// or left over from another file, is none. A crash may leave the last write in part: then the file
// ends in something that is no record, with nothing valid behind it, and that tail is cut; rot in
// the last record alone looks the same. Something invalid with a valid record behind it is not torn
// but rotten, and is not forgiven.
// Source: Alagappan et al., Protocol-Aware Recovery for Consensus-Based Storage, FAST 2018, §3.3.

import { assert } from "../sim/assert.ts";
import { crc32c } from "../sim/checksum.ts";
import type { Disk, DiskError } from "../sim/env.ts";
import { ByteWriter } from "./codec.ts";

const HEADER_BYTES = 8;

/** What was found in a journal when it was opened. */
export interface Recovery {
  /** The payloads, in the order in which they were appended. */
  readonly records: readonly Uint8Array[];
  /** Bytes of a torn last write that were cut off; the cut is not yet synced. */
  readonly tornBytes: number;
  /** Why the disk refused to cut them off; undefined when all went well. */
  readonly error: DiskError | undefined;
}

/** One journal on one disk. It remembers nothing itself: all is in the file. */
export class Journal {
  readonly #disk: Disk;
  readonly #file: string;
  readonly #writer = new ByteWriter();

  constructor(disk: Disk, file: string) {
    this.#disk = disk;
    this.#file = file;
  }

  /** Reads all records and cuts off a torn tail; throws when the file is rotten. O(size). */
  open(): Recovery {
    const bytes = this.#disk.read(this.#file) ?? new Uint8Array(0);
    const records: Uint8Array[] = [];
    const validBytes = readRecords(bytes, 0, bytes.length, (start, end) => {
      records.push(bytes.slice(start, end));
    });
    const tornBytes = bytes.length - validBytes;
    if (tornBytes === 0) return { records, tornBytes, error: undefined };
    assert(!hasRecordAfter(bytes, validBytes), "the journal is rotten at byte", validBytes);
    return { records, tornBytes, error: this.#disk.truncate(this.#file, validBytes) };
  }

  /** Begins a record: write its payload, then `append`. */
  begin(): ByteWriter {
    const writer = this.#writer;
    writer.clear();
    writer.word(0);
    writer.word(0);
    return writer;
  }

  /** The size in the file of the record that was begun last. */
  get recordBytes(): number {
    return this.#writer.sizeBytes;
  }

  /** Appends the record that was begun; durable after the next sync. */
  append(): DiskError | undefined {
    const { bytes, sizeBytes } = this.#writer;
    assert(sizeBytes > HEADER_BYTES, "an empty record in", this.#file);
    writeWord(bytes, 0, sizeBytes - HEADER_BYTES);
    const endsAt = this.#disk.sizeOf(this.#file) + sizeBytes;
    writeWord(bytes, 4, crc32c(bytes, HEADER_BYTES, sizeBytes, endsAt));
    return this.#disk.append(this.#file, bytes, sizeBytes);
  }
}

/**
 * Visits the payloads, as bytes [start, end), of the valid records in bytes [from, to) of a file,
 * up to the first thing that is none; returns where that is.
 */
export function readRecords(
  bytes: Uint8Array,
  from: number,
  to: number,
  visit: (start: number, end: number) => void,
): number {
  let at = from;
  for (;;) {
    const next = recordEnd(bytes, at, to);
    if (next === undefined) return at;
    visit(at + HEADER_BYTES, next);
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
  return crc32c(bytes, at + HEADER_BYTES, next, next) === expected ? next : undefined;
}

/** Whether a valid record begins anywhere behind `at`. O(size). */
function hasRecordAfter(bytes: Uint8Array, at: number): boolean {
  for (let start = at + 1; start < bytes.length; start++) {
    if (recordEnd(bytes, start, bytes.length) !== undefined) return true;
  }
  return false;
}

function writeWord(bytes: Uint8Array, at: number, word: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = (word >>> (8 * i)) & 0xff;
}

function readWord(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
  );
}
