// An append-only file of checksummed records: how protocols here remember.
//
// A crash may leave any part of what was not synced, with holes. So what is invalid at or above the
// highest watermark of any valid record may be a torn tail, and is one unless it can be told that
// it was whole: journal-record.ts has the law. What is invalid below a watermark, or was whole, is
// rot, which is not forgiven. Rot cannot be told from a tear where it leaves a word of zeros that
// were none, or strikes a record with 254 words of zeros or more; nor can a write that the disk has
// lost and called durable, with nothing written since.
// Source: Alagappan et al., Protocol-Aware Recovery for Consensus-Based Storage, FAST 2018, §3.3.

import { assert } from "../sim/assert.ts";
import type { Disk, DiskError } from "../sim/env.ts";
import { ByteWriter } from "./codec.ts";
import {
  beginRecord,
  checksumOf,
  frame,
  hasRotted,
  RECORD_HEADER_BYTES,
  readRecords,
  watermarkBehind,
  watermarkOf,
} from "./journal-record.ts";

/** What the journal's owner remembers for it, as plain data in its own memory. */
export interface JournalState {
  /** The file, as far as it was read and written. Invariant: durable <= syncing <= size. */
  sizeBytes: number;
  /** What a sync under way covers, and what those that came back well have covered. */
  syncingBytes: number;
  durableBytes: number;
  /** The checksum of the last record; 0 without one. */
  checksum: number;
  /** Zeros behind the records, where a torn tail stood; none may be appended before they go. */
  tornBytes: number;
}

/** What was found in a journal when it was opened. */
export interface Recovery {
  /** The payloads, in the order in which they were appended; of a rotten journal none. */
  readonly records: readonly Uint8Array[];
  /** Bytes of a torn tail, which are not to come back. */
  readonly tornBytes: number;
  /** Where bytes that were durable are no longer what they were; then nothing is cut. */
  readonly rottenAt: number | undefined;
  /** Why the disk refused what opening had to write; undefined when all went well. */
  readonly error: DiskError | undefined;
}

/** An empty journal. */
export function newJournalState(): JournalState {
  return { sizeBytes: 0, syncingBytes: 0, durableBytes: 0, checksum: 0, tornBytes: 0 };
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
   * Reads all records. A rotten journal is left as it is. A torn tail is overwritten with zeros: if
   * there is one, sync and then {@link cut}, and append nothing before, as what is new and what is
   * torn would mix in a crash and look like rot. Promise nothing on the strength of what was read
   * before a sync. O(size).
   */
  open(): Recovery {
    const { bytes, records } = this.#read();
    const { sizeBytes, durableBytes, checksum } = this.#state();
    if (durableBytes > sizeBytes || hasRotted(bytes, sizeBytes, checksum)) {
      return rotten(sizeBytes);
    }
    const tornBytes = bytes.length - sizeBytes;
    this.#state().tornBytes = tornBytes;
    bytes.fill(0, sizeBytes);
    const error = this.#rewrite(bytes.subarray(durableBytes));
    return { records, tornBytes, rottenAt: undefined, error };
  }

  /**
   * As `open`, for owners that get elsewhere what they lose here: all that is invalid above the
   * highest watermark is cut, torn or rotten, and may be written over at once. O(size).
   */
  openLeniently(): Recovery {
    const { bytes, records } = this.#read();
    const { sizeBytes, durableBytes } = this.#state();
    if (durableBytes > sizeBytes) return rotten(sizeBytes);
    const tornBytes = bytes.length - sizeBytes;
    const error = tornBytes === 0 ? undefined : this.#disk.truncate(this.#file, sizeBytes);
    const unsure = bytes.subarray(durableBytes, sizeBytes);
    return { records, tornBytes, rottenAt: undefined, error: error ?? this.#rewrite(unsure) };
  }

  /** Cuts off the zeros that stand in place of a torn tail: they are durable. */
  cut(): DiskError | undefined {
    const state = this.#state();
    assert(state.tornBytes > 0, "nothing to cut off", this.#file);
    state.tornBytes = 0;
    return this.#disk.truncate(this.#file, state.sizeBytes);
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
    assert(sizeBytes > RECORD_HEADER_BYTES, "an empty record in", this.#file);
    assert(state.tornBytes === 0, "a record behind a torn tail in", this.#file);
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
    this.begin().raw(bytes, RECORD_HEADER_BYTES, sizeBytes);
    return this.append();
  }

  /** The file's bytes and its records; the state is as if there were no more than these. */
  #read(): { readonly bytes: Uint8Array; readonly records: Uint8Array[] } {
    const bytes = this.#disk.read(this.#file) ?? new Uint8Array(0);
    const records: Uint8Array[] = [];
    let checksum = 0;
    let watermark = 0;
    const sizeBytes = readRecords(bytes, 0, bytes.length, (start, end) => {
      const at = start - RECORD_HEADER_BYTES;
      records.push(bytes.slice(start, end));
      checksum = checksumOf(bytes, at);
      watermark = Math.max(watermark, watermarkOf(bytes, at));
    });
    const durableBytes = Math.max(watermark, watermarkBehind(bytes, sizeBytes));
    const durable = { syncingBytes: durableBytes, durableBytes };
    Object.assign(this.#state(), { sizeBytes, ...durable, checksum, tornBytes: 0 });
    return { bytes, records };
  }

  /**
   * Writes again what may not be durable: if a sync has failed in an earlier life of the process,
   * the cache shows bytes that no further sync would write.
   */
  #rewrite(unsure: Uint8Array): DiskError | undefined {
    if (unsure.length === 0) return undefined;
    return this.#disk.write(this.#file, unsure, this.#state().durableBytes);
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

function rotten(at: number): Recovery {
  return { records: [], tornBytes: 0, rottenAt: at, error: undefined };
}
