// Keys, payments and their parts that the tests of the chain share.

import {
  type Account,
  accountAt,
  emptyAccount,
  encodeAccount,
} from "../../../src/protocols/block-sync/account.ts";
import { newChainChecks } from "../../../src/protocols/block-sync/chain-reader.ts";
import { Addresses } from "../../../src/protocols/block-sync/encoding/addresses.ts";
import { type KeyPair, keyPairOf } from "../../../src/protocols/block-sync/encoding/keys.ts";
import { isMalformed } from "../../../src/protocols/block-sync/encoding/rlp.ts";
import type { TransactionRules } from "../../../src/protocols/block-sync/executor.ts";
import {
  type Address,
  decodeTransaction,
  type Payment,
  type PublicKey,
  signTransaction,
  type Transaction,
} from "../../../src/protocols/block-sync/transaction.ts";
import { type Trie, trieUpdate } from "../../../src/protocols/block-sync/trie/trie.ts";
import { hexOf } from "../../../src/protocols/hex.ts";

/** Of transactions as RLP, in the tests. */
export const TRANSACTION_BYTES_MAX = 1_024;

/** One for each test that needs one: what it remembers changes no answer. */
export const addresses = new Addresses();

/** Somebody who signs: the same for the same number. */
export interface Person {
  readonly keys: KeyPair;
  readonly publicKey: PublicKey;
  readonly address: Address;
}

export function person(number: number): Person {
  const keys = keyPairOf(new Uint8Array(32).fill(number));
  const publicKey = hexOf(keys.publicKey);
  return { keys, publicKey, address: addresses.of(publicKey) };
}

export const alice = person(1);
export const bob = person(2);
export const carol = person(3);

/** A payment of 10 to Bob, as the first of its sender, but for what is said. */
export function payment(over: Partial<Payment> = {}): Omit<Payment, "sender"> {
  return {
    ...{ nonce: 0, to: bob.address, amount: 10, gasPrice: 1, gasLimit: 21_000 },
    data: new Uint8Array(),
    ...over,
  };
}

export function pays(who: Person, over: Partial<Payment> = {}): Transaction {
  return signTransaction(payment(over), who.keys, addresses);
}

/** The accounts of these people, and nobody else's. */
export function accountsOf(accounts: readonly (readonly [Person, Partial<Account>])[]): Trie {
  const entries = accounts.map(([{ address }, account]) => {
    const value = encodeAccount({ ...emptyAccount, ...account });
    return { key: addresses.keyOf(address), value };
  });
  return trieUpdate(undefined, entries);
}

/** What somebody has. */
export function accountOf(trie: Trie, { address }: Person): Account {
  return accountAt(trie, address, addresses);
}

/** All checks, with a block's gas that is enough for ten transfers. */
export function rulesOf(over: Partial<TransactionRules> = {}): TransactionRules {
  return { blockGas: 210_000, ...newChainChecks(), ...over };
}

/** The transaction with its last byte, which is of its signature, changed. */
export function forged({ bytes }: Transaction): Transaction {
  const changed = bytes.slice();
  changed[changed.length - 1]! ^= 1;
  const transaction = decodeTransaction(changed, TRANSACTION_BYTES_MAX, addresses);
  if (isMalformed(transaction)) throw new Error(transaction.reason);
  return transaction;
}
