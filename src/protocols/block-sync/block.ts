import type { Micros } from "../../sim/time.ts";
import type { Hash } from "./hash.ts";
import type { PublicKey } from "./transaction.ts";

/** What a block says of itself, apart from its signature. */
export interface HeaderFields {
  /** 0 for genesis. */
  readonly height: number;
  readonly parent: Hash;
  /** Root of the trie of all accounts after this block. */
  readonly stateRoot: Hash;
  /** Root of the trie of the body's transactions by their places, as in Ethereum. */
  readonly transactionsRoot: Hash;
  /** Since 1970, by its producer's wall clock. */
  readonly timestamp: Micros;
  readonly producer: PublicKey;
}

/** A header as it travels and is stored. */
export interface Header extends HeaderFields {
  /** The producer's, of the fields as RLP. Of genesis it is empty. */
  readonly signature: Uint8Array;
  /** Of `bytes`, signature and all. */
  readonly hash: Hash;
  readonly bytes: Uint8Array;
}

/** A block's transactions, each as RLP, in order. */
export type Body = readonly Uint8Array[];

export interface Block {
  readonly header: Header;
  readonly body: Body;
}
