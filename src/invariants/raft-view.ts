// What the servers of Raft show of themselves.

import type { ElectorateView, MemberView } from "./electorate.ts";

/** What a server must show of itself. */
export interface RaftView extends MemberView {
  readonly role: string;
  /** Whether it cannot trust its disk, and takes no more part. */
  readonly isHalted?: boolean;
  readonly term: number;
  readonly commit: number;
  readonly applied: number;
  /** Index of the last log entry; 0 without one. */
  readonly lastIndex: number;
  /** The entry before the first that the log still has. Default: index 0, of term 0. */
  readonly base?: PlaceView;
  /** What the log up to some index has come to, if it was saved. */
  readonly snapshot?: SnapshotView | undefined;
  /** What a snapshot would be if it were taken now. O(size). */
  saved?(): SnapshotView;
  /** The entry at an index in (base, lastIndex]. */
  entryAt(index: number): EntryView;
  /** Who decides, as of the last applied entry. Default: all servers, for ever. */
  readonly configuration?: ElectorateView;
}

/** Where an entry stands. */
export interface PlaceView {
  readonly index: number;
  readonly term: number;
}

/** A snapshot. Equal ones have equal bytes. */
export interface SnapshotView extends PlaceView {
  readonly configuration: ElectorateView;
  /** All of it, the state machine included. */
  readonly bytes: Uint8Array;
  readonly checksum: number;
}

/** A log entry. The object stays the same as long as the entry stays in the log. */
export interface EntryView {
  readonly term: number;
  readonly command: unknown;
  /** Of a change: who decides from when it is applied on. */
  readonly configuration?: ElectorateView;
}
