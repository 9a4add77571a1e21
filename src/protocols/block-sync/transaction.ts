import type { Hash } from "./hash.ts";

/** An account's name: the last 20 bytes of its key's Keccak-256, as 40 hexadecimal digits. */
export type Address = string;

/** An ed25519 public key, as 64 hexadecimal digits. */
export type PublicKey = string;

/** What is signed: who pays what to whom. Amounts are whole numbers in [0, 2^53). */
export interface Payment {
  readonly sender: PublicKey;
  /** How many transactions of the sender came before; 0 for the first. */
  readonly nonce: number;
  readonly to: Address;
  readonly amount: number;
  /** What a unit of gas costs; fees are burned. */
  readonly gasPrice: number;
  /** What it may take at most. */
  readonly gasLimit: number;
  readonly data: Uint8Array;
}

/** A payment as it travels, is stored, and stands in blocks. */
export interface Transaction extends Payment {
  readonly signature: Uint8Array;
  /** The account that pays: the address of the sender's key. */
  readonly from: Address;
  /** Of `bytes`. */
  readonly hash: Hash;
  /** As RLP, signature and all. */
  readonly bytes: Uint8Array;
}
