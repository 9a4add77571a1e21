import { checkCount, checkRecord } from "../../sim/check.ts";
import type { Env, Node, NodeId, Operation, Plain } from "../../sim/env.ts";
import { type Micros, ms, seconds } from "../../sim/time.ts";
import {
  callOf,
  passwordFor,
  passwordOf,
  showPeers,
  showResult,
  showTask,
  tokenFor,
} from "./client-words.ts";
import type {
  ClientCall,
  ClientRequest,
  ClientResult,
  Refusal,
  StorageQuorumMessage,
} from "./messages.ts";
import { STORAGE_QUORUM_SITES } from "./sites.ts";
import { checkStorageQuorumOperation, type StorageQuorumTask } from "./task.ts";

export interface StorageQuorumClientOptions {
  /**
   * How long to wait for an answer before asking again; the backend knows a request again, so that
   * this may be less than an upload takes. Default: 10 s.
   */
  readonly requestTimeout: Micros;
  /** How long to wait in all before giving up, with the outcome unknown. Default: 90 s. */
  readonly waitMax: Micros;
  /** Pause before asking again when the connection is gone. Default: 500 ms. */
  readonly retryDelay: Micros;
}

export const defaultStorageQuorumClientOptions: StorageQuorumClientOptions = {
  requestTimeout: seconds(10),
  waitMax: seconds(90),
  retryDelay: ms(500),
};

/** Checks options from outside; throws a UsageError that names the path. */
export function checkStorageQuorumClientOptions(
  value: unknown,
  path: string,
): StorageQuorumClientOptions {
  const fields = checkRecord(value, path, Object.keys(defaultStorageQuorumClientOptions));
  return {
    requestTimeout: checkCount(fields.requestTimeout, `${path}.requestTimeout`, 1),
    waitMax: checkCount(fields.waitMax, `${path}.waitMax`, 1),
    retryDelay: checkCount(fields.retryDelay, `${path}.retryDelay`, 1),
  };
}

/** Whom a client asks, and how. */
export interface StorageQuorumClientConfig {
  readonly backend: NodeId;
  readonly discovery: NodeId;
  readonly options: StorageQuorumClientOptions;
}

export interface StorageQuorumClientState {
  /** One life of this client. */
  session: string;
  /** Of the last request; the first is drawn, as not all answers name the session. */
  serial: number;
  /** Tasks that have fallen due, in order. */
  queue: StorageQuorumTask[];
  current: StorageQuorumTask | undefined;
  /** What is asked now: what the task needs before it can be asked, or the task itself. */
  step: "register" | "login" | "task";
  /** How often the current request was sent. */
  asks: number;
  /** Users who are known to be registered. */
  readonly registered: Set<string>;
  /** By user, what a login has given. */
  readonly tokens: Map<string, string>;
}

/**
 * A client with one operation at a time, which asks again until it is answered and writes the
 * history. Before a user's first operation it registers the user and logs in, so that any
 * operations may be left out of a plan. A refusal ends with `fail`; an operation without an answer
 * ends with `info`: it may happen yet.
 */
export class StorageQuorumClient implements Node<StorageQuorumMessage, StorageQuorumClientState> {
  state: StorageQuorumClientState = {
    session: "",
    serial: 0,
    queue: [],
    current: undefined,
    step: "task",
    asks: 0,
    registered: new Set(),
    tokens: new Map(),
  };
  readonly #env: Env<StorageQuorumMessage>;
  readonly #config: StorageQuorumClientConfig;

  constructor(env: Env<StorageQuorumMessage>, config: StorageQuorumClientConfig) {
    this.#env = env;
    this.#config = config;
  }

  onStart(): void {
    const drawn = this.#env.random.int(0, 0xffff_ffff);
    // A clock of its own may tell the same time in two lives; then the draw tells them apart.
    this.state.session = `${this.#env.id}@${this.#env.now()}.${drawn.toString(16)}`;
    this.state.serial = drawn;
  }

  onOperation(operation: Operation): void {
    this.state.queue.push(checkStorageQuorumOperation(operation, "operation"));
    if (this.state.current === undefined) this.#next();
  }

  onMessage(from: NodeId, message: StorageQuorumMessage): void {
    const { current, serial, session } = this.state;
    if (current === undefined || !("serial" in message) || message.serial !== serial) return;
    const to = this.#addressee(current);
    if (from !== to) return;
    // Not to one of this client's earlier lives.
    if (message.type === "reply" && message.session === session) {
      this.#onResult(message.result, current);
    } else if (message.type === "peerList") this.#finish("ok", showPeers(message));
    else if (message.type === "drained") this.#finish("ok", undefined);
  }

  /** Whoever was asked may never have heard of it. */
  onDisconnect(peer: NodeId): void {
    const { current } = this.state;
    if (current === undefined || peer !== this.#addressee(current)) return;
    this.#env.setTimer("retry", this.#config.options.retryDelay);
  }

  onTimer(name: string): void {
    if (name === "retry") this.#ask();
    // What was never asked for does not happen.
    else if (this.state.step === "task") this.#finish("info", "no answer in time");
    else this.#finish("fail", "not logged in");
  }

  #next(): void {
    const task = this.state.queue.shift();
    this.state.current = task;
    if (task === undefined) return;
    const { id } = task;
    this.#env.emit("invoke", { id, operation: showTask(task, this.#userOf(task)) });
    this.#env.setTimer("deadline", this.#config.options.waitMax);
    this.#nextStep(task);
  }

  /** Asks for what the task needs, or for the task itself. */
  #nextStep(task: StorageQuorumTask): void {
    this.state.step = this.#stepOf(task);
    this.state.serial++;
    this.state.asks = 0;
    this.#ask();
  }

  #stepOf(task: StorageQuorumTask): StorageQuorumClientState["step"] {
    const { op } = task.request;
    if (op === "register" || op === "peers" || op === "drain") return "task";
    const user = this.#userOf(task);
    if (op === "login") return this.state.registered.has(user) ? "task" : "register";
    if (task.token !== "right" || this.state.tokens.has(user)) return "task";
    return this.state.registered.has(user) ? "login" : "register";
  }

  #ask(): void {
    const { current } = this.state;
    if (current === undefined) return;
    const to = this.#addressee(current);
    const message = this.#messageOf(current);
    const isTwice = this.#env.buggify(STORAGE_QUORUM_SITES.clientAsksTwice);
    this.state.asks += isTwice ? 2 : 1;
    this.#env.setTimer("retry", this.#config.options.requestTimeout);
    this.#env.send(to, message);
    if (isTwice) this.#env.send(to, message);
  }

  #addressee({ request }: StorageQuorumTask): NodeId {
    if (request.op === "drain") return request.node;
    return request.op === "peers" ? this.#config.discovery : this.#config.backend;
  }

  #messageOf(task: StorageQuorumTask): StorageQuorumMessage {
    const { serial, step } = this.state;
    const { request } = task;
    if (request.op === "peers" || request.op === "drain") return { type: request.op, serial };
    const user = this.#userOf(task);
    if (step === "task") {
      const call = callOf(request, user);
      const token = tokenFor(task, user, this.state.tokens.get(user));
      return this.#requestOf(call, token, passwordFor(task, user));
    }
    return this.#requestOf({ op: step, user }, undefined, passwordOf(user));
  }

  #requestOf(
    call: ClientCall,
    token: string | undefined,
    password: string | undefined,
  ): ClientRequest {
    const { session, serial } = this.state;
    return { type: "request", session, serial, token, password, call };
  }

  #onResult(result: ClientResult, task: StorageQuorumTask): void {
    const user = this.#userOf(task);
    const { step } = this.state;
    this.#learn(result, task, user);
    if (step === "task") this.#onOutcome(result, task);
    else if (result.kind === "refused" && result.reason !== "user exists") {
      this.#finish("fail", result.reason);
    } else this.#nextStep(task);
  }

  #onOutcome(result: ClientResult, task: StorageQuorumTask): void {
    if (result.kind !== "refused") this.#finish("ok", showResult(result));
    else this.#finish(this.#isSure(result.reason, task) ? "fail" : "info", result.reason);
  }

  /** What was asked for before may be what is there now. */
  #isSure(reason: Refusal, { request }: StorageQuorumTask): boolean {
    const isThere = reason === "exists" || reason === "user exists";
    const isMaking = request.op === "upload" || request.op === "register";
    return !(isThere && isMaking && this.state.asks > 1);
  }

  #learn(result: ClientResult, { request, token }: StorageQuorumTask, user: string): void {
    const { registered, tokens, step } = this.state;
    const isRegister = step === "register" || (step === "task" && request.op === "register");
    if (result.kind === "token") tokens.set(user, result.token);
    else if (isRegister && result.kind === "done") registered.add(user);
    else if (result.kind === "refused" && result.reason === "user exists") registered.add(user);
    else if (result.kind === "refused" && result.reason === "unauthenticated") {
      if (step === "task" && token !== "right") return;
      // The next operation begins anew.
      tokens.delete(user);
      registered.delete(user);
    }
  }

  #finish(outcome: "ok" | "fail" | "info", result: Plain): void {
    const { current } = this.state;
    this.#env.cancelTimer("retry");
    this.#env.cancelTimer("deadline");
    this.#env.emit(outcome, { id: current?.id, result });
    this.#next();
  }

  #userOf({ user }: StorageQuorumTask): string {
    return user ?? this.#env.id;
  }
}
