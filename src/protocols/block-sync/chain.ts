// The blocks that a node knows, and which of them are its chain.

import type { Body, Header } from "./block.ts";
import type { Hash } from "./hash.ts";
import type { Checkpoint } from "./vote.ts";

/** A valid block: its rules were checked, and its transactions executed on its parent's state. */
export interface ChainBlock {
  readonly header: Header;
  /** Undefined when it was pruned, or lies below the checkpoint that the node began with. */
  readonly body: Body | undefined;
  /** The hashes of its transactions, in order. */
  readonly transactions: readonly Hash[];
  /** All accounts after it; undefined when too old to be kept. */
  readonly accounts: KeptState | undefined;
}

/** A trie, which may be empty. */
export interface KeptState {
  readonly trie: Trie;
}

/** A stand-in until the trie is there. */
export type Trie = unknown;

export interface ChainState {
  /** Every valid block that is known, whatever its branch. */
  readonly blocks: Map<Hash, ChainBlock>;
  /** The chain itself, by height less `base`; the last one is the tip. Never empty. */
  readonly canonical: Hash[];
  /** The height of the first one: 0, or that of the checkpoint that the node began with. */
  readonly base: number;
  /** The highest block for which more than 2/3 of the validators have voted. */
  justified: Checkpoint;
  /** No block at its height or below will ever be another one. */
  finalized: Checkpoint;
}

/** What became of the chain when its tip changed: hashes by rising height. */
export interface TipChange {
  readonly orphaned: readonly Hash[];
  readonly adopted: readonly Hash[];
}
