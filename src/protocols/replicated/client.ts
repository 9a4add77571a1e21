import { fail } from "../../sim/assert.ts";
import type { Env, Node, NodeId, Operation, Plain } from "../../sim/env.ts";
import { type Micros, seconds } from "../../sim/time.ts";
import {
  Caller,
  type CallOptions,
  type CallState,
  defaultCallOptions,
  newCallState,
} from "./caller.ts";
import { requestName } from "./command.ts";
import type { Done, Refused, ServiceMessage } from "./messages.ts";
import type { ServiceSites } from "./sites.ts";
import type { ServiceTypes } from "./state-machine.ts";
import { isAdministration, type Task } from "./task.ts";

/** How patient a client is with each request, and with an operation in all. */
export interface ClientOptions extends CallOptions {
  /** How long to wait in all before giving up, with the outcome unknown. */
  readonly waitMax: Micros;
}

export const defaultClientOptions: ClientOptions = { ...defaultCallOptions, waitMax: seconds(10) };

/** What a client must know of its service. */
export interface ClientWords<Of extends ServiceTypes> {
  readonly sites: ServiceSites;
  /** Reads an operation of the workload. */
  readonly check: (operation: Operation, path: string) => Task<Of["request"]>;
  /** What a reading operation asks when it does not go through the log. */
  readonly questionOf: (request: Of["request"]) => Of["question"];
  /** Whether a result says that the request is in no log and never will be: a `fail`. */
  readonly isRefusal: (result: Of["result"]) => boolean;
  /** As the history is to have it. */
  readonly showResult: (result: Of["result"]) => Plain;
  readonly showAnswer: (answer: Of["answer"]) => Plain;
}

/** Whom a client asks, and how. */
export interface ClientConfig<Of extends ServiceTypes> {
  readonly words: ClientWords<Of>;
  readonly servers: readonly NodeId[];
  readonly options: ClientOptions;
  /** Whom it asks first, before it knows who leads. Default: any of them. */
  readonly home?: NodeId | undefined;
}

/** All of a client's memory. */
export interface ClientState<ServiceRequest> extends CallState {
  /** Tasks that have fallen due, in order. */
  queue: Task<ServiceRequest>[];
  current: Task<ServiceRequest> | undefined;
}

/**
 * A client with one operation at a time: it follows redirects, retries, and writes the history. An
 * operation whose answer does not come in time ends with `info`: it may happen yet. So may one that
 * was refused, as the network may deliver the request a second time, later; but not one that no
 * server ever takes in, as it is malformed or too large: that ends with `fail`.
 */
export class ReplicatedClient<Of extends ServiceTypes>
  implements Node<ServiceMessage<Of>, ClientState<Of["request"]>>
{
  state: ClientState<Of["request"]> = { ...newCallState(), queue: [], current: undefined };
  readonly #env: Env<ServiceMessage<Of>>;
  readonly #words: ClientWords<Of>;
  readonly #options: ClientOptions;
  readonly #caller: Caller<Of>;

  constructor(env: Env<ServiceMessage<Of>>, { words, servers, options, home }: ClientConfig<Of>) {
    this.#env = env;
    this.state.leader = home;
    this.#words = words;
    this.#options = options;
    const config = { servers, options, sites: words.sites, timer: "retry" };
    this.#caller = new Caller(env, config, () => this.state);
  }

  onStart(): void {
    this.#caller.start();
  }

  onOperation(operation: Operation): void {
    this.state.queue.push(this.#words.check(operation, "operation"));
    if (this.state.current === undefined) this.#next();
  }

  onMessage(from: NodeId, message: ServiceMessage<Of>): void {
    const { current, asked } = this.state;
    if (current === undefined || !("serial" in message) || !this.#caller.isMine(message)) return;
    switch (message.type) {
      case "reply":
        this.#caller.onAnswer(from);
        this.#onReply(message.result, current);
        break;
      case "localValue":
        this.#onLocalValue(message.value, message.applied);
        break;
      case "redirect":
        if (current.server !== undefined) this.#finish("info", "not the leader");
        else if (from === asked) this.#caller.onRedirect(message.leader, this.#messageOf);
        break;
      case "refused":
        // It takes a leader long to give up: somebody else may have been asked since.
        if (message.reason === "given up") this.#finish("info", message.reason);
        else if (from === asked) this.#onRefused(from, current, message.reason);
        break;
    }
  }

  /** Whoever was asked may never have heard of it. */
  onDisconnect(peer: NodeId): void {
    const { current, asked } = this.state;
    if (current === undefined || peer !== asked) return;
    if (current.server === undefined) this.#caller.askLater(undefined);
    else this.#finish("info", "disconnected");
  }

  onTimer(name: string): void {
    if (name === "deadline") {
      this.#finish("info", "no answer in time");
      return;
    }
    const { current } = this.state;
    if (current !== undefined && current.server === undefined) this.#caller.ask(this.#messageOf);
  }

  #next(): void {
    const { state } = this;
    const task = state.queue.shift();
    state.current = task;
    if (task === undefined) return;
    this.#caller.begin();
    const { id, operation, server, read } = task;
    const isLocal = read === "local";
    const isLogged = read === "log" && !isAdministration(operation);
    const request = isLogged ? requestName(state.session, state.serial) : undefined;
    const asked = { ...operation, server, isLocal, request };
    const way = isLogged || isLocal ? asked : { ...asked, read };
    this.#env.emit("invoke", { id, operation: way });
    this.#env.setTimer("deadline", this.#options.waitMax);
    this.#caller.ask(this.#messageOf, server);
  }

  #onRefused(from: NodeId, { server }: Task<Of["request"]>, reason: Refused["reason"]): void {
    // Whoever was asked before may have taken it in; this server never will, were it asked twice.
    const isFirst = this.state.asks === 1;
    if (IMPOSSIBLE.includes(reason)) this.#finish(isFirst ? "fail" : "info", reason);
    // It may have been done when it was asked for before.
    else if (reason === "no change") this.#finish("ok", { isNews: false });
    else if (server !== undefined) this.#finish("info", reason);
    else this.#caller.onRefused(from, reason);
  }

  #onReply(result: Of["result"] | Done, { operation }: Task<Of["request"]>): void {
    // A change of the members answers nothing but that it is done.
    if (isAdministration(operation)) this.#finish("ok", undefined);
    else
      this.#finish(this.#words.isRefusal(result) ? "fail" : "ok", this.#words.showResult(result));
  }

  #onLocalValue(answer: Of["answer"], applied: number): void {
    this.#finish("ok", { value: this.#words.showAnswer(answer), isLocal: true, applied });
  }

  #finish(outcome: "ok" | "fail" | "info", result: Plain): void {
    const { current } = this.state;
    this.#caller.end();
    this.#env.cancelTimer("deadline");
    this.#env.emit(outcome, { id: current?.id, result });
    this.#next();
  }

  /** How the current task is put to a server. */
  readonly #messageOf = (session: string, serial: number): ServiceMessage<Of> => {
    const { operation, read } = this.state.current ?? fail("nothing to ask:", session);
    if (isAdministration(operation)) {
      return operation.op === "change"
        ? { type: "change", session, serial, changes: operation.changes }
        : { type: "transfer", session, serial, to: operation.to };
    }
    if (read === "log") return { type: "request", session, serial, operation };
    const question = this.#words.questionOf(operation);
    if (read === "local") return { type: "localRead", session, serial, question };
    return { type: "read", session, serial, question, read };
  };
}

/** What no repetition mends. */
const IMPOSSIBLE: readonly Refused["reason"][] = [
  "too large",
  "malformed",
  "unknown member",
  "unknown server",
  "no vote",
  "no voters",
  "contradiction",
  "empty change",
];
