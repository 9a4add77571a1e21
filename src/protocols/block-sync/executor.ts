import { type Account, accountAt, encodeAccount } from "./account.ts";
import type { ChainChecks } from "./chain-reader.ts";
import type { Addresses } from "./encoding/addresses.ts";
import type { Address } from "./encoding/keys.ts";
import { gasOf, type Transaction } from "./transaction.ts";
import { compareKeys } from "./trie/nibbles.ts";
import { type Trie, type TrieEntry, trieUpdate } from "./trie/trie.ts";

/** The rule that a transaction breaks. */
export type InvalidTransaction =
  | "bad signature"
  | "nonce too low"
  | "nonce too high"
  | "insufficient balance"
  | "gas limit too low"
  | "gas limit above block"
  | "amount overflow";

/** What the validity of transactions depends on, apart from the accounts. */
export interface TransactionRules extends ChainChecks {
  /** The most that a transaction may ask for, and all of a block together may use. */
  readonly blockGas: number;
}

/** What transactions have made of the accounts. */
export interface Executed {
  readonly kind: "executed";
  readonly trie: Trie;
  /** The accounts that are not what they were, as RLP, in the order of their keys. */
  readonly changes: readonly TrieEntry[];
  /** Fees of all. */
  readonly burned: number;
}

/** The first transaction that is invalid, and why. */
export interface Rejected {
  readonly kind: "rejected";
  readonly index: number;
  readonly rule: InvalidTransaction;
}

/**
 * Executes the transactions of a block on the accounts of its parent, which stay as they are. What
 * is invalid makes the whole invalid. O(transactions) and one update of the trie.
 */
export function execute(
  trie: Trie,
  transactions: readonly Transaction[],
  rules: TransactionRules,
): Executed | Rejected {
  const execution = new Execution(trie, rules.addresses);
  for (const [index, transaction] of transactions.entries()) {
    const rule = ruleBrokenAlone(transaction, rules) ?? execution.apply(transaction);
    if (rule !== undefined) return { kind: "rejected", index, rule };
  }
  return execution.finish();
}

/** The rule that a transaction breaks whatever the accounts are; what is cheap comes first. */
export function ruleBrokenAlone(
  transaction: Transaction,
  { blockGas, reader }: TransactionRules,
): InvalidTransaction | undefined {
  const { gasLimit } = transaction;
  if (gasLimit < gasOf(transaction)) return "gas limit too low";
  if (gasLimit > blockGas) return "gas limit above block";
  if (!reader.isSigned(transaction)) return "bad signature";
  return undefined;
}

/** All that a payment takes of its sender. Exact, or at least 2^53 if it is not below that. */
export function costOf(transaction: Transaction): number {
  return transaction.amount + feeOf(transaction);
}

/** Transactions one after another, on accounts that are written back together. */
export class Execution {
  readonly #trie: Trie;
  readonly #addresses: Addresses;
  readonly #accounts = new Map<Address, TouchedAccount>();
  #burned = 0;

  /** Begins with the accounts of a trie, which stays as it is. */
  constructor(trie: Trie, addresses: Addresses) {
    this.#trie = trie;
    this.#addresses = addresses;
  }

  /**
   * Applies a transaction, unless it breaks a rule that depends on the accounts: then it changes
   * nothing. What {@link ruleBrokenAlone} finds is for the caller to ask.
   */
  apply(transaction: Transaction): InvalidTransaction | undefined {
    const { from, to, nonce, amount } = transaction;
    const sender = this.#touch(from);
    if (nonce < sender.nonce) return "nonce too low";
    if (nonce > sender.nonce) return "nonce too high";
    const cost = costOf(transaction);
    if (cost > Number.MAX_SAFE_INTEGER) return "amount overflow";
    if (cost > sender.balance) return "insufficient balance";
    const receiver = this.#touch(to);
    // What goes to oneself is no more afterwards.
    const isToOther = receiver !== sender;
    if (isToOther && receiver.balance + amount > Number.MAX_SAFE_INTEGER) return "amount overflow";
    sender.nonce++;
    sender.balance -= cost;
    receiver.balance += amount;
    this.#burned += feeOf(transaction);
    return undefined;
  }

  /** The accounts after all that was applied. To be called once. */
  finish(): Executed {
    const changes: TrieEntry[] = [];
    for (const [address, account] of this.#accounts) {
      const { nonce, balance, before } = account;
      if (nonce === before.nonce && balance === before.balance) continue;
      // Whoever sent has a nonce, and whoever did not has no less than before: it is not empty.
      changes.push({ key: this.#addresses.keyOf(address), value: encodeAccount(account) });
    }
    // The trie wants them so; and whoever has looked at what in vain, all nodes have the same.
    changes.sort((a, b) => compareKeys(a.key, b.key));
    const trie = changes.length === 0 ? this.#trie : trieUpdate(this.#trie, changes);
    return { kind: "executed", trie, changes, burned: this.#burned };
  }

  #touch(address: Address): TouchedAccount {
    const touched = this.#accounts.get(address);
    if (touched !== undefined) return touched;
    const before = accountAt(this.#trie, address, this.#addresses);
    const account = { balance: before.balance, nonce: before.nonce, before };
    this.#accounts.set(address, account);
    return account;
  }
}

/** An account while transactions are applied. */
interface TouchedAccount {
  balance: number;
  nonce: number;
  readonly before: Account;
}

function feeOf(transaction: Transaction): number {
  return gasOf(transaction) * transaction.gasPrice;
}
