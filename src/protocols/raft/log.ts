import { assert, fail } from "../../sim/assert.ts";
import type { Configuration } from "./configuration.ts";

/** One entry of the replicated log. */
export interface Entry<Command> {
  /** 1-based. */
  readonly index: number;
  /** The term of the leader that made it. */
  readonly term: number;
  /** Undefined in the blank entry with which a leader begins its term, and in a change. */
  readonly command: Command | undefined;
  /** Only in the entry of a change: who takes part from when it is applied on. */
  readonly configuration?: Configuration;
}

/**
 * The log as plain data, in chunks of {@link CHUNK_ENTRIES}, so that a recorded run copies a chunk
 * and not the log when an entry is added.
 */
export interface RaftLog<Command> {
  /** Index of the last entry; 0 while there is none. */
  lastIndex: number;
  /** Full chunks, but for the last. Entry i is `chunks[(i - 1) / 64][(i - 1) % 64]`. */
  chunks: Entry<Command>[][];
  /** In parallel: how many bytes the log takes up to and with that entry. */
  ends: number[][];
}

/** A power of two. At 64, a recorded append costs a few microseconds whatever the log's length. */
export const CHUNK_ENTRIES = 1 << 6;

/** The log before its first entry. */
export function emptyLog<Command>(): RaftLog<Command> {
  return { lastIndex: 0, chunks: [], ends: [] };
}

/** The entry at an index in [1, lastIndex]. */
export function entryAt<Command>(log: RaftLog<Command>, index: number): Entry<Command> {
  const place = index - 1;
  const entry = log.chunks[place >> 6]?.[place & (CHUNK_ENTRIES - 1)];
  return entry ?? fail("no entry at index", index, "of", log.lastIndex);
}

/** The term of the entry at an index in [0, lastIndex]; 0 at index 0, as in the paper. */
export function termAt<Command>(log: RaftLog<Command>, index: number): number {
  return index === 0 ? 0 : entryAt(log, index).term;
}

/** How many bytes the entries up to an index in [0, lastIndex] take, by their own encoding. */
export function bytesUpTo<Command>(log: RaftLog<Command>, index: number): number {
  if (index === 0) return 0;
  const place = index - 1;
  const bytes = log.ends[place >> 6]?.[place & (CHUNK_ENTRIES - 1)];
  return bytes ?? fail("no entry at index", index, "of", log.lastIndex);
}

/** The entries at indexes in [from, to]; none when `to` is less than `from`. */
export function entriesFrom<Command>(
  log: RaftLog<Command>,
  from: number,
  to: number,
): Entry<Command>[] {
  const entries: Entry<Command>[] = [];
  for (let i = from; i <= to; i++) entries.push(entryAt(log, i));
  return entries;
}

/** Adds the next entry, of that size when encoded. Terms never fall along a log. */
export function appendEntry<Command>(
  log: RaftLog<Command>,
  entry: Entry<Command>,
  sizeBytes: number,
): void {
  const { index, term } = entry;
  if (index !== log.lastIndex + 1) fail("a gap in the log:", log.lastIndex, index);
  if (term < termAt(log, log.lastIndex)) fail("terms fall at index", index, term);
  const end = bytesUpTo(log, log.lastIndex) + sizeBytes;
  const last = log.chunks.at(-1);
  if (last === undefined || last.length === CHUNK_ENTRIES) {
    log.chunks.push([entry]);
    log.ends.push([end]);
  } else {
    last.push(entry);
    log.ends.at(-1)!.push(end);
  }
  log.lastIndex = index;
}

/** Removes the entry at an index in [1, lastIndex] and all that follow. */
export function truncateFrom<Command>(log: RaftLog<Command>, index: number): void {
  assert(index >= 1 && index <= log.lastIndex, "nothing to cut at", index, "of", log.lastIndex);
  const kept = index - 1;
  log.chunks.length = Math.ceil(kept / CHUNK_ENTRIES);
  log.ends.length = log.chunks.length;
  const rest = kept % CHUNK_ENTRIES;
  if (rest !== 0) {
    log.chunks.at(-1)!.length = rest;
    log.ends.at(-1)!.length = rest;
  }
  log.lastIndex = kept;
}

/**
 * The highest index in [0, from] whose term is at most `term`; `from` lies within the log. Leader
 * and follower use it in turn to skip whole terms of conflicting entries at a time. O(log n), as
 * terms never fall. Source: the end of Raft §5.3; etcd/raft `findConflictByTerm`.
 */
export function lastIndexUpToTerm<Command>(
  log: RaftLog<Command>,
  from: number,
  term: number,
): number {
  let low = 0;
  let high = from;
  // The usual case: the logs differ in length only.
  if (termAt(log, from) <= term) return from;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (termAt(log, middle) <= term) low = middle;
    else high = middle - 1;
  }
  return low;
}
