// The blocks that a node knows, and which of them are its chain. What changes it: fork-choice.ts.

import { assert } from "../../sim/assert.ts";
import type { Body, Header } from "./block.ts";
import type { Hash } from "./encoding/hash.ts";
import type { Checkpoint } from "./finality/vote.ts";
import type { Trie } from "./trie/trie.ts";

/** A valid block: its rules were checked, and its transactions executed on its parent's state. */
export interface ChainBlock {
  readonly header: Header;
  /**
   * Undefined when it is on the disk only, was pruned, or lies below the checkpoint that the node
   * began with.
   */
  readonly body: Body | undefined;
  /** The hashes of its transactions, in order; none when it was pruned. */
  readonly transactions: readonly Hash[];
  /** All accounts after it; undefined when too old to be kept. */
  readonly accounts: KeptState | undefined;
}

/** A trie, which may be empty. */
export interface KeptState {
  readonly trie: Trie;
}

export interface ChainState {
  /**
   * Every valid block that is known, whatever its branch. Invariant: each but the lowest has its
   * parent here, and those above the finalized one descend from it.
   */
  readonly blocks: Map<Hash, ChainBlock>;
  /** The chain itself, by height less `base`; the last one is the tip. Never empty. */
  readonly canonical: Hash[];
  /** The height of the first one: 0, or that of the checkpoint that the node began with. */
  readonly base: number;
  /** The hashes of all known blocks above the finalized one, by height, as they came. */
  readonly branches: Map<number, Hash[]>;
  /** The block of each transaction of the chain whose body is not pruned. */
  readonly transactions: Map<Hash, Hash>;
  /** The highest block for which more than 2/3 of the validators have voted. */
  justified: Checkpoint;
  /** No block at its height or below will ever be another one. */
  finalized: Checkpoint;
  /** Blocks below have no state in memory. */
  statesFrom: number;
  /** Blocks below have no body in memory. */
  cachedFrom: number;
  /** Blocks below have no body at all. */
  bodiesFrom: number;
}

/** What became of the chain when its tip changed, by rising height. */
export interface TipChange {
  /** The blocks themselves, as what is final now may have made the chain forget them. */
  readonly orphaned: readonly ChainBlock[];
  readonly adopted: readonly Hash[];
}

/** Where a transaction stands. */
export interface TransactionPlace {
  readonly block: Hash;
  /** In the body, from 0. */
  readonly index: number;
}

/** A chain of one block, which is final: genesis, or a checkpoint that is trusted. */
export function newChain(first: ChainBlock): ChainState {
  const { hash, height } = first.header;
  const checkpoint = { height, hash };
  const bodiesFrom = first.body === undefined ? height + 1 : height;
  return {
    blocks: new Map([[hash, first]]),
    canonical: [hash],
    base: height,
    branches: new Map(),
    transactions: new Map(first.transactions.map((transaction) => [transaction, hash])),
    ...{ justified: checkpoint, finalized: checkpoint },
    ...{ statesFrom: height, cachedFrom: bodiesFrom, bodiesFrom },
  };
}

/** The hash of the chain's block at a height; undefined above the tip and below the base. */
export function hashAt(chain: ChainState, height: number): Hash | undefined {
  return chain.canonical[height - chain.base];
}

/** The chain's block at a height; undefined above the tip and below the base. */
export function blockAt(chain: ChainState, height: number): ChainBlock | undefined {
  const hash = hashAt(chain, height);
  return hash === undefined ? undefined : chain.blocks.get(hash);
}

/** The block of that hash, on the chain or not; undefined when it is not known. */
export function blockOf(chain: ChainState, hash: Hash): ChainBlock | undefined {
  return chain.blocks.get(hash);
}

/** The last block of the chain. */
export function tipOf(chain: ChainState): ChainBlock {
  return knownBlock(chain, chain.canonical[chain.canonical.length - 1]!);
}

/** A block by its height and hash. */
export function checkpointOf({ header: { height, hash } }: ChainBlock): Checkpoint {
  return { height, hash };
}

/** Whether a block is part of the chain. */
export function isCanonical(chain: ChainState, { height, hash }: Checkpoint): boolean {
  return hashAt(chain, height) === hash;
}

/**
 * Whether a known block is that other one or descends from it. O(blocks between them and off the
 * chain).
 */
export function isAncestor(chain: ChainState, ancestor: Checkpoint, descendant: Hash): boolean {
  let { header } = knownBlock(chain, descendant);
  while (header.height > ancestor.height) {
    if (isCanonical(chain, header)) return isCanonical(chain, ancestor);
    header = knownBlock(chain, header.parent).header;
  }
  return header.hash === ancestor.hash;
}

/** The last block that a known block's branch shares with the chain. O(blocks off the chain). */
export function forkPoint(chain: ChainState, hash: Hash): Checkpoint {
  let block = knownBlock(chain, hash);
  while (!isCanonical(chain, block.header)) block = knownBlock(chain, block.header.parent);
  return checkpointOf(block);
}

/** Where a transaction of the chain stands; undefined when it is not there, or was pruned. */
export function transactionAt(chain: ChainState, transaction: Hash): TransactionPlace | undefined {
  const block = chain.transactions.get(transaction);
  if (block === undefined) return undefined;
  return { block, index: knownBlock(chain, block).transactions.indexOf(transaction) };
}

/** Two changes of the tip, one after the other, as one; undefined when nothing is left of them. */
export function joinChanges(
  first: TipChange | undefined,
  second: TipChange | undefined,
): TipChange | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  const [left, taken] = [new Set(first.orphaned.map(hashOfBlock)), new Set(first.adopted)];
  const [leftAgain, takenAgain] = [
    new Set(second.orphaned.map(hashOfBlock)),
    new Set(second.adopted),
  ];
  // The second change may go further down than the first one did.
  const orphaned = [
    ...second.orphaned.filter((block) => !taken.has(hashOfBlock(block))),
    ...first.orphaned,
  ];
  const adopted = [...first.adopted.filter((hash) => !leftAgain.has(hash)), ...second.adopted];
  const change = {
    orphaned: orphaned.filter((block) => !takenAgain.has(hashOfBlock(block))),
    adopted: adopted.filter((hash) => !left.has(hash)),
  };
  return change.orphaned.length + change.adopted.length === 0 ? undefined : change;
}

function hashOfBlock({ header }: ChainBlock): Hash {
  return header.hash;
}

/** What of the past a node has in memory. */
export interface MemoryLimits {
  /** States of so many blocks from the tip down. */
  readonly keptStates: number;
  /** No branch leaves the chain further below the tip. */
  readonly reorgMax: number;
}

/**
 * Drops states that are too old: those that no branch can begin at any more, and that are not among
 * the last `keptStates`. O(blocks that came since the last time).
 */
export function forgetStates(chain: ChainState, { keptStates, reorgMax }: MemoryLimits): void {
  const tip = tipOf(chain).header.height;
  // A branch may yet leave the chain at the finalized block.
  const forksFrom = Math.max(chain.finalized.height, tip - reorgMax);
  const from = Math.min(tip - keptStates + 1, forksFrom);
  for (; chain.statesFrom < from; chain.statesFrom++) {
    update(chain, chain.statesFrom, (block) => ({ ...block, accounts: undefined }));
  }
}

/**
 * Drops the bodies of blocks below a height from memory: they are on the disk. O(blocks that were
 * dropped).
 */
export function forgetBodies(chain: ChainState, below: number): void {
  const end = Math.min(below, tipOf(chain).header.height + 1);
  for (; chain.cachedFrom < end; chain.cachedFrom++) {
    update(chain, chain.cachedFrom, (block) =>
      block.body === undefined ? block : { ...block, body: undefined },
    );
  }
}

/**
 * Gives up the bodies of blocks below a height, and the lookup of their transactions; only what is
 * final can be given up. O(transactions that are given up).
 */
export function pruneBodies(chain: ChainState, below: number): void {
  const end = Math.min(below, chain.finalized.height);
  for (; chain.bodiesFrom < end; chain.bodiesFrom++) {
    const { header, transactions, accounts } = blockAt(chain, chain.bodiesFrom)!;
    for (const transaction of transactions) chain.transactions.delete(transaction);
    chain.blocks.set(header.hash, { header, body: undefined, transactions: [], accounts });
  }
  chain.cachedFrom = Math.max(chain.cachedFrom, chain.bodiesFrom);
}

/** A block that must be there. */
export function knownBlock(chain: ChainState, hash: Hash): ChainBlock {
  const block = chain.blocks.get(hash);
  assert(block !== undefined, "unknown block", hash);
  return block;
}

/** Replaces all blocks at a height. */
function update(chain: ChainState, height: number, next: (block: ChainBlock) => ChainBlock): void {
  const hashes = height > chain.finalized.height ? chain.branches.get(height) : undefined;
  for (const hash of hashes ?? [hashAt(chain, height)!]) {
    chain.blocks.set(hash, next(knownBlock(chain, hash)));
  }
}
