// Transactions that come from clients and peers, and go on to peers.

import { ms, seconds } from "../../sim/time.ts";
import { type Account, accountAt } from "./account.ts";
import { tipOf } from "./chain.ts";
import type { ChainContext } from "./chain-context.ts";
import type { Hash } from "./hash.ts";
import { addTransaction, nextNonce } from "./mempool.ts";
import type { Refusal } from "./queries.ts";
import type { Address } from "./transaction.ts";

export const GOSSIP_TIMER = "gossip";
/** What comes within that time goes to peers together. */
const GOSSIP_DELAY = ms(10);
/** What still waits is sent again after that: nobody else may have it. */
const REPEAT_AFTER = seconds(5);
/** So many are sent again at once. */
const REPEATED_MAX = 1_000;

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
    const isFirst = state.pool.outgoing.length === 0;
    for (const [index, bytes] of transactions.entries()) {
      const taken = this.#take(bytes);
      if (typeof taken === "string") {
        state.pool.own.set(taken, env.now());
        state.pool.outgoing.push(bytes);
      } else refused.push({ index, reason: taken });
    }
    // The timer is set already if something waits.
    if (isFirst && state.pool.outgoing.length > 0) env.setTimer(GOSSIP_TIMER, GOSSIP_DELAY);
    return refused;
  }

  /** Takes what a peer has taken; whether it broke a rule that it could have checked itself. */
  onGossip(transactions: readonly Uint8Array[]): boolean {
    const refusals = transactions.map((bytes) => this.#take(bytes));
    return refusals.some((refusal) => typeof refusal !== "string" && isFault(refusal));
  }

  onTimer(): void {
    const { outgoing } = this.#context.state.pool;
    if (outgoing.length === 0) return;
    this.#context.broadcast({ type: "transactions", transactions: outgoing.splice(0) });
  }

  /** At regular times: what is not in the chain after a while is sent again. */
  repeat(): void {
    const { state, env } = this.#context;
    const { own } = state.pool;
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
    if (again.length > 0) this.#context.broadcast({ type: "transactions", transactions: again });
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
