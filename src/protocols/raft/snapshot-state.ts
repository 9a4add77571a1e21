import type { Snapshot } from "./snapshot.ts";

/** What a member keeps of snapshots. */
export interface SnapshotState {
  /** The one that its journal begins with. */
  current: Snapshot | undefined;
  /** What was applied when it was last asked whether a snapshot is due. */
  checkedAt: number;
  /** What was applied when there was no room for a snapshot. */
  triedAt: number;
  /** The one that a leader is sending. */
  incoming: Incoming | undefined;
}

/** No snapshot, nor any on its way. */
export function initialSnapshots(): SnapshotState {
  return { current: undefined, checkedAt: 0, triedAt: 0, incoming: undefined };
}

/** A snapshot that is not complete. Chunks of another one are never mixed into it. */
export interface Incoming {
  readonly index: number;
  readonly lastTerm: number;
  readonly totalBytes: number;
  readonly checksum: number;
  /** By offset. */
  readonly chunks: Map<number, Uint8Array>;
  /** Bytes from the beginning on that have arrived without a gap. */
  heldBytes: number;
}
