// Snapshots of the state machine that tests use, whose state is a list of texts, and their chunks.

import {
  type Configuration,
  initialConfiguration,
} from "../../src/protocols/raft/configuration.ts";
import type { SnapshotChunk } from "../../src/protocols/raft/messages.ts";
import { makeSnapshot, type Snapshot } from "../../src/protocols/raft/snapshot.ts";
import { crc32c } from "../../src/sim/checksum.ts";
import { entries } from "./raft-messages.ts";

/** What entries of these terms, from index 1 on, come to. */
export function snapshotOf(
  terms: readonly number[],
  configuration: Configuration = initialConfiguration(["n1", "n2", "n3"]),
): Snapshot {
  const index = terms.length;
  return makeSnapshot({
    index,
    term: terms.at(-1) ?? 0,
    configuration,
    save: (writer) => {
      writer.count(index);
      for (const { command } of entries(0, terms)) writer.text(command!);
    },
  });
}

/** The chunks of a snapshot as the leader of a term sends them. */
export function chunksOf(term: number, snapshot: Snapshot, sizeBytes = 16): SnapshotChunk[] {
  const { bytes } = snapshot;
  const offsets = Array.from(
    { length: Math.ceil(bytes.length / sizeBytes) },
    (_, i) => i * sizeBytes,
  );
  return offsets.map((offset) => chunkAt(term, snapshot, offset, sizeBytes));
}

/** One chunk; without bytes it asks how much has arrived of all. */
export function chunkAt(
  term: number,
  { index, term: lastTerm, bytes, checksum }: Snapshot,
  offset: number,
  sizeBytes: number,
): SnapshotChunk {
  const data = bytes.slice(offset, offset + sizeBytes);
  return {
    type: "snapshot",
    term,
    index,
    lastTerm,
    totalBytes: bytes.length,
    checksum,
    offset,
    data,
    dataChecksum: crc32c(data, 0, data.length, offset),
    askedBytes: sizeBytes === 0 ? bytes.length : 0,
  };
}
