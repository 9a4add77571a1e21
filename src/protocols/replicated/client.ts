import type { Env, Node, NodeId, Operation, Plain } from "../../sim/env.ts";
import { type Micros, ms, seconds } from "../../sim/time.ts";
import { requestName } from "./command.ts";
import type { Done, Refused, ServiceMessage } from "./messages.ts";
import type { ServiceSites } from "./sites.ts";
import type { ServiceTypes } from "./state-machine.ts";
import { isAdministration, type Task } from "./task.ts";

export interface ClientOptions {
  /** How long to wait for an answer before asking again, elsewhere. */
  readonly requestTimeout: Micros;
  /** How long to wait in all before giving up, with the outcome unknown. */
  readonly waitMax: Micros;
  /** Pause before asking again, after a refusal or when no leader is known: in [min, max]. */
  readonly retryDelay: { readonly min: Micros; readonly max: Micros };
  /** By which factor, at least 1, each pause of one request is longer than the one before. */
  readonly retryGrowth: number;
  /** No pause is longer than that, however many there were. */
  readonly retryDelayMax: Micros;
}

export const defaultClientOptions: ClientOptions = {
  requestTimeout: seconds(1),
  waitMax: seconds(10),
  retryDelay: { min: ms(50), max: ms(150) },
  retryGrowth: 1,
  retryDelayMax: seconds(2),
};

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
}

export interface ClientState<ServiceRequest> {
  /** One life of this client. */
  session: string;
  serial: number;
  /** Tasks that have fallen due, in order. */
  queue: Task<ServiceRequest>[];
  current: Task<ServiceRequest> | undefined;
  /** Whom the current request was sent to last. */
  asked: NodeId | undefined;
  /** How often the current request was sent. */
  asks: number;
  /** How much longer the next pause of the current request is than its first. */
  slowness: number;
  /** Who leads, as far as the client knows. */
  leader: NodeId | undefined;
}

/**
 * A client with one operation at a time: it follows redirects, retries, and writes the history. An
 * operation whose answer does not come in time ends with `info`: it may happen yet. So may one that
 * was refused, as the network may deliver the request a second time, later; but not one that is too
 * large, which ends with `fail`.
 */
export class ReplicatedClient<Of extends ServiceTypes>
  implements Node<ServiceMessage<Of>, ClientState<Of["request"]>>
{
  state: ClientState<Of["request"]> = {
    session: "",
    serial: 0,
    queue: [],
    current: undefined,
    asked: undefined,
    asks: 0,
    slowness: 1,
    leader: undefined,
  };
  readonly #env: Env<ServiceMessage<Of>>;
  readonly #words: ClientWords<Of>;
  readonly #servers: readonly NodeId[];
  readonly #options: ClientOptions;

  constructor(env: Env<ServiceMessage<Of>>, { words, servers, options }: ClientConfig<Of>) {
    this.#env = env;
    this.#words = words;
    this.#servers = servers;
    this.#options = options;
  }

  onStart(): void {
    // A clock of its own may tell the same time in two lives; then the draw tells them apart.
    const { id, random } = this.#env;
    this.state.session = `${id}@${this.#env.now()}.${random.int(0, 0xffff_ffff).toString(16)}`;
  }

  onOperation(operation: Operation): void {
    this.state.queue.push(this.#words.check(operation, "operation"));
    if (this.state.current === undefined) this.#next();
  }

  onMessage(from: NodeId, message: ServiceMessage<Of>): void {
    const { current, session, serial, asked } = this.state;
    if (current === undefined || !("serial" in message)) return;
    // Neither to an earlier request, nor to one of this client's earlier lives.
    if (message.session !== session || message.serial !== serial) return;
    switch (message.type) {
      case "reply":
        this.state.leader = from;
        this.#onReply(message.result, current);
        break;
      case "localValue":
        this.#onLocalValue(message.value, message.applied);
        break;
      case "redirect":
        if (current.server !== undefined) this.#finish("info", "not the leader");
        else if (from === asked) this.#follow(message.leader);
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
    if (current.server === undefined) this.#askLater(undefined);
    else this.#finish("info", "disconnected");
  }

  onTimer(name: string): void {
    if (name === "deadline") {
      this.#finish("info", "no answer in time");
      return;
    }
    if (this.state.current?.server !== undefined) return;
    this.#ask();
  }

  #next(): void {
    const { state } = this;
    const task = state.queue.shift();
    state.current = task;
    if (task === undefined) return;
    state.serial++;
    state.asks = 0;
    state.slowness = 1;
    const { id, operation, server, read } = task;
    const isLocal = read === "local";
    const isLogged = read === "log" && !isAdministration(operation);
    const request = isLogged ? requestName(state.session, state.serial) : undefined;
    const asked = { ...operation, server, isLocal, request };
    const way = isLogged || isLocal ? asked : { ...asked, read };
    this.#env.emit("invoke", { id, operation: way });
    this.#env.setTimer("deadline", this.#options.waitMax);
    this.#ask();
  }

  /** Sends the current request; if no answer comes, the retry goes to another server. */
  #ask(): void {
    const { state } = this;
    const { current, session, serial } = state;
    if (current === undefined) return;
    const { server } = current;
    const leader = this.#env.buggify(this.#words.sites.asksElsewhere) ? undefined : state.leader;
    const to = server ?? leader ?? this.#another(state.leader ?? state.asked);
    state.asked = to;
    state.asks++;
    state.leader = undefined;
    const patience = this.#env.buggify(this.#words.sites.asksSoon) ? 1 / 10 : 1;
    this.#env.setTimer("retry", Math.ceil(this.#options.requestTimeout * patience));
    const request = this.#messageOf(current, session, serial);
    this.#env.send(to, request);
    if (this.#env.buggify(this.#words.sites.asksTwice)) this.#env.send(to, request);
  }

  #another(than: NodeId | undefined): NodeId {
    const others = this.#servers.filter((id) => id !== than);
    return this.#env.random.pick(others.length > 0 ? others : this.#servers);
  }

  #follow(leader: NodeId | undefined): void {
    this.state.leader = leader;
    if (leader !== undefined && leader !== this.state.asked) {
      this.#ask();
      return;
    }
    this.#askLater(undefined);
  }

  #onRefused(from: NodeId, { server }: Task<Of["request"]>, reason: Refused["reason"]): void {
    // Whoever was asked before may have taken it in; this server never will, were it asked twice.
    const isFirst = this.state.asks === 1;
    if (IMPOSSIBLE.includes(reason)) this.#finish(isFirst ? "fail" : "info", reason);
    // It may have been done when it was asked for before.
    else if (reason === "no change") this.#finish("ok", { isNews: false });
    else if (server !== undefined) this.#finish("info", reason);
    // Another leads soon, where the one who was asked cannot or will not.
    else this.#askLater(LEADS_NO_LONGER.includes(reason) ? undefined : from);
  }

  /** After a pause, asks the one who leads, or somebody else. */
  #askLater(leader: NodeId | undefined): void {
    this.state.leader = leader;
    const { retryDelay, retryGrowth, retryDelayMax } = this.#options;
    const drawn = this.#env.random.int(retryDelay.min, retryDelay.max);
    const delay = Math.min(Math.ceil(drawn * this.state.slowness), retryDelayMax);
    this.state.slowness = Math.min(this.state.slowness * retryGrowth, retryDelayMax);
    this.#env.setTimer("retry", delay);
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
    this.#env.cancelTimer("retry");
    this.#env.cancelTimer("deadline");
    this.#env.emit(outcome, { id: current?.id, result });
    this.#next();
  }

  /** How a task is put to a server. */
  #messageOf(task: Task<Of["request"]>, session: string, serial: number): ServiceMessage<Of> {
    const { operation, read } = task;
    if (isAdministration(operation)) {
      return operation.op === "change"
        ? { type: "change", session, serial, changes: operation.changes }
        : { type: "transfer", session, serial, to: operation.to };
    }
    if (read === "log") return { type: "request", session, serial, operation };
    const question = this.#words.questionOf(operation);
    if (read === "local") return { type: "localRead", session, serial, question };
    return { type: "read", session, serial, question, read };
  }
}

/** Why a leader is about to be none. */
const LEADS_NO_LONGER: readonly Refused["reason"][] = ["disk full", "transferring"];

/** What no repetition mends. */
const IMPOSSIBLE: readonly Refused["reason"][] = [
  "too large",
  "unknown member",
  "no vote",
  "no voters",
  "contradiction",
];
