import type { Hash } from "./hash.ts";
import type { PublicKey } from "./transaction.ts";

/** A block by its height and hash. */
export interface Checkpoint {
  readonly height: number;
  readonly hash: Hash;
}

/**
 * A validator's vote that one block follows another: `source` is justified as far as it knows, and
 * `target` descends from it. Who never votes twice for one target's height, and never with a link
 * around, or within, another of its links, keeps the rules.
 * Source: Buterin and Griffith, Casper the Friendly Finality Gadget, 2017; every block is a
 * checkpoint here.
 */
export interface Vote {
  readonly validator: PublicKey;
  readonly source: Checkpoint;
  readonly target: Checkpoint;
  readonly signature: Uint8Array;
  /** As RLP, signature and all. */
  readonly bytes: Uint8Array;
}

/** Two votes of one validator that break the rules, or two blocks of one producer in one slot. */
export interface Evidence {
  readonly kind: "double vote" | "surround vote" | "double proposal";
  readonly offender: PublicKey;
  /** Two votes, or two headers, as RLP, the lesser bytes first. */
  readonly proofs: readonly [Uint8Array, Uint8Array];
}
