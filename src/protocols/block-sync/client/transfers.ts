// A client's transfers: from an account's next nonce to the block that has the transaction.

import { assert } from "../../../sim/assert.ts";
import type { NodeId } from "../../../sim/env.ts";
import type { QueryAnswer, Refusal } from "../queries.ts";
import type { ClientContext, TransferState } from "./client-state.ts";
import type { ChainTask, Transfer } from "./task.ts";

type Task = ChainTask & Transfer;

/** So often a node is asked whether it is in a block, before another is asked to take it, too. */
const ASKED_MAX = 6;

/** All transfers of a client, each with the nonce that is its turn. */
export class Transfers {
  readonly #context: ClientContext;

  constructor(context: ClientContext) {
    this.#context = context;
  }

  begin({ id, from }: Task): void {
    const { senders } = this.#context.state;
    const sender = senders.get(from) ?? {
      ...{ nonce: undefined, node: this.#firstNode(), queue: [] },
    };
    senders.set(from, sender);
    sender.queue.push(id);
    if (sender.nonce !== undefined) this.#submitQueue(from);
    else if (sender.queue.length === 1) this.askNonce(from);
  }

  /** Asks for an account's next nonce, one node after the other, until it is told. */
  askNonce(from: string): void {
    const { env, config, state, wallet } = this.#context;
    const sender = state.senders.get(from);
    if (sender === undefined || sender.nonce !== undefined || sender.queue.length === 0) return;
    env.setTimer(`nonce ${from}`, config.options.requestTimeout);
    const address = wallet.addressOf(from);
    const to = this.#nodeAt(sender.node++);
    const query = { op: "nonce", address } as const;
    this.#context.ask({ kind: "nonce", sender: from }, to, { type: "query", query });
  }

  onNonce(from: string, answer: QueryAnswer): void {
    const { env, state } = this.#context;
    const sender = state.senders.get(from);
    if (sender === undefined || sender.nonce !== undefined || answer.kind !== "nonce") return;
    env.cancelTimer(`nonce ${from}`);
    sender.nonce = answer.nonce;
    this.#submitQueue(from);
  }

  onSubmitted(id: string, refused: readonly { readonly reason: Refusal }[]): void {
    const task = this.#taskOf(id);
    const transfer = this.#context.state.transfers.get(id);
    if (task === undefined || transfer === undefined) return;
    const reason = refused[0]?.reason;
    if (reason === undefined || reason.kind === "known" || isPerhapsIn(reason)) {
      transfer.isAccepted = true;
      if (reason === undefined && this.#context.config.options.until === "accepted") {
        this.#done(id, transfer);
      } else this.#poll(id);
    } else if (reason.kind === "busy") this.#poll(id);
    else this.#onRefused(task, reason);
  }

  /** Whether it is in the chain, as a node says. */
  onFound(id: string, answer: QueryAnswer): void {
    const transfer = this.#context.state.transfers.get(id);
    if (transfer === undefined) return;
    const { until } = this.#context.config.options;
    if (answer.kind === "transaction") {
      if (until !== "final" || answer.isFinal) this.#done(id, transfer, answer.height);
      else this.#poll(id);
      return;
    }
    this.#poll(id);
  }

  /** Nobody has answered, or it is time to ask again. */
  again(id: string): void {
    const transfer = this.#context.state.transfers.get(id);
    if (transfer === undefined) return;
    if (transfer.isAccepted && ++transfer.asked <= ASKED_MAX) {
      this.#find(id);
      return;
    }
    Object.assign(transfer, { asked: 0, isAccepted: false, node: transfer.node + 1 });
    this.#submit(id, transfer);
  }

  forget(id: string): void {
    this.#context.state.transfers.delete(id);
  }

  #submitQueue(from: string): void {
    const sender = this.#context.state.senders.get(from)!;
    assert(sender.nonce !== undefined, "no nonce is known of", from);
    for (const id of sender.queue.splice(0)) {
      const task = this.#taskOf(id);
      // It may have been given up.
      if (task !== undefined) this.#sign(task, sender.nonce++);
    }
  }

  #sign(task: Task, nonce: number): void {
    const { state, wallet } = this.#context;
    const { from, to, amount } = task;
    const { hash, bytes } = wallet.pay({ from, to, amount, nonce });
    const node = this.#firstNode();
    const transfer = { nonce, hash, bytes, node, isAccepted: false, asked: 0 };
    state.transfers.set(task.id, transfer);
    state.sent.set(task.id, hash);
    this.#submit(task.id, transfer);
  }

  #submit(id: string, { node, bytes }: TransferState): void {
    const { env, config } = this.#context;
    env.setTimer(`again ${id}`, config.options.requestTimeout);
    const message = { type: "submit", transactions: [bytes] } as const;
    this.#context.ask({ kind: "task", id }, this.#nodeAt(node), message);
  }

  #find(id: string): void {
    const { env, config, state } = this.#context;
    const { hash, node } = state.transfers.get(id)!;
    env.setTimer(`again ${id}`, config.options.requestTimeout);
    const query = { op: "transaction", hash } as const;
    this.#context.ask({ kind: "task", id }, this.#nodeAt(node), { type: "query", query });
  }

  #poll(id: string): void {
    const { env, config } = this.#context;
    env.setTimer(`again ${id}`, config.options.pollInterval);
  }

  /** The nonce is free again: what comes next is to find out. */
  #onRefused({ id, from }: Task, reason: Refusal): void {
    const sender = this.#context.state.senders.get(from);
    if (sender !== undefined) sender.nonce = undefined;
    const rule = reason.kind === "invalid" ? reason.rule : reason.kind;
    this.#context.finish(id, "fail", rule);
    this.askNonce(from);
  }

  #done(id: string, { hash }: TransferState, height?: number): void {
    this.#context.finish(id, "ok", { hash, height });
  }

  #taskOf(id: string): Task | undefined {
    const task = this.#context.state.tasks.get(id);
    return task?.op === "transfer" ? task : undefined;
  }

  /** Drawn, so that load spreads over the nodes. */
  #firstNode(): number {
    return this.#context.env.random.int(0, this.#context.config.nodes.length - 1);
  }

  #nodeAt(count: number): NodeId {
    const { nodes } = this.#context.config;
    return nodes[count % nodes.length]!;
  }
}

/** The nonce is taken: by this transaction, as a rule. */
function isPerhapsIn(reason: Refusal): boolean {
  return reason.kind === "invalid" && reason.rule === "nonce too low";
}
