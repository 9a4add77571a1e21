import type { Env, Node, NodeId, Operation, Plain } from "../../sim/env.ts";
import { type Micros, ms, seconds } from "../../sim/time.ts";
import type { KvResult } from "./commands.ts";
import type { KvMessage, Refused } from "./messages.ts";
import { KV_SITES } from "./sites.ts";
import { checkKvOperation, type KvTask } from "./task.ts";

export interface KvClientOptions {
  /** How long to wait for an answer before asking again, elsewhere. */
  readonly requestTimeout: Micros;
  /** How long to wait in all before giving up, with the outcome unknown. */
  readonly waitMax: Micros;
  /** Pause before asking again, after a refusal or when no leader is known: in [min, max]. */
  readonly retryDelay: { readonly min: Micros; readonly max: Micros };
}

export const defaultKvClientOptions: KvClientOptions = {
  requestTimeout: seconds(1),
  waitMax: seconds(10),
  retryDelay: { min: ms(50), max: ms(150) },
};

export interface KvClientState {
  /** One life of this client. */
  session: string;
  serial: number;
  /** Tasks that have fallen due, in order. */
  queue: KvTask[];
  current: KvTask | undefined;
  /** Whom the current request was sent to last. */
  asked: NodeId | undefined;
  /** How often the current request was sent. */
  asks: number;
  /** Who leads, as far as the client knows. */
  leader: NodeId | undefined;
}

/**
 * A client with one operation at a time: it follows redirects, retries, and writes the history. An
 * operation whose answer does not come in time ends with `info`: it may happen yet. So may one that
 * was refused, as the network may deliver the request a second time, later; but not one that is too
 * large, which ends with `fail`.
 */
export class KvClient implements Node<KvMessage, KvClientState> {
  state: KvClientState = {
    session: "",
    serial: 0,
    queue: [],
    current: undefined,
    asked: undefined,
    asks: 0,
    leader: undefined,
  };
  readonly #env: Env<KvMessage>;
  readonly #servers: readonly NodeId[];
  readonly #options: KvClientOptions;

  constructor(env: Env<KvMessage>, servers: readonly NodeId[], options: KvClientOptions) {
    this.#env = env;
    this.#servers = servers;
    this.#options = options;
  }

  onStart(): void {
    // A clock of its own may tell the same time in two lives; then the draw tells them apart.
    const { id, random } = this.#env;
    this.state.session = `${id}@${this.#env.now()}.${random.int(0, 0xffff_ffff).toString(16)}`;
  }

  onOperation(operation: Operation): void {
    this.state.queue.push(checkKvOperation(operation, "operation"));
    if (this.state.current === undefined) this.#next();
  }

  onMessage(from: NodeId, message: KvMessage): void {
    const { current, session, serial, asked } = this.state;
    if (current === undefined || !("serial" in message)) return;
    // Neither to an earlier request, nor to one of this client's earlier lives.
    if (message.session !== session || message.serial !== serial) return;
    switch (message.type) {
      case "reply":
        this.state.leader = from;
        this.#finish("ok", showResult(message.result));
        break;
      case "localValue":
        this.#finish("ok", { value: message.value, isLocal: true, applied: message.applied });
        break;
      case "redirect":
        if (current.server !== undefined) this.#finish("info", "not the leader");
        else if (from === asked) this.#follow(message.leader);
        break;
      case "refused":
        if (from === asked) this.#onRefused(from, current, message.reason);
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
    const { id, operation, server, read } = task;
    const isLocal = read === "local";
    const isLogged = read === "log" && operation.op !== "change";
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
    const leader = this.#env.buggify(KV_SITES.asksElsewhere) ? undefined : state.leader;
    const to = server ?? leader ?? this.#another(state.leader ?? state.asked);
    state.asked = to;
    state.asks++;
    state.leader = undefined;
    const patience = this.#env.buggify(KV_SITES.asksSoon) ? 1 / 10 : 1;
    this.#env.setTimer("retry", Math.ceil(this.#options.requestTimeout * patience));
    const request = messageOf(current, session, serial);
    this.#env.send(to, request);
    if (this.#env.buggify(KV_SITES.asksTwice)) this.#env.send(to, request);
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

  #onRefused(from: NodeId, { server }: KvTask, reason: Refused["reason"]): void {
    // Whoever was asked before may have taken it in; this server never will, were it asked twice.
    const isFirst = this.state.asks === 1;
    if (IMPOSSIBLE.includes(reason)) this.#finish(isFirst ? "fail" : "info", reason);
    // It may have been done when it was asked for before.
    else if (reason === "no change") this.#finish("ok", { isNews: false });
    else if (server !== undefined) this.#finish("info", reason);
    else this.#askLater(reason === "disk full" ? undefined : from);
  }

  /** After a pause, asks the one who leads, or somebody else. */
  #askLater(leader: NodeId | undefined): void {
    this.state.leader = leader;
    const { min, max } = this.#options.retryDelay;
    this.#env.setTimer("retry", this.#env.random.int(min, max));
  }

  #finish(outcome: "ok" | "fail" | "info", result: Plain): void {
    const { current } = this.state;
    this.#env.cancelTimer("retry");
    this.#env.cancelTimer("deadline");
    this.#env.emit(outcome, { id: current?.id, result });
    this.#next();
  }
}

/** What no repetition mends. */
const IMPOSSIBLE: readonly Refused["reason"][] = [
  "too large",
  "unknown member",
  "no voters",
  "contradiction",
];

/** How a task is put to a server. */
function messageOf({ operation, read }: KvTask, session: string, serial: number): KvMessage {
  if (operation.op === "change") {
    return { type: "change", session, serial, changes: operation.changes };
  }
  const { key } = operation;
  if (read === "local") return { type: "localRead", session, serial, key };
  if (read === "log") return { type: "request", session, serial, operation };
  return { type: "read", session, serial, key, read };
}

/** The name by which a request is known in the history and in the log. */
export function requestName(session: string, serial: number): string {
  return `${session}#${serial}`;
}

function showResult(result: KvResult): Plain {
  switch (result.type) {
    case "done":
      return undefined;
    case "value":
      return { value: result.value };
    case "cas":
      return { isSwapped: result.isSwapped };
  }
}
