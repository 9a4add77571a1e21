// What is durable on the disks of Raft's members, as it can be read from outside.

import type { NodeId } from "../sim/env.ts";
import type { HostView } from "../sim/invariant.ts";

/** What of term, vote and log is durable on a server's disk. */
export interface DurableFacts {
  term: number;
  votedFor: NodeId | undefined;
  /** The last entry that a snapshot stands for; 0 without one. */
  snapshotIndex: number;
  /** How many entries were compacted; of the others, by index - 1 - compacted, the terms. */
  compacted: number;
  terms: number[];
}

/** Whether a disk holds an entry, or what it has come to. */
export function isDurable(durable: DurableFacts, index: number, term: number): boolean {
  const { snapshotIndex, compacted, terms } = durable;
  return index <= snapshotIndex || terms[index - 1 - compacted] === term;
}

/** The last entry that a disk holds. */
export function lastDurable({ snapshotIndex, compacted, terms }: DurableFacts): number {
  return Math.max(snapshotIndex, compacted + terms.length);
}

/** How to read term, vote and log off a disk. */
export interface DurableReader {
  readonly file: string;
  /** Takes in the records in bytes [from, to) and returns where the valid ones end. */
  readonly read: (facts: DurableFacts, bytes: Uint8Array, from: number, to: number) => number;
}

/** What is known of a server's disk, and how far it was read. */
interface DurableCursor {
  durable: DurableFacts;
  cursor: number;
  head: number;
}

/** Reads what a sync has added to a server's file. */
export function readDurable(server: DurableCursor, host: HostView, reader: DurableReader): void {
  const image = host.durable(reader.file);
  const sizeBytes = image?.sizeBytes ?? 0;
  const head = image === undefined ? 0 : headOf(image.bytes, sizeBytes);
  const isChanged = image !== undefined && server.cursor > 0 && head !== server.head;
  // Where no record begins it is the same journal, whose first one has rotted since it was read.
  const isRotten = isChanged && reader.read(nothingDurable(), image.bytes, 0, sizeBytes) === 0;
  if (sizeBytes < server.cursor || (isChanged && !isRotten)) {
    // Another journal has its name; or what was durable is gone: then the others see what is left.
    server.durable = nothingDurable();
    server.cursor = 0;
  }
  if (image === undefined || sizeBytes === server.cursor) return;
  if (!isRotten) server.head = head;
  server.cursor = reader.read(server.durable, image.bytes, server.cursor, sizeBytes);
}

/** A disk on which nothing was ever durable. */
export function nothingDurable(): DurableFacts {
  return { term: 0, votedFor: undefined, snapshotIndex: 0, compacted: 0, terms: [] };
}

/**
 * The second word of a file: of a journal, the checksum of its first record. Another journal of the
 * same server begins with another snapshot, as nobody saves one of the same entry again.
 */
function headOf(bytes: Uint8Array, sizeBytes: number): number {
  if (sizeBytes < 8) return 0;
  return (bytes[4]! | (bytes[5]! << 8) | (bytes[6]! << 16) | (bytes[7]! << 24)) >>> 0;
}
