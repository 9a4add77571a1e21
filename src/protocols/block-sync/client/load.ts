// A client's load: transfers at a rate, without a history of each.

import type { NodeId } from "../../../sim/env.ts";
import { type Micros, ms, seconds } from "../../../sim/time.ts";
import type { Refusal } from "../queries.ts";
import type { ClientContext, LoadState, RequestSubject } from "./client-state.ts";
import { type ChainTask, type Load, loadAccount } from "./task.ts";

const TICK = ms(10);
/** Of a load that is so low that nothing falls due in most of them. */
const TICK_MAX = ms(100);
/** Refused transfers are offered again after that, so that a full node is not asked on and on. */
const REOFFER_TICKS = 10;
/** So much of a second's load may wait at the client; more falls due and is not made. */
const WAITING_SECONDS = 1;

/** Each sender offers its transfers to one node, in the order of their nonces. */
export class Loads {
  readonly #context: ClientContext;

  constructor(context: ClientContext) {
    this.#context = context;
  }

  begin(task: ChainTask & Load): void {
    this.#context.state.loads.set(task.id, {
      ...{ task, beganAt: this.#context.env.now(), offered: 0, made: 0, accepted: 0, refused: 0 },
      nonces: Array.from({ length: task.senders }, () => 0),
      waiting: task.nodes.map(() => []),
      ...{ batches: new Map(), batchCount: 0, tickCount: 0 },
    });
    this.onTick(task.id);
  }

  onTick(id: string): void {
    const load = this.#context.state.loads.get(id);
    if (load === undefined) return;
    const due = this.#make(load);
    this.#reofferOverdue(load);
    const isReoffering = load.tickCount++ % REOFFER_TICKS === 0;
    load.task.nodes.forEach((_, node) => {
      const again = isReoffering ? load.waiting[node]!.splice(0) : [];
      this.#offer(load, node, [...again, ...due[node]!]);
    });
    if (this.#isOver(load)) this.#end(load);
    else this.#context.env.setTimer(`load ${id}`, tickOf(load.task));
  }

  onSubmitted(
    { id, batch }: Extract<RequestSubject, { kind: "load" }>,
    refused: readonly { readonly index: number; readonly reason: Refusal }[],
  ): void {
    const load = this.#context.state.loads.get(id);
    const sent = load?.batches.get(batch);
    if (load === undefined || sent === undefined) return;
    load.batches.delete(batch);
    const unknown = refused.filter(({ reason }) => !isTaken(reason));
    load.accepted += sent.transactions.length - unknown.length;
    load.refused += unknown.length;
    for (const { index } of unknown) {
      const transaction = sent.transactions[index];
      if (transaction !== undefined) load.waiting[sent.node]!.push(transaction);
    }
  }

  /** By place of the node, what falls due now. */
  #make(load: LoadState): Uint8Array[][] {
    const { perSecond, lasting, nodes } = load.task;
    const elapsed = Math.min(this.#context.env.now() - load.beganAt, lasting);
    const dueCount = Math.floor((elapsed * perSecond) / seconds(1));
    const due: Uint8Array[][] = nodes.map(() => []);
    const waiting = load.waiting.reduce((sum, { length }) => sum + length, 0);
    for (; load.offered < dueCount; load.offered++) {
      if (waiting > perSecond * WAITING_SECONDS) continue;
      const sender = load.made % load.task.senders;
      due[sender % nodes.length]!.push(this.#sign(load, sender));
      load.made++;
    }
    return due;
  }

  #sign({ task, nonces }: LoadState, sender: number): Uint8Array {
    const { env, wallet } = this.#context;
    const from = loadAccount(env.id, sender);
    const to = loadAccount(env.id, (sender + 1) % task.senders);
    return wallet.pay({ from, to, amount: 1, nonce: nonces[sender]!++ }).bytes;
  }

  #offer(load: LoadState, place: number, transactions: readonly Uint8Array[]): void {
    if (transactions.length === 0) return;
    const { id, nodes } = load.task;
    const batch = ++load.batchCount;
    load.batches.set(batch, { node: place, transactions, sentAt: this.#context.env.now() });
    const node: NodeId = nodes[place]!;
    this.#context.ask({ kind: "load", id, batch }, node, { type: "submit", transactions });
  }

  /** What is not answered in time is offered again, to the same node: its nonces are in order. */
  #reofferOverdue(load: LoadState): void {
    const { requestTimeout } = this.#context.config.options;
    const before = this.#context.env.now() - requestTimeout;
    for (const [number, { node, transactions, sentAt }] of load.batches) {
      // Younger ones follow.
      if (sentAt > before) break;
      load.batches.delete(number);
      load.waiting[node]!.push(...transactions);
    }
  }

  #isOver({ task, offered, batches, waiting }: LoadState): boolean {
    const isMade = offered >= Math.floor((task.lasting * task.perSecond) / seconds(1));
    return isMade && batches.size === 0 && waiting.every(({ length }) => length === 0);
  }

  #end({ task, offered, made, accepted, refused }: LoadState): void {
    this.#context.state.loads.delete(task.id);
    this.#context.finish(task.id, "ok", { offered, made, accepted, refused });
  }
}

function tickOf({ perSecond }: Load): Micros {
  return Math.min(Math.max(TICK, Math.floor(seconds(1) / perSecond)), TICK_MAX);
}

/** It was taken before, and the answer was lost. */
function isTaken(reason: Refusal): boolean {
  return reason.kind === "known" || (reason.kind === "invalid" && reason.rule === "nonce too low");
}
