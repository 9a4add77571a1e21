import type { Env, Node, NodeId, Operation, Plain } from "../../../sim/env.ts";
import type { BlockSyncMessage } from "../messages.ts";
import type { ChainQuery, QueryAnswer } from "../queries.ts";
import type { ChainClientConfig } from "./client-options.ts";
import {
  type ChainClientState,
  type ClientContext,
  newClientState,
  type RequestSubject,
  type Unnumbered,
} from "./client-state.ts";
import { heightIn, showAnswer } from "./client-words.ts";
import { LineTests } from "./line-tests.ts";
import { Loads } from "./load.ts";
import {
  type ChainTask,
  checkChainOperation,
  type Production,
  type Question,
  type Waiting,
} from "./task.ts";
import { Transfers } from "./transfers.ts";

/**
 * A client of the chain: it signs and submits transfers, asks, waits, orders blocks and makes load,
 * any number at a time, and writes the history. A transfer goes to the next node when one does not
 * answer; it is the same transaction, so that it counts once. Sure refusals end with `fail`; what
 * is not answered in time ends with `info`: it may happen yet.
 */
export class ChainClient implements Node<BlockSyncMessage, ChainClientState> {
  state: ChainClientState = newClientState();
  readonly #env: Env<BlockSyncMessage>;
  readonly #config: ChainClientConfig;
  readonly #context: ClientContext;
  readonly #transfers: Transfers;
  readonly #loads: Loads;
  readonly #lineTests: LineTests;

  constructor(env: Env<BlockSyncMessage>, config: ChainClientConfig) {
    this.#env = env;
    this.#config = config;
    const stateNow = (): ChainClientState => this.state;
    this.#context = {
      ...{ env, config, wallet: config.wallet },
      get state() {
        return stateNow();
      },
      ask: (about, to, message) => this.#ask(about, to, message),
      finish: (id, outcome, result) => this.#finish(id, outcome, result),
    };
    this.#transfers = new Transfers(this.#context);
    this.#loads = new Loads(this.#context);
    this.#lineTests = new LineTests(this.#context);
  }

  onStart(): void {
    // Answers to what an earlier life has asked may be on their way yet: none is to fit.
    this.state.serial = this.#env.random.int(0, 0xffff_ffff) * REQUESTS_PER_LIFE;
  }

  onOperation(operation: Operation): void {
    const task = checkChainOperation(operation, "operation");
    const { id, ...request } = task;
    this.state.tasks.set(id, task);
    this.#env.emit("invoke", { id, operation: request });
    if (task.op === "load") this.#loads.begin(task);
    else if (task.op === "ping") this.#lineTests.beginPing(task);
    else if (task.op === "fill") this.#lineTests.beginFilling(task);
    else {
      this.#env.setTimer(`deadline ${id}`, this.#config.options.waitMax);
      if (task.op === "transfer") this.#transfers.begin(task);
      else this.#request(task);
    }
  }

  onMessage(from: NodeId, message: BlockSyncMessage): void {
    if (!("serial" in message)) return;
    const request = this.state.requests.get(message.serial);
    if (request === undefined || request.to !== from) return;
    this.state.requests.delete(message.serial);
    const { about } = request;
    if (message.type === "submitted") {
      if (about.kind === "load") this.#loads.onSubmitted(about, message.refused);
      else if (about.kind === "task") this.#transfers.onSubmitted(about.id, message.refused);
      else if (about.kind === "filler") this.#lineTests.onRefused(about);
    } else if (message.type === "alive" && about.kind === "probe") this.#lineTests.onAlive(about);
    else if (message.type === "answer") this.#onAnswer(about, message.answer);
    else if (message.type === "produced" && about.kind === "task") {
      this.#finish(about.id, "ok", { ...message.tip });
    }
  }

  onTimer(name: string): void {
    const at = name.indexOf(" ");
    const [kind, about] = [name.slice(0, at), name.slice(at + 1)];
    if (kind === "load") this.#loads.onTick(about);
    else if (kind === "ping") this.#lineTests.onPingTick(about);
    else if (kind === "filled") this.#lineTests.endFilling(about);
    else if (kind === "nonce") this.#transfers.askNonce(about);
    else if (kind === "deadline") this.#finish(about, "info", "no answer in time");
    else this.#again(about);
  }

  #again(id: string): void {
    const task = this.state.tasks.get(id);
    if (task?.op === "transfer") this.#transfers.again(id);
    else if (task?.op === "ask" || task?.op === "produce" || task?.op === "wait") {
      this.#request(task);
    }
  }

  #onAnswer(about: RequestSubject, answer: QueryAnswer): void {
    if (about.kind === "nonce") this.#transfers.onNonce(about.sender, answer);
    if (about.kind !== "task") return;
    const task = this.state.tasks.get(about.id);
    if (task?.op === "transfer") this.#transfers.onFound(task.id, answer);
    else if (task?.op === "ask") this.#onTold(task, answer);
    else if (task?.op === "wait") this.#onHeight(task, answer);
  }

  #onTold(task: ChainTask & Question, answer: QueryAnswer): void {
    const told = heightIn(answer);
    if (answer.kind === "hash" && task.about.kind === "hash") {
      this.state.hashes.set(task.about.height, answer.hash);
    } else if (told !== undefined) this.state.hashes.set(told.height, told.hash);
    this.#finish(task.id, "ok", showAnswer(answer));
  }

  #onHeight({ id, height }: ChainTask & Waiting, answer: QueryAnswer): void {
    const told = heightIn(answer);
    if (told !== undefined && told.height >= height) this.#finish(id, "ok", { ...told });
    else this.#env.setTimer(`again ${id}`, this.#config.options.pollInterval);
  }

  #request(task: ChainTask & (Question | Production | Waiting)): void {
    const { id, node } = task;
    const message = this.#messageOf(task);
    if (message === undefined) {
      this.#finish(id, "fail", "nothing is known of it");
      return;
    }
    this.#env.setTimer(`again ${id}`, this.#config.options.requestTimeout);
    this.#ask({ kind: "task", id }, node, message);
  }

  #messageOf(task: Question | Production | Waiting): Unnumbered | undefined {
    if (task.op === "wait") return { type: "query", query: { op: "height" } };
    if (task.op === "produce") return orderOf(task);
    const query = this.#wordsOf(task.about);
    return query && { type: "query", query };
  }

  /** Undefined when the client would have to know more than it does. */
  #wordsOf(about: Question["about"]): ChainQuery | undefined {
    switch (about.kind) {
      case "block":
      case "hash":
        return { op: about.kind, height: about.height };
      case "block by hash": {
        const hash = this.state.hashes.get(about.height);
        return hash === undefined ? undefined : { op: about.kind, hash };
      }
      case "account":
        return { op: about.kind, address: this.#context.wallet.addressOf(about.name) };
      case "transaction": {
        const hash = this.state.sent.get(about.transfer);
        return hash === undefined ? undefined : { op: about.kind, hash };
      }
      default:
        return { op: about.kind };
    }
  }

  #ask(about: RequestSubject, to: NodeId, message: Unnumbered): void {
    const serial = ++this.state.serial;
    this.state.requests.set(serial, { about, to });
    this.#env.send(to, { ...message, serial });
  }

  #finish(id: string, outcome: "ok" | "fail" | "info", result: Plain): void {
    if (!this.state.tasks.delete(id)) return;
    this.#transfers.forget(id);
    this.#env.cancelTimer(`again ${id}`);
    this.#env.cancelTimer(`deadline ${id}`);
    this.#env.emit(outcome, { id, result });
  }
}

/** No life asks as often. */
const REQUESTS_PER_LIFE = 2 ** 20;

function orderOf({ height, interval }: Production): Unnumbered {
  return { type: "produce", height, interval };
}
