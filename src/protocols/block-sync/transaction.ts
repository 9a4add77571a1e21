import { bytesOf, hexOf } from "../hex.ts";
import type { Addresses, PublicKey } from "./encoding/addresses.ts";
import { type Hash, hashOf } from "./encoding/hash.ts";
import {
  ADDRESS_BYTES,
  type Address,
  type KeyPair,
  PUBLIC_KEY_BYTES,
  SIGNATURE_BYTES,
  type SignatureCheck,
} from "./encoding/keys.ts";
import { decodeList, isMalformed, type Malformed } from "./encoding/rlp.ts";
import { isSignedList, signList } from "./encoding/signed-list.ts";

export type { Address, PublicKey };

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

/** What a payment takes of any transaction. Source: Ethereum yellow paper, appendix G. */
export const GAS_OF_TRANSACTION = 21_000;

/** And for each byte of its data: G_txdatanonzero before EIP-2028. */
export const GAS_OF_DATA_BYTE = 68;

/** The gas that a payment uses. */
export function gasOf({ data }: Payment): number {
  return GAS_OF_TRANSACTION + GAS_OF_DATA_BYTE * data.length;
}

/** Signs a payment by its sender's keys, and encodes it. */
export function signTransaction(
  payment: Omit<Payment, "sender">,
  keys: KeyPair,
  addresses: Addresses,
): Transaction {
  const { nonce, to, amount, gasPrice, gasLimit, data } = payment;
  const fields = [keys.publicKey, nonce, bytesOf(to), amount, gasPrice, gasLimit, data];
  const { bytes, signature } = signList("transaction", fields, keys);
  const sender = hexOf(keys.publicKey);
  const from = addresses.of(sender);
  const hash = hashOf(bytes);
  return { sender, nonce, to, amount, gasPrice, gasLimit, data, signature, from, hash, bytes };
}

/**
 * Reads a transaction of at most so many bytes, strictly: there is one encoding of each. The
 * signature is not checked.
 */
export function decodeTransaction(
  bytes: Uint8Array,
  sizeBytesMax: number,
  addresses: Addresses,
): Transaction | Malformed {
  if (bytes.length > sizeBytesMax) {
    const reason = `transaction: expected at most ${sizeBytesMax} bytes, got ${bytes.length}`;
    return { kind: "malformed", reason };
  }
  const payment = decodeList(bytes, "transaction", (list) => ({
    sender: hexOf(list.bytes("sender", PUBLIC_KEY_BYTES)),
    nonce: list.number("nonce"),
    to: hexOf(list.bytes("to", ADDRESS_BYTES)),
    amount: list.number("amount"),
    gasPrice: list.number("gasPrice"),
    gasLimit: list.number("gasLimit"),
    data: list.bytesUpTo("data", sizeBytesMax),
    signature: list.bytes("signature", SIGNATURE_BYTES),
  }));
  if (isMalformed(payment)) return payment;
  const { sender, nonce, to, amount, gasPrice, gasLimit, data, signature } = payment;
  const from = addresses.of(sender);
  const hash = hashOf(bytes);
  return { sender, nonce, to, amount, gasPrice, gasLimit, data, signature, from, hash, bytes };
}

/** Whether its sender has signed it. */
export function isSignedTransaction(
  { sender, bytes }: Transaction,
  signatures: SignatureCheck,
): boolean {
  return isSignedList(signatures, "transaction", bytesOf(sender), bytes);
}
