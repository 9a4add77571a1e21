// Transactions that come from clients and peers, and go on to peers.

import { type Micros, ms, seconds } from "../../sim/time.ts";
import { type Account, accountAt } from "./account.ts";
import { tipOf } from "./chain.ts";
import type { ChainContext } from "./chain-context.ts";
import type { Hash } from "./encoding/hash.ts";
import { addTransaction, nextNonce } from "./mempool.ts";
import type { Refusal } from "./queries.ts";
import type { Address } from "./transaction.ts";
import { weightOf } from "./weight.ts";

export const GOSSIP_TIMER = "gossip";
/** What comes within that time goes to peers together. */
const GOSSIP_DELAY = ms(10);
/** What still waits is sent again after that: nobody else may have it. */
const REPEAT_AFTER = seconds(5);
/** So many are sent again at once. */
const REPEATED_MAX = 1_000;
/** Where peers limit what they take, a part of it is for transactions: blocks come first. */
const LIMIT_PARTS = 4;

/** What comes into the mempool, and what of it goes on. */
export class Pool {
  readonly #context: ChainContext;

  constructor(context: ChainContext) {
    this.#context = context;
  }

  /** Takes a client's transactions; what is refused, by place. */
  submit(transactions: readonly Uint8Array[]): { index: number; reason: Refusal }[] {
    const { state, env } = this.#context;
    const refused: { index: number; reason: Refusal }[] = [];
    const taken: Uint8Array[] = [];
    state.counters.transactions_offered += transactions.length;
    for (const [index, bytes] of transactions.entries()) {
      const outcome = this.#take(bytes);
      if (typeof outcome === "string") {
        state.pool.own.set(outcome, env.now());
        taken.push(bytes);
      } else refused.push({ index, reason: outcome });
    }
    this.#spread(taken);
    return refused;
  }

  /** Takes what a peer has taken; whether it broke a rule that it could have checked itself. */
  onGossip(transactions: readonly Uint8Array[]): boolean {
    const refusals = transactions.map((bytes) => this.#take(bytes));
    return refusals.some((refusal) => typeof refusal !== "string" && isFault(refusal));
  }

  onTimer(): void {
    const { outgoing } = this.#context.state.pool;
    const transactions = outgoing.splice(0, this.#countDue(outgoing));
    if (transactions.length > 0) this.#context.broadcast({ type: "transactions", transactions });
    if (outgoing.length > 0) this.#setTimer();
  }

  /** At regular times: what is not in the chain after a while is sent again. */
  repeat(): void {
    const { state, env } = this.#context;
    const { own, outgoing } = state.pool;
    // Where peers take little, what was not sent once comes before what was.
    if (outgoing.length > 0) return;
    const again: Uint8Array[] = [];
    for (const [hash, sentAt] of own) {
      // Younger ones follow.
      if (sentAt > env.now() - REPEAT_AFTER || again.length === REPEATED_MAX) break;
      own.delete(hash);
      const waiting = state.mempool.waiting.get(hash)?.transaction;
      if (waiting === undefined) continue;
      again.push(waiting.bytes);
      own.set(hash, env.now());
    }
    this.#spread(again);
  }

  /** What comes within a short time goes to peers together. */
  #spread(transactions: readonly Uint8Array[]): void {
    if (transactions.length === 0) return;
    const { outgoing } = this.#context.state.pool;
    // The timer is set already if something waits.
    if (outgoing.length === 0) this.#setTimer();
    for (const bytes of transactions) outgoing.push(bytes);
  }

  #setTimer(): void {
    this.#context.env.setTimer(GOSSIP_TIMER, this.#delay);
  }

  get #delay(): Micros {
    const { messagesPerSecond } = this.#context.config.options.peers;
    if (messagesPerSecond === 0) return GOSSIP_DELAY;
    return Math.max(GOSSIP_DELAY, Math.ceil((LIMIT_PARTS * seconds(1)) / messagesPerSecond));
  }

  /** How many may be sent now, as peers have the same limits; at least one. */
  #countDue(outgoing: readonly Uint8Array[]): number {
    const { bytesPerSecond } = this.#context.config.options.peers;
    if (bytesPerSecond === 0) return outgoing.length;
    const room = Math.floor((bytesPerSecond * this.#delay) / (LIMIT_PARTS * seconds(1)));
    let count = 0;
    let sizeBytes = 0;
    for (const bytes of outgoing) {
      sizeBytes += weightOf(bytes);
      if (sizeBytes > room && count > 0) break;
      count++;
    }
    return count;
  }

  /** Of the next transaction of an address, those that wait counted. */
  nextNonce(address: Address): number {
    return nextNonce(this.#context.state.mempool, address, this.#accountOf(address));
  }

  /** They are in the chain. */
  forget(hashes: readonly Hash[]): void {
    const { own } = this.#context.state.pool;
    for (const hash of hashes) own.delete(hash);
  }

  /** Its hash if it is taken, or why it is not. */
  #take(bytes: Uint8Array): Hash | Refusal {
    const { state, rules, env } = this.#context;
    const { counters, mempool } = state;
    const arrival = { bytes, now: env.now() };
    const outcome = addTransaction(mempool, arrival, rules, (address) => this.#accountOf(address));
    if (outcome.kind === "accepted") {
      counters.transactions_accepted++;
      return outcome.transaction.hash;
    }
    counters.transactions_refused++;
    return outcome;
  }

  /** After the tip. */
  #accountOf(address: Address): Account {
    const { state, rules } = this.#context;
    return accountAt(tipOf(state.chain).accounts!.trie, address, rules.addresses);
  }
}

function isFault(refusal: Refusal): boolean {
  if (refusal.kind === "invalid") return refusal.rule === "bad signature";
  return refusal.kind === "malformed";
}
