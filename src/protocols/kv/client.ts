import { UsageError } from "../../sim/assert.ts";
import { checkCount, checkOneOf, checkRecord, checkText } from "../../sim/check.ts";
import type { Env, Node, NodeId, Operation, Plain } from "../../sim/env.ts";
import { type Micros, ms, seconds } from "../../sim/time.ts";
import { isUnicode } from "../codec.ts";
import type { KvOperation, KvResult, KvValue } from "./commands.ts";
import type { KvMessage, Refused } from "./messages.ts";
import { KV_SITES } from "./sites.ts";
import { sizedValue } from "./sized-value.ts";

/** An operation of the workload: what to do, and perhaps at which server and how. */
export interface KvTask {
  readonly id: string;
  readonly operation: KvOperation;
  /** Ask this server and no other, once. */
  readonly server: NodeId | undefined;
  readonly read: KvRead;
}

/**
 * How a `get` is answered: `log`, as a command with its place in the log; `index`, once the leader
 * has made sure that it leads; `lease`, at once if nobody else can lead yet; `local`, from what the
 * server holds, which may be out of date.
 */
export type KvRead = (typeof READS)[number];

const READS = ["log", "index", "lease", "local"] as const;

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
    const isLogged = read === "log";
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
    const { operation, server, read } = current;
    const { key } = operation;
    const leader = this.#env.buggify(KV_SITES.asksElsewhere) ? undefined : state.leader;
    const to = server ?? leader ?? this.#another(state.leader ?? state.asked);
    state.asked = to;
    state.asks++;
    state.leader = undefined;
    const patience = this.#env.buggify(KV_SITES.asksSoon) ? 1 / 10 : 1;
    this.#env.setTimer("retry", Math.ceil(this.#options.requestTimeout * patience));
    const request = ((): KvMessage => {
      if (read === "local") return { type: "localRead", session, serial, key };
      if (read === "log") return { type: "request", session, serial, operation };
      return { type: "read", session, serial, key, read };
    })();
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
    if (reason === "too large") this.#finish(this.state.asks === 1 ? "fail" : "info", reason);
    else if (server !== undefined) this.#finish("info", reason);
    else this.#askLater(reason === "busy" ? from : undefined);
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

/**
 * Reads an operation of a plan: `{ id, op: "put", key, value }`, `get` and `delete` with a key,
 * `cas` with `expected` and `value`. Bytes are written `{ hex: "00ff" }`, or `{ sizeBytes: 65536 }`
 * for so many that follow from the operation's id: see {@link sizedValue}. `server` pins it to a
 * server, and `read` says how a `get` is answered. Throws a UsageError that names the path.
 */
export function checkKvOperation(value: Operation, path: string): KvTask {
  const op = checkOneOf(value.op, `${path}.op`, ["put", "get", "delete", "cas"]);
  const key = checkUnicode(checkText(value.key, `${path}.key`), `${path}.key`);
  const server = value.server === undefined ? undefined : checkText(value.server, `${path}.server`);
  if (value.read !== undefined && op !== "get") {
    throw new UsageError(`${path}.read: expected only with a get, got ${op}`);
  }
  const read = value.read === undefined ? "log" : checkOneOf(value.read, `${path}.read`, READS);
  const operation = ((): KvOperation => {
    switch (op) {
      case "put":
        return { op, key, value: checkValue(value, "value", path) };
      case "cas": {
        const isAbsent = value.expected === undefined || value.expected === null;
        const expected = isAbsent ? undefined : checkValue(value, "expected", path);
        return { op, key, expected, value: checkValue(value, "value", path) };
      }
      default:
        return { op, key };
    }
  })();
  return { id: value.id, operation, server, read };
}

function checkValue(operation: Operation, field: "value" | "expected", at: string): KvValue {
  const value = operation[field];
  const path = `${at}.${field}`;
  if (typeof value === "string") return checkUnicode(value, path);
  const isRecord = typeof value === "object" && value !== null;
  if (isRecord && "sizeBytes" in value) {
    const { sizeBytes } = checkRecord(value, path, ["sizeBytes"]);
    return sizedValue(operation.id, checkCount(sizeBytes, `${path}.sizeBytes`, 0, SIZE_MAX));
  }
  if (isRecord && "hex" in value && typeof value.hex === "string") {
    const { hex } = value;
    if (/^([0-9a-f]{2})*$/.test(hex)) {
      return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    }
  }
  throw new UsageError(`${path}: expected a text, { hex: "00ff" } or { sizeBytes: 256 }`);
}

/** Of a value, in bytes: it is in the memory of every host. */
const SIZE_MAX = 64 * 1_024 * 1_024;

function checkUnicode(text: string, path: string): string {
  if (isUnicode(text)) return text;
  throw new UsageError(`${path}: expected Unicode, got ${JSON.stringify(text)}`);
}
