// A chain's blocks on the disk, in segments. Who uses it syncs the disk.

import type { Disk, DiskError } from "../../../sim/env.ts";
import { Journal, newJournalState, rewriteUnsynced } from "../../journal.ts";
import { RECORD_HEADER_BYTES, readRecords } from "../../journal-record.ts";
import type { Block, Body } from "../block.ts";
import {
  type ChainBlock,
  type ChainState,
  checkpointOf,
  isCanonical,
  pruneBodies,
  tipOf,
} from "../chain.ts";
import type { Hash } from "../encoding/hash.ts";
import { isMalformed } from "../encoding/rlp.ts";
import type { Checkpoint } from "../finality/vote.ts";
import { type TrieChange, trieEntries } from "../trie/trie.ts";
import type { BlockPlace, ReplaySetup, Segment } from "./replay.ts";
import { readRecord, segmentFile, writeBlock, writeStart } from "./segments.ts";

/** What a node remembers of its segments, as plain data. */
export interface BlockFilesState {
  /** The oldest first; the last one is written to. */
  segments: Segment[];
  /** Where each block is that was written and not pruned. */
  places: Map<Hash, BlockPlace>;
  /** Blocks that the disk has not taken, in order. */
  unwritten: UnwrittenBlock[];
  /** Blocks that were written before they came to the chain. */
  unadopted: Checkpoint[];
  /** Whether a removal is not durable yet. */
  isRemoving: boolean;
}

interface UnwrittenBlock {
  readonly block: Block;
  readonly changes: readonly TrieChange[];
}

/** What a store lends to its files. */
export interface BlockFilesSetup extends ReplaySetup {
  /** The node's memory: in a recorded run that is another at each handler. */
  readonly state: () => BlockFilesState;
  readonly chain: () => ChainState;
}

/** Blocks that wait for room on the disk; more are given up, and fetched again after a restart. */
const UNWRITTEN_MAX = 1_024;

/** A segment that is larger is full, however few blocks it has. */
const SEGMENT_BYTES = 16 * 1_024 * 1_024;

/** No files. */
export function newBlockFiles(): BlockFilesState {
  return {
    ...{ segments: [], places: new Map(), unwritten: [], unadopted: [], isRemoving: false },
  };
}

/** Writes, reads and prunes segments. */
export class BlockFiles {
  readonly #disk: Disk;
  readonly #setup: BlockFilesSetup;

  constructor(disk: Disk, setup: BlockFilesSetup) {
    this.#disk = disk;
    this.#setup = setup;
  }

  /** Takes a block, to be written at once or by a later {@link write}. */
  add(block: Block, changes: readonly TrieChange[]): void {
    const { unwritten } = this.#setup.state();
    if (unwritten.length < UNWRITTEN_MAX) unwritten.push({ block, changes });
  }

  /** The first segment, with the block from which the chain begins if that is not genesis. */
  begin(base: ChainBlock | undefined): DiskError | undefined {
    const state = this.#setup.state();
    for (const { number } of state.segments) this.#disk.remove(segmentFile(number));
    Object.assign(state, newBlockFiles());
    return this.#begin(1, 0, base);
  }

  /**
   * Writes what was added, in order, and begins a new segment when that is full. Tells which blocks
   * were written, and why the disk refuses the others.
   */
  write(): { readonly written: readonly Hash[]; readonly error: DiskError | undefined } {
    const { unwritten } = this.#setup.state();
    const written: Hash[] = [];
    for (let next = unwritten[0]; next !== undefined; next = unwritten[0]) {
      this.#maybeBegin(next.block);
      const error = this.#writeBlock(next);
      if (error !== undefined) return { written, error };
      written.push(next.block.header.hash);
      unwritten.shift();
      this.#maybeBegin(undefined);
    }
    return { written, error: undefined };
  }

  /** The body of a block, from the disk; undefined when it is not there or not what it was. */
  bodyOf(hash: Hash): Body | undefined {
    return this.bodiesOf([hash])[0];
  }

  /** The bodies of blocks, from the disk, up to the first that is not there. */
  bodiesOf(hashes: readonly Hash[]): readonly Body[] {
    const { places, unwritten } = this.#setup.state();
    const files = new Map<number, Uint8Array>();
    const bodies: Body[] = [];
    for (const hash of hashes) {
      const waiting = unwritten.find(({ block }) => block.header.hash === hash);
      const place = places.get(hash);
      const body = waiting?.block.body ?? (place && this.#bodyAt(place, hash, files));
      if (body === undefined) break;
      bodies.push(body);
    }
    return bodies;
  }

  /**
   * Removes the oldest segment, if a later one begins at a final block that is old enough; one at
   * a time, so that a crash leaves no gap. False when there is nothing to remove.
   */
  prune(): boolean {
    const state = this.#setup.state();
    const chain = this.#setup.chain();
    const { keptBlocks } = this.#setup.options.store;
    const [oldest] = state.segments;
    if (keptBlocks === 0 || oldest === undefined || state.isRemoving) {
      return false;
    }
    const highest = Math.min(chain.finalized.height, tipOf(chain).header.height - keptBlocks);
    const base = state.segments
      .slice(1)
      .findLast(({ base }) => base && base.height <= highest && isCanonical(chain, base))?.base;
    if (base === undefined) return false;
    this.#disk.remove(segmentFile(oldest.number));
    for (const hash of oldest.blocks) state.places.delete(hash);
    state.segments.shift();
    state.isRemoving = true;
    pruneBodies(chain, base.height + 1);
    return true;
  }

  /** Writes again what may not be durable; the error, if the disk refuses. */
  mend(): DiskError | undefined {
    for (const { number, journal } of this.#setup.state().segments) {
      const error = rewriteUnsynced(this.#disk, segmentFile(number), journal);
      if (error !== undefined) return error;
    }
    return undefined;
  }

  #writeBlock({ block, changes }: UnwrittenBlock): DiskError | undefined {
    const state = this.#setup.state();
    if (state.segments.length === 0) {
      const error = this.#begin(1, 0, undefined);
      if (error !== undefined) return error;
    }
    const { header } = block;
    const segment = state.segments.at(-1)!;
    const start = segment.journal.sizeBytes + RECORD_HEADER_BYTES;
    const journal = this.#journal(segment.number);
    writeBlock(journal.begin(), block, changes);
    const error = journal.append();
    if (error !== undefined) return error;
    segment.blocks.push(header.hash);
    const end = segment.journal.sizeBytes;
    state.places.set(header.hash, { segment: segment.number, start, end });
    const { height, hash } = header;
    if (!this.#setup.chain().blocks.has(hash)) state.unadopted.push({ height, hash });
    return undefined;
  }

  /**
   * Begins a new segment when the last one is full and its blocks are all known to the chain: then
   * the tip has no descendant on the disk, and can be the base of all that comes. `next` is about
   * to be written; it must not be the tip.
   */
  #maybeBegin(next: Block | undefined): void {
    const state = this.#setup.state();
    const chain = this.#setup.chain();
    const { segmentBlocks, keptBlocks } = this.#setup.options.store;
    const last = state.segments.at(-1);
    const isFull =
      last !== undefined &&
      (last.blocks.length >= segmentBlocks || last.journal.sizeBytes >= SEGMENT_BYTES);
    if (!isFull || (next !== undefined && chain.blocks.has(next.header.hash))) return;
    state.unadopted = state.unadopted.filter(
      ({ height, hash }) => !chain.blocks.has(hash) && height > chain.finalized.height,
    );
    const tip = tipOf(chain);
    if (state.unadopted.length > 0 || !state.places.has(tip.header.hash)) return;
    const base = keptBlocks > 0 ? tip : undefined;
    // A disk that has no room for it has none for the next block either.
    this.#begin(last.number + 1, last.journal.sizeBytes, base);
  }

  #begin(
    number: number,
    previousBytes: number,
    base: ChainBlock | undefined,
  ): DiskError | undefined {
    const state = this.#setup.state();
    const journal = newJournalState();
    const writer = new Journal(this.#disk, segmentFile(number), () => journal);
    writeStart(writer.begin(), {
      ...{ genesis: this.#setup.genesis.header.hash, previousBytes },
      base: base && { header: base.header, accounts: trieEntries(base.accounts?.trie) },
    });
    // A file of that name may be left of what was given up.
    if (this.#disk.list().includes(segmentFile(number))) this.#disk.remove(segmentFile(number));
    const error = writer.append();
    if (error !== undefined) return error;
    state.segments.push({ number, base: base && checkpointOf(base), blocks: [], journal });
    return undefined;
  }

  #journal(number: number): Journal {
    const { state } = this.#setup;
    return new Journal(this.#disk, segmentFile(number), () => state().segments.at(-1)!.journal);
  }

  #bodyAt(place: BlockPlace, hash: Hash, files: Map<number, Uint8Array>): Body | undefined {
    const { segment, start, end } = place;
    const bytes = files.get(segment) ?? this.#disk.read(segmentFile(segment));
    if (bytes === undefined) return undefined;
    files.set(segment, bytes);
    let body: Body | undefined;
    readRecords(bytes, start - RECORD_HEADER_BYTES, end, (from, to) => {
      const record = readRecord(bytes.subarray(from, to));
      if (isMalformed(record) || record.kind !== "block") return;
      if (record.block.header.hash === hash) body = record.block.body;
    });
    return body;
  }
}
