// What a log has come to at some index, as bytes: Raft §7, thesis §5.

import { crc32c } from "../../sim/checksum.ts";
import { ByteReader, ByteWriter, type Codec } from "../codec.ts";
import { listOf, recordOf, text } from "../codecs.ts";
import type { Configuration } from "./configuration.ts";

/** The state machine as it was when the entry of an index had been applied. */
export interface Snapshot {
  readonly index: number;
  /** The term of that entry. */
  readonly term: number;
  /** Who took part then. */
  readonly configuration: Configuration;
  /** All of it, the state machine last: equal snapshots have equal bytes. */
  readonly bytes: Uint8Array;
  /** CRC-32C of the bytes. */
  readonly checksum: number;
}

/** What a snapshot is made of; `save` writes the state machine, its sessions included. */
export interface SnapshotParts {
  readonly index: number;
  readonly term: number;
  readonly configuration: Configuration;
  readonly save: (writer: ByteWriter) => void;
}

/** Makes a snapshot. O(size of the state machine). */
export function makeSnapshot({ index, term, configuration, save }: SnapshotParts): Snapshot {
  const writer = new ByteWriter();
  writer.count(index);
  writer.count(term);
  configurations.encode(configuration, writer);
  save(writer);
  const bytes = writer.bytes.slice(0, writer.sizeBytes);
  return { index, term, configuration, bytes, checksum: crc32c(bytes, 0, bytes.length) };
}

/** The snapshot that some bytes are. */
export function readSnapshot(bytes: Uint8Array): Snapshot {
  const { index, term, configuration } = readHead(new ByteReader(bytes, 0));
  return { index, term, configuration, bytes, checksum: crc32c(bytes, 0, bytes.length) };
}

/** Stands where the state machine begins in a snapshot's bytes. */
export function readMachine({ bytes }: Snapshot): ByteReader {
  const reader = new ByteReader(bytes, 0);
  readHead(reader);
  return reader;
}

/** The last entry that a snapshot stands for, whose bytes begin where the reader is. */
export function readIndex(reader: ByteReader): number {
  return reader.count();
}

function readHead(reader: ByteReader): Omit<SnapshotParts, "save"> {
  const index = reader.count();
  const term = reader.count();
  return { index, term, configuration: configurations.decode(reader) };
}

/** Members, as bytes. */
export const names = listOf(text);

/** Who takes part, as bytes. */
export const configurations: Codec<Configuration> = recordOf({
  voters: names,
  outgoing: names,
  learners: names,
  learnersNext: names,
  joining: names,
});
