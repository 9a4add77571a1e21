// Which of the known blocks are the chain. Of those that descend from the highest justified block
// the tip is the highest one, and of equally high ones that with the lowest hash: a total order, so
// that whoever knows the same blocks and votes has the same chain, whatever came first.
// Source: Buterin and Griffith, Casper the Friendly Finality Gadget, 2017, §4: follow the chain
// containing the justified checkpoint of the greatest height.

import { assert } from "../../../sim/assert.ts";
import {
  type ChainBlock,
  type ChainState,
  forkPoint,
  hashAt,
  isAncestor,
  isCanonical,
  knownBlock,
  type TipChange,
  tipOf,
} from "../chain.ts";
import type { Hash } from "../encoding/hash.ts";
import type { Checkpoint } from "./vote.ts";

/** Why no block may be put behind some other one. */
export type BranchRefusal = "unknown parent" | "behind finality" | "fork too deep";

/**
 * Why a block with this parent cannot be taken; undefined when it can. A branch may leave the chain
 * at most `reorgMax` blocks below the tip, where states are kept, and not below the final block.
 * O(blocks of the parent's branch).
 */
export function branchRefusal(
  chain: ChainState,
  parent: Checkpoint,
  reorgMax: number,
): BranchRefusal | undefined {
  if (parent.height < chain.finalized.height) return "behind finality";
  if (!chain.blocks.has(parent.hash)) return "unknown parent";
  const depth = tipOf(chain).header.height - forkPoint(chain, parent.hash).height;
  const isStateKept = knownBlock(chain, parent.hash).accounts !== undefined;
  return depth > reorgMax || !isStateKept ? "fork too deep" : undefined;
}

/**
 * Adds a valid block whose parent is known and not refused; returns what became of the tip,
 * undefined when nothing did. A block that is known already changes nothing.
 */
export function insert(chain: ChainState, block: ChainBlock): TipChange | undefined {
  const { header } = block;
  if (chain.blocks.has(header.hash)) return undefined;
  const parent = knownBlock(chain, header.parent).header;
  assert(header.height === parent.height + 1, "a block not behind its parent:", header.height);
  assert(parent.height >= chain.finalized.height, "a block behind finality:", header.height);
  chain.blocks.set(header.hash, block);
  const level = chain.branches.get(header.height);
  if (level === undefined) chain.branches.set(header.height, [header.hash]);
  else level.push(header.hash);
  chain.cachedFrom = Math.min(chain.cachedFrom, header.height);
  const tip = tipOf(chain).header;
  if (!isBetter(header, tip)) return undefined;
  if (parent.hash !== tip.hash && !isAncestor(chain, chain.justified, header.hash)) {
    return undefined;
  }
  return moveTip(chain, header.hash);
}

/** A known block is justified; returns what became of the tip, undefined when nothing did. */
export function onJustified(chain: ChainState, checkpoint: Checkpoint): TipChange | undefined {
  assert(chain.blocks.has(checkpoint.hash), "an unknown block is justified:", checkpoint.hash);
  if (checkpoint.height <= chain.finalized.height) return undefined;
  if (!isBetter(checkpoint, chain.justified)) return undefined;
  chain.justified = checkpoint;
  return chooseTip(chain);
}

/**
 * A known block is final: blocks that do not descend from it are removed. Returns what became of
 * the tip, undefined when nothing did.
 */
export function onFinalized(chain: ChainState, checkpoint: Checkpoint): TipChange | undefined {
  const from = chain.finalized.height;
  if (checkpoint.height <= from) return undefined;
  assert(chain.blocks.has(checkpoint.hash), "an unknown block is final:", checkpoint.hash);
  // Only where 1/3 of the validators or more lie can the highest justified block be elsewhere.
  if (!isAncestor(chain, checkpoint, chain.justified.hash)) chain.justified = checkpoint;
  const change = chooseTip(chain);
  chain.finalized = checkpoint;
  removeBranches(chain, from + 1, checkpoint.height);
  return change;
}

/** The tip is the best descendant of the highest justified block. */
function chooseTip(chain: ChainState): TipChange | undefined {
  // The best of more is the best of these.
  if (isCanonical(chain, chain.justified)) return undefined;
  return moveTip(chain, bestDescendant(chain, chain.justified));
}

/** The highest block of those that descend from one, level by level. O(blocks above it). */
function bestDescendant(chain: ChainState, { height, hash }: Checkpoint): Hash {
  let level = [hash];
  for (let next = height + 1; ; next++) {
    const parents = new Set(level);
    const above = (chain.branches.get(next) ?? []).filter((child) =>
      parents.has(knownBlock(chain, child).header.parent),
    );
    if (above.length === 0) return level.reduce((best, other) => (other < best ? other : best));
    level = above;
  }
}

/** Makes the branch of a block the chain. O(blocks that leave it or join it). */
function moveTip(chain: ChainState, tip: Hash): TipChange {
  const adopted: Hash[] = [];
  let { header } = knownBlock(chain, tip);
  for (; !isCanonical(chain, header); header = knownBlock(chain, header.parent).header) {
    adopted.push(header.hash);
  }
  adopted.reverse();
  const left = chain.canonical.splice(header.height - chain.base + 1);
  const orphaned = left.map((hash) => knownBlock(chain, hash));
  for (const block of orphaned) forgetTransactions(chain, block);
  for (const hash of adopted) {
    chain.canonical.push(hash);
    for (const transaction of knownBlock(chain, hash).transactions) {
      chain.transactions.set(transaction, hash);
    }
  }
  return { orphaned, adopted };
}

function forgetTransactions(chain: ChainState, { transactions }: ChainBlock): void {
  for (const transaction of transactions) chain.transactions.delete(transaction);
}

/**
 * Removes what is not of the chain at heights from `from` to `to`, and all that descends from it.
 * O(blocks at these heights, and at those where there are such descendants).
 */
function removeBranches(chain: ChainState, from: number, to: number): void {
  let removed = new Set<Hash>();
  for (let height = from; height <= to || removed.size > 0; height++) {
    const level = chain.branches.get(height) ?? [];
    const isOut = (hash: Hash): boolean =>
      height <= to ? hash !== hashAt(chain, height) : removed.has(knownParent(chain, hash));
    const out = new Set(level.filter(isOut));
    const left = level.filter((hash) => !out.has(hash));
    // What it descends from is gone, and tells nothing any more.
    for (const hash of removed) chain.blocks.delete(hash);
    if (height <= to || left.length === 0) chain.branches.delete(height);
    else chain.branches.set(height, left);
    removed = out;
  }
}

function knownParent(chain: ChainState, hash: Hash): Hash {
  return knownBlock(chain, hash).header.parent;
}

/** Whether a block comes before another one in the order of tips. */
function isBetter(one: Checkpoint, other: Checkpoint): boolean {
  return one.height === other.height ? one.hash < other.hash : one.height > other.height;
}
