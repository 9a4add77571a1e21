import type { Account } from "./account.ts";
import type { Hash } from "./encoding/hash.ts";
import type { InvalidTransaction } from "./executor.ts";
import type { Address } from "./transaction.ts";

/** What may be asked of a node's canonical chain. */
export type ChainQuery =
  | { readonly op: "height" }
  | { readonly op: "block"; readonly height: number }
  | { readonly op: "block by hash"; readonly hash: Hash }
  | { readonly op: "hash"; readonly height: number }
  | { readonly op: "transaction"; readonly hash: Hash }
  | { readonly op: "account"; readonly address: Address }
  /** Of the next transaction, those that wait counted. */
  | { readonly op: "nonce"; readonly address: Address }
  | { readonly op: "verify" }
  | { readonly op: "health" };

/** `none`: there is no such thing. A height is there always: that of genesis is 0. */
export type QueryAnswer =
  | { readonly kind: "none" }
  | { readonly kind: "pruned" }
  | {
      readonly kind: "height";
      readonly height: number;
      readonly hash: Hash;
      readonly finalized: number;
    }
  | { readonly kind: "block"; readonly header: Uint8Array; readonly transactions: readonly Hash[] }
  | { readonly kind: "hash"; readonly hash: Hash }
  | {
      readonly kind: "transaction";
      readonly bytes: Uint8Array;
      readonly block: Hash;
      readonly height: number;
      readonly index: number;
      readonly isFinal: boolean;
    }
  | {
      readonly kind: "account";
      readonly account: Account;
      readonly height: number;
      readonly stateRoot: Hash;
      /** From that root to the account, or to where it would be. */
      readonly proof: readonly Uint8Array[];
    }
  | { readonly kind: "nonce"; readonly nonce: number }
  | { readonly kind: "verified"; readonly height: number }
  | { readonly kind: "damaged"; readonly damage: ChainDamage }
  | { readonly kind: "health"; readonly health: ChainHealth };

/** The first height of the stored chain that is not what it was. */
export interface ChainDamage {
  readonly file: string;
  readonly height: number;
  readonly reason: string;
}

export interface ChainHealth {
  readonly height: number;
  readonly finalized: number;
  readonly peersActive: number;
  readonly isSyncing: boolean;
  /** Too few validators are heard of for anything to become final. */
  readonly isPartitioned: boolean;
}

/** Why a node does not take a transaction; `busy` passes. */
export type Refusal =
  | { readonly kind: "malformed"; readonly reason: string }
  | { readonly kind: "busy" }
  | { readonly kind: "known" }
  /** Another one of its sender with that nonce waits; it is not replaced. */
  | { readonly kind: "nonce taken" }
  | { readonly kind: "invalid"; readonly rule: InvalidTransaction };
