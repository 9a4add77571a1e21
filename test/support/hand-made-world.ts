import type { NodeId, Plain } from "../../src/sim/env.ts";
import { History, type Outcome } from "../../src/sim/history.ts";
import type {
  EmittedEvent,
  EventKind,
  HostView,
  Invariant,
  SentMessage,
  Verdict,
  World,
} from "../../src/sim/invariant.ts";
import { Metrics } from "../../src/sim/metrics.ts";
import type { Micros } from "../../src/sim/time.ts";

/** A host whose node, life and disk a test sets as it likes. */
export class HandMadeHost<View> implements HostView<View> {
  readonly role: "server" | "client";
  readonly id: NodeId;
  readonly index: number;
  node: View | undefined;
  life = 1;
  /** What the monotonic clock shows there. */
  clock: Micros = 0;
  inboxCount = 0;
  inboxCountMax = 0;
  gauges = new Map<string, { bytes: number; bytesMax: number }>();
  /** What is durable, of whatever file. */
  bytes = new Uint8Array(0);

  constructor(id: NodeId, index: number, node: View, role: "server" | "client" = "server") {
    this.role = role;
    this.id = id;
    this.index = index;
    this.node = node;
  }

  now(): Micros {
    return this.clock;
  }

  durable(): { readonly bytes: Uint8Array; readonly sizeBytes: number } {
    return { bytes: this.bytes, sizeBytes: this.bytes.length };
  }
}

/** What happened in an event: where, of what kind, and which messages left. */
export interface HandMadeEvent {
  /** The server or client; without one it is the weather's event. */
  readonly on?: NodeId;
  readonly kind?: EventKind;
  /** The sender of a delivered message. */
  readonly from?: NodeId;
  readonly sent?: readonly SentMessage[];
  readonly emitted?: readonly EmittedEvent[];
  /** Whether the server's node goes down in the middle of it. */
  readonly falls?: boolean;
  /** What is delivered. */
  readonly payload?: unknown;
}

/** A world in which a test says what every server shows, and asks what invariants say to it. */
export class HandMadeWorld<View> {
  readonly history = new History();
  readonly metrics = new Metrics();
  readonly servers: readonly HandMadeHost<View>[];
  readonly clients: readonly HandMadeHost<unknown>[];
  readonly #invariants: readonly Invariant<View>[];
  readonly #cuts = new Set<string>();
  #step = 0;
  #now = 0;

  constructor(
    invariants: readonly Invariant<View>[],
    nodes: Readonly<Record<NodeId, View>>,
    clients: Readonly<Record<NodeId, unknown>> = {},
  ) {
    this.#invariants = invariants;
    this.servers = Object.entries(nodes).map(
      ([id, node], index) => new HandMadeHost(id, index, node),
    );
    this.clients = Object.entries(clients).map(
      ([id, node], i) => new HandMadeHost(id, this.servers.length + i, node, "client"),
    );
  }

  host(id: NodeId): HandMadeHost<View> {
    const host = this.servers.find((server) => server.id === id);
    if (host === undefined) throw new RangeError(`no server ${id}`);
    return host;
  }

  client(id: NodeId): HandMadeHost<unknown> {
    const host = this.clients.find((client) => client.id === id);
    if (host === undefined) throw new RangeError(`no client ${id}`);
    return host;
  }

  node(id: NodeId): View {
    const { node } = this.host(id);
    if (node === undefined) throw new RangeError(`${id} is down`);
    return node;
  }

  /** Something happens at a time; what is broken then, each as `NAME: message`. */
  event(at: Micros, event: HandMadeEvent = {}): string[] {
    const late = this.#idle(at);
    this.#step++;
    this.#now = at;
    const world = this.#worldAt(at, event);
    return [
      ...late,
      ...this.#invariants.flatMap(({ name, onStep }) => said(name, onStep?.(world))),
    ];
  }

  /** The run ends; what is broken then, each as `NAME: message`. */
  end(at: Micros): string[] {
    const late = this.#idle(at + 1);
    const world = this.#worldAt(at, {});
    return [...late, ...this.#invariants.flatMap(({ name, onEnd }) => said(name, onEnd?.(world)))];
  }

  /** Nothing happens until then; what is broken by that. */
  #idle(until: Micros): string[] {
    const world = this.#worldAt(this.#now, { kind: "idle" });
    return this.#invariants.flatMap(({ name, onIdle }) => said(name, onIdle?.(world, until)));
  }

  /** Cuts one direction of a link. */
  cut(from: NodeId, to: NodeId): void {
    this.#cuts.add(`${from} ${to}`);
  }

  heal(): void {
    this.#cuts.clear();
  }

  /** A client has asked for something. */
  invoke(id: string, at: Micros, operation: Plain = undefined, client = "c1"): void {
    this.history.record(client, "invoke", { id, operation }, at);
  }

  /** A client has an answer, or has given up. */
  return(id: string, at: Micros, outcome: Exclude<Outcome, "open"> = "ok", client = "c1"): void {
    this.history.record(client, outcome, { id }, at);
  }

  #worldAt(
    now: Micros,
    { on, kind = "deliver", from, sent = [], emitted = [], falls = false, payload }: HandMadeEvent,
  ): World<View> {
    const { servers, clients, history, metrics } = this;
    const client = clients.find(({ id }) => id === on);
    const server = on === undefined || client !== undefined ? undefined : this.host(on);
    const fallen = falls ? server?.node : undefined;
    if (falls && server !== undefined) server.node = undefined;
    return {
      now,
      step: this.#step,
      event: { kind, host: client ?? server, from, payload },
      sent,
      emitted,
      servers,
      clients,
      server,
      fallen,
      history,
      metrics,
      isCut: (from, to) => this.#cuts.has(`${from} ${to}`),
    };
  }
}

function said(name: string, verdict: Verdict): string[] {
  if (verdict === undefined) return [];
  const breaches = typeof verdict === "string" ? [{ invariant: name, message: verdict }] : verdict;
  return breaches.map(({ invariant, message }) => `${invariant}: ${message}`);
}
