// Transactions that wait for a block. Plain data, and functions on it.

import { assert } from "../../sim/assert.ts";
import type { Micros } from "../../sim/time.ts";
import type { Account } from "./account.ts";
import type { Hash } from "./encoding/hash.ts";
import { isMalformed } from "./encoding/rlp.ts";
import { costOf, type InvalidTransaction, ruleBrokenAlone } from "./executor.ts";
import type { ChainLimits } from "./options.ts";
import type { Refusal } from "./queries.ts";
import type { Address, Transaction } from "./transaction.ts";
import type { ChainRules } from "./validation.ts";

/** All that waits at a node. */
export interface MempoolState {
  /** In the order in which they came. */
  readonly waiting: Map<Hash, Waiting>;
  /** Of the senders of these, and of nobody else; who was served least lately comes first. */
  readonly senders: Map<Address, SenderQueue>;
}

export interface Waiting {
  readonly transaction: Transaction;
  /** By the node's monotonic clock. */
  readonly since: Micros;
}

/** What waits of one sender: never empty. */
export interface SenderQueue {
  /** Of its account after the tip. Invariant: at most the least nonce that waits. */
  nonce: number;
  /** What all that waits costs together. Invariant: below 2^53, as no account has more. */
  cost: number;
  readonly byNonce: Map<number, Hash>;
}

/** The pool of a node that has just started. */
export function newMempool(): MempoolState {
  return { waiting: new Map(), senders: new Map() };
}

/** What is new, as a node sees it. */
export interface Arrival {
  readonly bytes: Uint8Array;
  readonly now: Micros;
}

/** A transaction that waits from now on. */
export interface Accepted {
  readonly kind: "accepted";
  readonly transaction: Transaction;
}

/**
 * Takes a transaction in, or says why not; what is cheap to find out comes first, and the signature
 * last. It must be affordable together with all that waits of its sender, whatever others may pay
 * to that one by then. A gap before its nonce is allowed: it waits until the gap is filled, where
 * the pool is not half full; so there is always room for what fills it. None is ever replaced by
 * another one. `accountOf` gives accounts after the tip.
 */
export function addTransaction(
  pool: MempoolState,
  { bytes, now }: Arrival,
  rules: ChainRules,
  accountOf: (address: Address) => Account,
): Accepted | Refusal {
  const { limits, reader } = rules;
  const transaction = reader.transaction(bytes, limits.transactionBytes);
  if (isMalformed(transaction)) return transaction;
  if (pool.waiting.has(transaction.hash)) return { kind: "known" };
  if (pool.waiting.size >= limits.mempoolCount) return { kind: "busy" };
  const account = accountOf(transaction.from);
  const refusal = refusalBySender(pool, transaction, account, limits);
  if (refusal !== undefined) return refusal;
  const isHalfFull = pool.waiting.size >= limits.mempoolCount / 2;
  if (isHalfFull && leavesGap(pool, transaction, account)) return { kind: "busy" };
  const rule = ruleBrokenAlone(transaction, rules);
  if (rule !== undefined) return invalid(rule);
  put(pool, transaction, now, account.nonce);
  return { kind: "accepted", transaction };
}

/**
 * What may go into the next block: one of each sender in turn, and of each by rising nonce without
 * a gap; first those that were served least lately. Lazy: O(1) for each one that is taken, besides
 * senders with a gap, which are passed over. The pool must not change meanwhile.
 */
export function* candidates(pool: MempoolState): Generator<Transaction, void> {
  let queues: Iterable<SenderQueue> = pool.senders.values();
  for (let turn = 0; ; turn++) {
    const longer: SenderQueue[] = [];
    for (const queue of queues) {
      const hash = queue.byNonce.get(queue.nonce + turn);
      if (hash === undefined) continue;
      yield transactionOf(pool, hash);
      longer.push(queue);
    }
    if (longer.length === 0) return;
    queues = longer;
  }
}

/** The nonce for the next transaction of a sender, those that wait without a gap counted. */
export function nextNonce(pool: MempoolState, address: Address, { nonce }: Account): number {
  const queue = pool.senders.get(address);
  let next = nonce;
  while (queue?.byNonce.has(next)) next++;
  return next;
}

/** The transactions that the chain has lost and won when its tip changed, by rising height. */
export interface ChangedTransactions {
  readonly orphaned: readonly Transaction[];
  readonly adopted: readonly Transaction[];
}

/**
 * Follows the chain: drops what was adopted, and whatever else has a nonce that is used by now;
 * takes back what was orphaned, beyond the limits too, so that no fork loses what was accepted, but
 * not for a nonce for which another one waits. Who was served goes to the end of the turn.
 * O(transactions).
 */
export function followTip(
  pool: MempoolState,
  { orphaned, adopted }: ChangedTransactions,
  now: Micros,
): void {
  // The account of whoever was in an orphaned block is as before its first one there, if it is
  // not in an adopted one; there, its last one says what its nonce is now.
  const nonces = new Map<Address, number>();
  for (const { from, nonce } of orphaned.toReversed()) nonces.set(from, nonce);
  for (const { from, nonce } of adopted) nonces.set(from, nonce + 1);
  for (const [address, nonce] of nonces) advance(pool, address, nonce);
  for (const transaction of orphaned) {
    const { from, nonce } = transaction;
    const accountNonce = nonces.get(from)!;
    const queue = pool.senders.get(from);
    const isTaken = queue?.byNonce.has(nonce) === true;
    const isAffordable = (queue?.cost ?? 0) + costOf(transaction) <= Number.MAX_SAFE_INTEGER;
    if (nonce < accountNonce || isTaken || !isAffordable) continue;
    put(pool, transaction, now, accountNonce);
  }
}

/** Drops what has waited for longer than it may, and says how many there were. O(these). */
export function dropOld(pool: MempoolState, now: Micros, { mempoolAge }: ChainLimits): number {
  const old: Transaction[] = [];
  for (const { transaction, since } of pool.waiting.values()) {
    if (now - since <= mempoolAge) break;
    old.push(transaction);
  }
  for (const transaction of old) drop(pool, transaction);
  return old.length;
}

/** Whether a transaction could not go into a block after those that wait. O(nonces before it). */
function leavesGap(pool: MempoolState, { from, nonce }: Transaction, account: Account): boolean {
  const queue = pool.senders.get(from);
  for (let before = account.nonce; before < nonce; before++) {
    if (queue?.byNonce.has(before) !== true) return true;
  }
  return false;
}

function refusalBySender(
  pool: MempoolState,
  transaction: Transaction,
  account: Account,
  { mempoolPerSender }: ChainLimits,
): Refusal | undefined {
  const { from, nonce } = transaction;
  const queue = pool.senders.get(from);
  if (nonce < account.nonce) return invalid("nonce too low");
  if (queue?.byNonce.has(nonce)) return { kind: "nonce taken" };
  if (queue !== undefined && queue.byNonce.size >= mempoolPerSender) return { kind: "busy" };
  // Further ahead, it could not be reached by as many as may wait.
  if (nonce >= account.nonce + mempoolPerSender) return invalid("nonce too high");
  const cost = costOf(transaction);
  if (cost > Number.MAX_SAFE_INTEGER) return invalid("amount overflow");
  if ((queue?.cost ?? 0) + cost > account.balance) return invalid("insufficient balance");
  return undefined;
}

function put(pool: MempoolState, transaction: Transaction, since: Micros, nonce: number): void {
  const { hash, from } = transaction;
  let queue = pool.senders.get(from);
  if (queue === undefined) {
    queue = { nonce, cost: 0, byNonce: new Map() };
    pool.senders.set(from, queue);
  }
  assert(transaction.nonce >= queue.nonce, "a used nonce waits:", transaction.nonce, queue.nonce);
  queue.byNonce.set(transaction.nonce, hash);
  queue.cost += costOf(transaction);
  pool.waiting.set(hash, { transaction, since });
}

function drop(pool: MempoolState, transaction: Transaction): void {
  const { hash, from, nonce } = transaction;
  const queue = pool.senders.get(from);
  assert(queue?.byNonce.get(nonce) === hash, "not in its sender's queue:", hash);
  pool.waiting.delete(hash);
  queue.byNonce.delete(nonce);
  queue.cost -= costOf(transaction);
  if (queue.byNonce.size === 0) pool.senders.delete(from);
}

/** The account of a sender has another nonce now: lower ones do not wait any more. */
function advance(pool: MempoolState, address: Address, nonce: number): void {
  const queue = pool.senders.get(address);
  if (queue === undefined) return;
  for (let used = queue.nonce; used < nonce; used++) {
    const hash = queue.byNonce.get(used);
    if (hash !== undefined) drop(pool, transactionOf(pool, hash));
  }
  queue.nonce = nonce;
  // To the end, unless it was the last that waited.
  if (pool.senders.delete(address)) pool.senders.set(address, queue);
}

function transactionOf(pool: MempoolState, hash: Hash): Transaction {
  const waiting = pool.waiting.get(hash);
  assert(waiting !== undefined, "a queue without its transaction:", hash);
  return waiting.transaction;
}

function invalid(rule: InvalidTransaction): Refusal {
  return { kind: "invalid", rule };
}
