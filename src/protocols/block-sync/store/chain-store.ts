// A node's chain on its disk: segments of blocks, and the vote log. One sync is under way at a
// time; the next one covers all that came since.

import { assert } from "../../../sim/assert.ts";
import type { Disk, DiskError } from "../../../sim/env.ts";
import { beginSync, endSync, type JournalState } from "../../journal.ts";
import type { Body } from "../block.ts";
import { type ChainBlock, type ChainState, hashAt, newChain, tipOf } from "../chain.ts";
import type { Hash } from "../encoding/hash.ts";
import type { Certificate } from "../finality/certificate.ts";
import { addVotes, type FinalityState, newFinality } from "../finality/finality.ts";
import type { Checkpoint, Vote } from "../finality/vote.ts";
import type { ChainDamage } from "../queries.ts";
import type { PublicKey } from "../transaction.ts";
import type { TrieChange } from "../trie/trie.ts";
import { BlockFiles, type BlockFilesState, newBlockFiles } from "./block-files.ts";
import { Overlay } from "./overlay.ts";
import { type ReplaySetup, replay } from "./replay.ts";
import { segmentFile } from "./segments.ts";
import { newVoteLog, VoteLog, type VoteLogState } from "./vote-log.ts";

/** What a node remembers of its disk, as plain data. */
export interface ChainStoreState {
  blocks: BlockFilesState;
  votes: VoteLogState;
  /** What was written and is not durable, in order. */
  waiting: Durable[];
  /** How many of these the sync under way covers. */
  covered: number;
  /** Whether it covers the removal of a segment, if one is not durable yet. */
  coversRemoval: boolean;
  /** The number of the sync under way; undefined when there is none. */
  syncing: number | undefined;
  syncs: number;
  /** Whether what may not be durable is to be written again, before any sync. */
  isTorn: boolean;
  /** What the disk has said last; undefined since all went well. */
  failure: DiskError | undefined;
}

/** Something that was to be durable, and is. */
export type Durable =
  | { readonly kind: "block"; readonly hash: Hash }
  | { readonly kind: "vote"; readonly target: Checkpoint };

/** What a node lends to its store. */
export interface ChainStoreSetup extends ReplaySetup {
  /** The node's memory: in a recorded run that is another at each handler. */
  readonly state: () => ChainStoreState;
  readonly chain: () => ChainState;
  readonly validators: readonly PublicKey[];
}

/** What an earlier life has left. */
export interface RecoveredChain {
  readonly chain: ChainState;
  readonly finality: FinalityState;
  /** This node's own votes that still bind it, by rising target; show them again. */
  readonly votes: readonly Vote[];
  /** What of the chain was lost, and is to be fetched again; undefined when nothing was. */
  readonly damage: ChainDamage | undefined;
  /** Whether votes may be lost: a validator that does not know its votes must cast none. */
  readonly areVotesLost: boolean;
}

/** Nothing is stored, nor read. */
export function newChainStore(): ChainStoreState {
  return {
    ...{ blocks: newBlockFiles(), votes: newVoteLog() },
    ...{ waiting: [], covered: 0, coversRemoval: false, syncing: undefined, syncs: 0 },
    ...{ isTorn: false, failure: undefined },
  };
}

/** Reads, writes and prunes a node's chain. Its owner passes on `onSynced`, and calls `retry`. */
export class ChainStore {
  readonly #disk: Disk;
  readonly #setup: ChainStoreSetup;
  readonly #blocks: BlockFiles;
  readonly #votes: VoteLog;

  constructor(disk: Disk, setup: ChainStoreSetup) {
    this.#disk = disk;
    this.#setup = setup;
    const { genesis, options, chain, state } = setup;
    const blocks = { genesis, options, chain, state: () => state().blocks };
    this.#blocks = new BlockFiles(disk, blocks);
    this.#votes = new VoteLog(disk, () => state().votes);
  }

  /** What the disk has said last; undefined since all went well. */
  get failure(): DiskError | undefined {
    return this.#setup.state().failure;
  }

  /**
   * Reads the disk, cuts off what is torn or damaged, and begins to make durable again what was
   * read. To be called once in each life, before anything else. O(bytes).
   */
  recover(): RecoveredChain {
    const state = this.#setup.state();
    const isVoteLogThere = this.#votes.isThere;
    const found = this.#votes.recover();
    const finality = newFinality(this.#setup.validators);
    const { genesis } = this.#setup;
    const proofs = found.proofs.flat();
    // So that a final block is known as such as soon as it is read.
    addVotes(finality, newChain(genesis), proofs);
    const read = replay(this.#disk, finality, this.#setup);
    const { chain, segments, places, damage, error } = read;
    addVotes(finality, chain, [...proofs, ...found.own]);
    // What an earlier life has removed is to be gone for good before anything else is.
    const isRemoving = (segments[0]?.number ?? 1) > 1;
    Object.assign(state.blocks, { segments, places, isRemoving });
    state.isTorn = error !== undefined;
    this.#note(error);
    const wasUsed = segments.some(({ journal }) => journal.durableBytes > 0);
    const areVotesLost = found.isDamaged || (wasUsed && !isVoteLogThere);
    this.#note(this.#votes.renew(chain.finalized.height));
    if (segments.length === 0) this.#note(this.#blocks.begin(undefined));
    this.#sync();
    return { chain, finality, votes: found.own, damage, areVotesLost };
  }

  /**
   * Stores a valid block with the accounts that it changed. A block that the disk refuses waits
   * for room; so does one that comes behind such a block.
   */
  append({ header, body }: ChainBlock, changes: readonly TrieChange[]): void {
    assert(body !== undefined, "a block without a body is not stored:", header.height);
    this.#blocks.add({ header, body }, changes);
    this.#write();
    this.#sync();
  }

  /**
   * Stores a block of this node's own making, which is not part of the chain yet; false when the
   * disk refuses it: then nothing is left of it, and it must not be sent.
   */
  propose({ header, body }: ChainBlock, changes: readonly TrieChange[]): boolean {
    assert(body !== undefined, "a block without a body is not stored:", header.height);
    const { blocks } = this.#setup.state();
    this.#write();
    if (blocks.unwritten.length > 0) return false;
    this.#blocks.add({ header, body }, changes);
    this.#write();
    const isWritten = blocks.unwritten.length === 0;
    if (!isWritten) blocks.unwritten = [];
    this.#sync();
    return isWritten;
  }

  /** Stores a vote of this node's own; false when the disk refuses it: then it must not be sent. */
  appendVote(vote: Vote): boolean {
    const error = this.#votes.appendVote(vote);
    this.#note(error);
    if (error !== undefined) return false;
    this.#setup.state().waiting.push({ kind: "vote", target: vote.target });
    this.#sync();
    return true;
  }

  /** Stores what proves that a block is final, or justified; false when the disk refuses it. */
  appendCertificate(kind: "final" | "justified", certificate: Certificate): boolean {
    if (this.#votes.isLarge) this.#note(this.#votes.renew(this.#setup.chain().finalized.height));
    const error = this.#votes.appendCertificate(kind, certificate);
    this.#note(error);
    this.#sync();
    return error === undefined;
  }

  /** A chain begins at a block that is trusted; whatever was stored before is given up. */
  begin(base: ChainBlock): void {
    Object.assign(this.#setup.state(), { waiting: [], covered: 0 });
    this.#note(this.#blocks.begin(base));
    this.#sync();
  }

  /**
   * A sync is over, if it is one of this store's: what is durable now, in order. After a failed
   * one, and whenever `failure` is set, call {@link retry} later.
   */
  onSynced(token: string, error: DiskError | undefined): readonly Durable[] {
    const state = this.#setup.state();
    if (token !== tokenOf(state.syncing)) return [];
    state.syncing = undefined;
    const { covered } = state;
    state.covered = 0;
    if (error !== undefined) {
      state.failure = error;
      state.isTorn = true;
      return [];
    }
    if (state.blocks.unwritten.length === 0) state.failure = undefined;
    this.#journals().forEach(endSync);
    if (state.coversRemoval) state.blocks.isRemoving = false;
    const isCurrent = state.votes.journal.durableBytes > 0;
    if (isCurrent && state.votes.obsolete.length > 0) this.#votes.removeObsolete();
    const durable = state.waiting.splice(0, covered);
    this.#sync();
    return durable;
  }

  /** Tries again what the disk has refused. */
  retry(): void {
    const state = this.#setup.state();
    if (state.syncing !== undefined) return;
    const { failure } = state;
    state.failure = undefined;
    if (!state.votes.isOpen) {
      this.#note(this.#votes.renew(this.#setup.chain().finalized.height));
    }
    this.#write();
    this.#sync();
    // Only a sync that comes back well says that the disk is in order again.
    state.failure ??= state.syncing === undefined ? undefined : failure;
  }

  /** The body of a block, from the disk; undefined when it is not there or not what it was. */
  bodyOf(hash: Hash): Body | undefined {
    return this.bodiesOf([hash])[0];
  }

  /** The bodies of blocks, from the disk, up to the first that is not there. */
  bodiesOf(hashes: readonly Hash[]): readonly Body[] {
    return this.#blocks.bodiesOf(hashes);
  }

  /**
   * Removes the oldest blocks, some at a time, as the options say; never what is not final. To be
   * called when a block has become final.
   */
  prune(): void {
    if (this.#blocks.prune()) this.#sync();
  }

  /** Reads the whole chain from the disk: its height, or the first that is damaged. O(bytes). */
  verify(): ChainDamage | number {
    const { places } = this.#setup.state().blocks;
    const chain = this.#setup.chain();
    const finality = newFinality(this.#setup.validators);
    const found = replay(new Overlay(this.#disk), finality, this.#setup);
    for (let height = chain.base; height <= tipOf(chain).header.height; height++) {
      const hash = hashAt(chain, height)!;
      const place = places.get(hash);
      if (place === undefined || found.places.has(hash)) continue;
      const file = segmentFile(place.segment);
      return { file, height, reason: found.damage?.reason ?? "torn" };
    }
    return tipOf(chain).header.height;
  }

  #write(): void {
    const { written, error } = this.#blocks.write();
    const { waiting } = this.#setup.state();
    for (const hash of written) waiting.push({ kind: "block", hash });
    this.#note(error);
  }

  /** Begins a sync, if there is something for it to do and none is under way. */
  #sync(): void {
    const state = this.#setup.state();
    if (state.syncing !== undefined || (state.isTorn && !this.#mend())) return;
    const journals = this.#journals();
    const isClean = journals.every(({ sizeBytes, durableBytes }) => sizeBytes === durableBytes);
    if (isClean && !state.blocks.isRemoving) return;
    journals.forEach(beginSync);
    state.covered = state.waiting.length;
    state.coversRemoval = state.blocks.isRemoving;
    state.syncing = ++state.syncs;
    this.#disk.sync(tokenOf(state.syncing)!);
  }

  /** Writes again what may not be durable; false while the disk refuses. */
  #mend(): boolean {
    const state = this.#setup.state();
    const error = this.#votes.mend() ?? this.#blocks.mend();
    this.#note(error);
    state.isTorn = error !== undefined;
    return error === undefined;
  }

  #journals(): readonly JournalState[] {
    const { blocks, votes } = this.#setup.state();
    return [...blocks.segments.map(({ journal }) => journal), votes.journal];
  }

  #note(error: DiskError | undefined): void {
    if (error !== undefined) this.#setup.state().failure = error;
  }
}

function tokenOf(sync: number | undefined): string | undefined {
  return sync === undefined ? undefined : `store ${sync}`;
}
