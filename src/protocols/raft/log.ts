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

/** The entry before the first that a log still has: what stands for all that was compacted. */
export interface LogBase {
  /** 0, of term 0, while nothing was compacted. */
  readonly index: number;
  readonly term: number;
  /** How many bytes the log took up to and with it. Only differences of such numbers matter. */
  readonly bytes: number;
}

/**
 * The log as plain data, in chunks of {@link CHUNK_ENTRIES}, so that a recorded run copies a chunk
 * and not the log when an entry is added.
 */
export interface RaftLog<Command> {
  /** Index of the last entry, be it compacted; 0 while there is none. */
  lastIndex: number;
  /** Entries up to it are gone. Invariant: base.index <= lastIndex. */
  base: LogBase;
  /** The index before the first place of the chunks; whole chunks are dropped. At most the base. */
  origin: number;
  /** Full but for the last. With `p = i - 1 - origin`, entry i is `chunks[p / 64][p % 64]`. */
  chunks: Entry<Command>[][];
  /** In parallel: how many bytes the log takes up to and with that entry. */
  ends: number[][];
}

/** A power of two. At 64, a recorded append costs a few microseconds whatever the log's length. */
export const CHUNK_ENTRIES = 1 << 6;

/** A log without entries: before its first one, or behind what a snapshot holds. */
export function emptyLog<Command>(index = 0, term = 0): RaftLog<Command> {
  const base = { index, term, bytes: 0 };
  return { lastIndex: index, base, origin: index, chunks: [], ends: [] };
}

/** The entry at an index in (base, lastIndex]. */
export function entryAt<Command>(log: RaftLog<Command>, index: number): Entry<Command> {
  const place = index - 1 - log.origin;
  const entry = log.chunks[place >> 6]?.[place & (CHUNK_ENTRIES - 1)];
  if (entry === undefined || index <= log.base.index) return noEntry(log, index);
  return entry;
}

/** The term of the entry at an index in [base, lastIndex]; 0 at index 0, as in the paper. */
export function termAt<Command>(log: RaftLog<Command>, index: number): number {
  return index === log.base.index ? log.base.term : entryAt(log, index).term;
}

/** How many bytes entries up to an index in [base, lastIndex] take, by their own encoding. */
export function bytesUpTo<Command>(log: RaftLog<Command>, index: number): number {
  if (index === log.base.index) return log.base.bytes;
  const place = index - 1 - log.origin;
  const bytes = log.ends[place >> 6]?.[place & (CHUNK_ENTRIES - 1)];
  if (bytes === undefined || index < log.base.index) return noEntry(log, index);
  return bytes;
}

function noEntry<Command>({ base, lastIndex }: RaftLog<Command>, index: number): never {
  return fail("no entry at index", index, "of", lastIndex, "behind", base.index);
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

/** Removes the entry at an index in (base, lastIndex] and all that follow. */
export function truncateFrom<Command>(log: RaftLog<Command>, index: number): void {
  const { base, lastIndex } = log;
  assert(index > base.index && index <= lastIndex, "nothing to cut at", index, "of", lastIndex);
  const kept = index - 1 - log.origin;
  log.chunks.length = Math.ceil(kept / CHUNK_ENTRIES);
  log.ends.length = log.chunks.length;
  const rest = kept % CHUNK_ENTRIES;
  if (rest !== 0) {
    log.chunks.at(-1)!.length = rest;
    log.ends.at(-1)!.length = rest;
  }
  log.lastIndex = index - 1;
}

/** Removes all entries up to an index in [base, lastIndex]: whole chunks, so in O(chunks). */
export function compactUpTo<Command>(log: RaftLog<Command>, index: number): void {
  const base = { index, term: termAt(log, index), bytes: bytesUpTo(log, index) };
  const dropped = Math.floor((index - log.origin) / CHUNK_ENTRIES);
  log.chunks.splice(0, dropped);
  log.ends.splice(0, dropped);
  log.origin += dropped * CHUNK_ENTRIES;
  log.base = base;
}

/**
 * The highest index in [base, from] whose term is at most `term`, or the base if there is none;
 * `from` lies within the log. Leader and follower use it in turn to skip whole terms of conflicting
 * entries at a time. O(log n), as terms never fall.
 * Source: the end of Raft §5.3; etcd/raft `findConflictByTerm`.
 */
export function lastIndexUpToTerm<Command>(
  log: RaftLog<Command>,
  from: number,
  term: number,
): number {
  let low = log.base.index;
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
