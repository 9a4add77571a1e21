// How a chain is read back from its segments. Every record is checked against what it says: the
// accounts that it makes have the root that its block names.

import type { Disk, DiskError } from "../../../sim/env.ts";
import { hexOf } from "../../hex.ts";
import { Journal, type JournalState, newJournalState } from "../../journal.ts";
import { RECORD_HEADER_BYTES } from "../../journal-record.ts";
import type { Header } from "../block.ts";
import {
  type ChainBlock,
  type ChainState,
  forgetBodies,
  forgetStates,
  newChain,
  tipOf,
} from "../chain.ts";
import { type Hash, hashOf } from "../encoding/hash.ts";
import { isMalformed } from "../encoding/rlp.ts";
import { addBlock, type FinalityState } from "../finality/finality.ts";
import { branchRefusal } from "../finality/fork-choice.ts";
import type { Checkpoint } from "../finality/vote.ts";
import type { BlockSyncOptions } from "../options.ts";
import type { ChainDamage } from "../queries.ts";
import { orderedRoot, type Trie, trieRoot, trieUpdate } from "../trie/trie.ts";
import {
  type BlockRecord,
  readRecord,
  type SegmentBase,
  type SegmentStart,
  segmentFile,
  segmentNumber,
} from "./segments.ts";

/** A file of the chain, as far as it is known. */
export interface Segment {
  readonly number: number;
  /** What it begins with, so that segments before it are not needed. */
  readonly base: Checkpoint | undefined;
  /** The blocks in it, in order. */
  readonly blocks: Hash[];
  readonly journal: JournalState;
}

/** Where a block is on the disk: its record's payload is bytes [start, end) of a segment. */
export interface BlockPlace {
  readonly segment: number;
  readonly start: number;
  readonly end: number;
}

/** What a chain is read with. */
export interface ReplaySetup {
  readonly genesis: ChainBlock;
  readonly options: BlockSyncOptions;
}

/** What was read. */
export interface Replayed {
  chain: ChainState;
  readonly segments: Segment[];
  readonly places: Map<Hash, BlockPlace>;
  /** The first thing that is not what it was; what comes behind it is gone, too. */
  damage: ChainDamage | undefined;
  /** Why the disk refused what opening had to write. */
  error: DiskError | undefined;
}

/**
 * Reads all segments, the oldest first, up to the first that is damaged or torn: that one is cut,
 * and those behind it are removed. `finality` may know already what is final. O(bytes).
 */
export function replay(disk: Disk, finality: FinalityState, setup: ReplaySetup): Replayed {
  const numbers = disk.list().flatMap((file) => segmentNumber(file) ?? []);
  const reader = new Replay(disk, finality, setup, numbers);
  const readable = numbers.findIndex((number) => !reader.read(number));
  for (const number of readable === -1 ? [] : numbers.slice(readable)) reader.drop(number);
  return reader.found;
}

class Replay {
  readonly found: Replayed;
  readonly #disk: Disk;
  readonly #finality: FinalityState;
  readonly #setup: ReplaySetup;
  readonly #numbers: readonly number[];

  constructor(disk: Disk, finality: FinalityState, setup: ReplaySetup, numbers: readonly number[]) {
    this.#numbers = numbers;
    this.#disk = disk;
    this.#finality = finality;
    this.#setup = setup;
    this.found = {
      ...{ chain: newChain(setup.genesis), segments: [], places: new Map() },
      ...{ damage: undefined, error: undefined },
    };
  }

  /** Reads a segment; false when nothing of it, and of those behind it, is of use. */
  read(number: number): boolean {
    const { found } = this;
    const last = found.segments.at(-1);
    if (found.damage !== undefined) return false;
    const expected = last === undefined ? number : last.number + 1;
    if (expected !== number) return this.#tornBefore(number, expected, "missing");
    const state = newJournalState();
    const journal = new Journal(this.#disk, segmentFile(number), () => state);
    let { records, rottenAt, error } = journal.openLeniently();
    const isRotten = rottenAt !== undefined;
    if (rottenAt !== undefined) {
      this.#disk.truncate(segmentFile(number), rottenAt);
      ({ records, error } = journal.openLeniently());
    }
    found.error ??= error;
    const isKept = this.#take(number, records, state);
    if (isRotten) this.#damaged(number, "rotten");
    return isKept;
  }

  /** Removes a segment that is of no use. */
  drop(number: number): void {
    if (this.#disk.list().includes(segmentFile(number))) this.#disk.remove(segmentFile(number));
  }

  /** Takes the records of a segment; false when it does not begin as it must. */
  #take(number: number, records: readonly Uint8Array[], journal: JournalState): boolean {
    if (records[0] === undefined) return this.#tornBefore(number + 1, number, "empty");
    const start = readRecord(records[0]);
    if (isMalformed(start) || start.kind !== "start") return this.#damaged(number, "malformed");
    if (!this.#follows(number, start)) return false;
    const { base } = start;
    if (base !== undefined && !this.#begin(base)) return this.#damaged(number, "wrong accounts");
    const segment: Segment = { number, base: base && pointOf(base.header), blocks: [], journal };
    this.found.segments.push(segment);
    let at = RECORD_HEADER_BYTES + records[0]!.length;
    for (const payload of records.slice(1)) {
      const end = at + RECORD_HEADER_BYTES + payload.length;
      const fault = this.#block(segment, payload, { start: at + RECORD_HEADER_BYTES, end });
      if (fault !== undefined) {
        this.#damaged(number, fault);
        this.#cut(segment, at);
        break;
      }
      at = end;
    }
    return true;
  }

  /** Whether a segment follows on what was read. */
  #follows(number: number, { genesis, base, previousBytes }: SegmentStart): boolean {
    const last = this.found.segments.at(-1);
    if (genesis !== this.#setup.genesis.header.hash) return this.#damaged(number, "another chain");
    if (last === undefined && number > 1 && base === undefined) {
      return this.#tornBefore(number, number - 1, "missing");
    }
    if (last === undefined || last.journal.sizeBytes === previousBytes) return true;
    return this.#tornBefore(number, last.number, "cut short");
  }

  /**
   * What is before a segment is not all there; false. It was durable, and this is damage, if
   * anything of that segment or of a later one was: each sync covers all there is.
   */
  #tornBefore(number: number, damaged: number, reason: string): false {
    const isCovered = this.#numbers
      .filter((other) => other >= number)
      .some((other) => {
        const state = newJournalState();
        const { rottenAt } = new Journal(
          this.#disk,
          segmentFile(other),
          () => state,
        ).openLeniently();
        return rottenAt !== undefined || state.durableBytes > 0;
      });
    return isCovered ? this.#damaged(damaged, reason) : false;
  }

  /** The chain goes on, or begins, at a base. */
  #begin({ header, accounts }: SegmentBase): boolean {
    const { found } = this;
    if (found.chain.blocks.has(header.hash)) return true;
    const trie = trieUpdate(undefined, accounts);
    if (hexOf(trieRoot(trie)) !== header.stateRoot) return false;
    found.chain = newChain({ header, body: undefined, transactions: [], accounts: { trie } });
    return true;
  }

  /** Takes a block; what is wrong with it, if anything is. */
  #block(
    segment: Segment,
    payload: Uint8Array,
    { start, end }: Omit<BlockPlace, "segment">,
  ): string | undefined {
    const record = readRecord(payload);
    if (isMalformed(record) || record.kind !== "block") return "malformed";
    const { header } = record.block;
    segment.blocks.push(header.hash);
    this.found.places.set(header.hash, { segment: segment.number, start, end });
    return this.#import(record);
  }

  #import({ block: { header, body }, changes }: BlockRecord): string | undefined {
    const { chain } = this.found;
    const { options } = this.#setup;
    const { reorgMax } = options.limits;
    const { hash, height, parent } = header;
    if (hexOf(orderedRoot(body)) !== header.transactionsRoot) return "wrong transactions";
    if (chain.blocks.has(hash)) return undefined;
    // A branch that is too old now, or whose parent went with an older segment.
    const refusal = branchRefusal(chain, { height: height - 1, hash: parent }, reorgMax);
    if (refusal !== undefined) return undefined;
    const before = chain.blocks.get(parent)!;
    if (before.header.height + 1 !== height) return "wrong height";
    const trie: Trie = trieUpdate(before.accounts?.trie, changes);
    if (hexOf(trieRoot(trie)) !== header.stateRoot) return "wrong accounts";
    const block = { header, body, transactions: body.map(hashOf), accounts: { trie } };
    addBlock(this.#finality, chain, block);
    forgetStates(chain, { keptStates: options.store.keptStates, reorgMax });
    forgetBodies(chain, tipOf(chain).header.height - options.store.keptStates);
    return undefined;
  }

  #cut(segment: Segment, sizeBytes: number): void {
    const file = segmentFile(segment.number);
    this.found.places.delete(segment.blocks.pop() ?? "");
    this.#disk.truncate(file, sizeBytes);
    const state = segment.journal;
    new Journal(this.#disk, file, () => state).openLeniently();
  }

  /** Notes the first damage; false, for whoever returns it. */
  #damaged(number: number, reason: string): false {
    const height = tipOf(this.found.chain).header.height + 1;
    this.found.damage ??= { file: segmentFile(number), height, reason };
    return false;
  }
}

function pointOf({ height, hash }: Header): Checkpoint {
  return { height, hash };
}
