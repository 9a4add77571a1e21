import type { NodeId, Plain } from "./env.ts";
import {
  DELIVER,
  DISCONNECT,
  EVENT_KINDS,
  FAULT_BEGINS,
  FAULT_ENDS,
  LINK,
  NETWORK,
  STREAM,
  STREAM_DELIVER,
  SYNCED,
} from "./event.ts";
import type { Evidence } from "./evidence.ts";
import type { Fault } from "./fault.ts";
import type { FaultSchedule } from "./faults/fault-schedule.ts";
import type { History } from "./history.ts";
import type { PendingSync } from "./host/pending-sync.ts";
import type {
  EmittedEvent,
  EventView,
  HostView,
  Invariant,
  SentMessage,
  Verdict,
  Violation,
  World,
} from "./invariant.ts";
import { madeBreach } from "./made.ts";
import type { Metrics } from "./metrics.ts";
import type { HeldMessage } from "./network/held-messages.ts";
import type { Network } from "./network/network.ts";
import type { Scheduler } from "./queue/scheduler.ts";
import { formatTime, type Micros } from "./time.ts";
import type { TraceEntry } from "./trace.ts";

export interface WatchOptions<View> {
  readonly faults: readonly Fault[];
  readonly invariants: readonly Invariant<View>[];
  /** Whether to keep a trace. */
  readonly trace: boolean;
}

/** What there is to see. */
export interface Watched<View> {
  /** Events so far. */
  readonly steps: number;
  readonly scheduler: Scheduler;
  readonly hosts: readonly HostView<View>[];
  readonly network: Network;
  readonly faults: FaultSchedule;
  readonly history: History;
  readonly metrics: Metrics;
}

/** Sees everything and changes nothing: shows the world to invariants, traces, finds violations. */
export class Watch<View> {
  /** The first thing that went wrong. */
  violation: Violation | undefined;
  readonly world: World<View>;
  readonly trace: TraceEntry[] | undefined;
  /** Whether anybody watches; if not, only violations need to be told. */
  isNeeded: boolean;
  readonly #world: Mutable<World<View>>;
  readonly #event: Mutable<EventView> = { ...NOTHING };
  #sent: SentMessage[] = [];
  #emitted: EmittedEvent[] = [];
  /** With what state `world.fallen` went down. */
  #fallen: { readonly node: { state: unknown }; readonly state: unknown } | undefined;
  readonly #watched: Watched<View>;
  readonly #options: WatchOptions<View>;
  readonly #stepInvariants: readonly Invariant<View>[];
  readonly #idleInvariants: readonly Invariant<View>[];
  /** Up to then nobody has anything to say of time that passes. */
  #idleDue: Micros;

  constructor(watched: Watched<View>, options: WatchOptions<View>) {
    const { hosts, network, history, metrics } = watched;
    const indexOf = (id: NodeId): number => hosts.findIndex((host) => host.id === id);
    this.#world = {
      now: 0,
      step: 0,
      event: this.#event,
      sent: this.#sent,
      emitted: this.#emitted,
      servers: hosts.filter(({ role }) => role === "server"),
      clients: hosts.filter(({ role }) => role === "client"),
      server: undefined,
      fallen: undefined,
      history,
      metrics,
      isCut: (from, to) => network.cuts.isCut(indexOf(from), indexOf(to)),
    };
    this.world = this.#world;
    this.#watched = watched;
    this.#options = options;
    this.#stepInvariants = options.invariants.filter(({ onStep }) => onStep !== undefined);
    this.#idleInvariants = options.invariants.filter(({ onIdle }) => onIdle !== undefined);
    this.#idleDue = this.#idleInvariants.length > 0 ? 0 : Number.MAX_SAFE_INTEGER;
    const { faults, trace } = options;
    const watchers = [...this.#stepInvariants, ...this.#idleInvariants];
    this.isNeeded = trace || faults.length > 0 || watchers.length > 0;
    if (!trace) return;
    this.trace = [];
    network.observer = {
      onDrop: (from, to, message, reason) =>
        this.note("drop", hosts[from]!, message, hosts[to]!.id, reason),
      onSegment: (from, to, content) => this.note("stream", hosts[to]!, content, hosts[from]!.id),
      onHold: (from, to, message) => this.note("hold", hosts[from]!, message, hosts[to]!.id),
      onRelease: (from, to, message, at) => {
        const note = `arrives at ${formatTime(at)}`;
        this.note("release", hosts[from]!, message, hosts[to]!.id, note);
      },
      onTurn: (links, isDown) => {
        const names = links.map(([from, to]) => `${hosts[from]!.id}->${hosts[to]!.id}`);
        this.note("link", undefined, `${isDown ? "down" : "up"}: ${names.join(" ")}`);
      },
    };
    network.cuts.observer = network.observer;
  }

  /** An event begins; of an event of the weather the host does not count. */
  enter(kind: number, host: HostView<View>, from: number, payload: unknown): void {
    const world = this.#world;
    const event = this.#event;
    const { now } = this.#watched.scheduler;
    if (now > this.#idleDue && now > world.now) this.#judgeIdle(now);
    const isWeather = WEATHER[kind] === true;
    world.now = now;
    world.step = this.#watched.steps;
    world.server = isWeather || host.role === "client" ? undefined : host;
    event.kind = EVENT_KINDS[kind]!;
    event.host = isWeather ? undefined : host;
    event.from = BETWEEN_HOSTS[kind] === true ? this.#watched.hosts[from]!.id : undefined;
    event.payload = this.#shown(kind, payload);
    this.#forget();
  }

  /** To empty a list is a call of the engine's runtime, to make a new one is not. */
  #forget(): void {
    const world = this.#world;
    if (world.sent.length > 0) world.sent = this.#sent = [];
    if (world.emitted.length > 0) world.emitted = this.#emitted = [];
    if (world.fallen !== undefined) world.fallen = undefined;
  }

  /** The node of the event's host goes down while it handles the event: its state is kept so. */
  fell(node: (View & { state: unknown }) | undefined): void {
    this.#world.fallen = node;
    this.#fallen = node && { node, state: node.state };
  }

  sent(from: HostView, to: NodeId, message: unknown): void {
    if (this.#stepInvariants.length > 0) this.#sent.push({ to, message });
    if (this.trace !== undefined) this.note("send", from, message, to);
  }

  emitted(event: string, data: Plain): void {
    if (this.#stepInvariants.length > 0) this.#emitted.push({ event, data });
  }

  /** Adds a line to the trace, if there is one. */
  note(
    kind: TraceEntry["kind"],
    host: HostView | undefined,
    payload: unknown,
    peer?: NodeId,
    note?: string,
  ): void {
    if (this.trace === undefined) return;
    const { steps: step, scheduler } = this.#watched;
    this.trace.push({ step, at: scheduler.now, host: host?.id, kind, payload, peer, note });
  }

  /** The event is over: what do the invariants say? */
  judge(): void {
    const world = this.#world;
    if (world.fallen !== undefined) this.#restoreFallen();
    let asked = "";
    try {
      for (const invariant of this.#stepInvariants) {
        asked = invariant.name;
        const verdict = invariant.onStep!(world);
        if (verdict !== undefined) this.#condemn(invariant, verdict);
      }
    } catch (error) {
      this.#violateByInvariant(asked, error);
    }
  }

  /** Nothing happens until then: what do the invariants say? */
  #judgeIdle(until: Micros): void {
    if (this.violation !== undefined) return;
    this.#settle();
    this.#idleDue = Number.MAX_SAFE_INTEGER;
    for (const invariant of this.#idleInvariants) {
      this.#ask(invariant, "onIdle", until);
      this.#idleDue = Math.min(this.#idleDue, invariant.idleDue?.(until) ?? 0);
    }
  }

  /** What happened last is over; the world stays as it is. */
  #settle(): void {
    this.#forget();
    this.#world.server = undefined;
    Object.assign(this.#event, NOTHING);
  }

  #ask(invariant: Invariant<View>, hook: "onIdle" | "onEnd", until: Micros): void {
    if (this.violation !== undefined) return;
    try {
      const verdict = invariant[hook]?.(this.#world, until);
      if (verdict !== undefined) this.#condemn(invariant, verdict);
    } catch (error) {
      this.#violateByInvariant(invariant.name, error);
    }
  }

  /** What the handler wrote while it was cut short, into whatever it was lent, does not count. */
  #restoreFallen(): void {
    if (this.#fallen !== undefined) this.#fallen.node.state = this.#fallen.state;
    this.#fallen = undefined;
  }

  /** The run is over: what do the invariants say? */
  judgeEnd(): void {
    const { scheduler, steps } = this.#watched;
    // The run includes the instant at which it ends.
    this.#judgeIdle(scheduler.now + 1);
    // Whether the last event was watched or not, the world looks the same: nothing happens now.
    this.#world.now = scheduler.now;
    this.#world.step = steps;
    this.#settle();
    for (const invariant of this.#options.invariants) this.#ask(invariant, "onEnd", scheduler.now);
  }

  /** What there is to say of assertions, in their order, whether the run was judged or not. */
  evidence(): readonly Evidence[] {
    return this.#options.invariants.flatMap(({ name, kind, evidence }) =>
      kind && evidence ? [{ name, kind, ...evidence(this.#world) }] : [],
    );
  }

  /** Goes on from a snapshot. */
  resume(violation: Violation | undefined): void {
    this.violation = violation;
    this.#world.now = this.#watched.scheduler.now;
    this.#world.step = this.#watched.steps;
  }

  /** Keeps the violation, unless there was one before it. */
  violate(invariant: string, message: string, host: NodeId | undefined, stack?: string): void {
    const { steps: step, scheduler } = this.#watched;
    this.violation ??= { invariant, message, at: scheduler.now, step, host, stack };
  }

  /** Keeps what was thrown as a violation. */
  violateByThrow(error: unknown, host: NodeId | undefined, by = ""): void {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    this.violate("EXCEPTION", `${by}${name}: ${message}`, host, stack);
  }

  #condemn(invariant: Invariant<View>, verdict: NonNullable<Verdict>): void {
    const { name, supposes } = invariant;
    const breach = madeBreach(name, verdict);
    if (breach === undefined) return;
    const { step, now } = this.#world;
    const where = { step, host: this.#event.host?.id, stack: undefined };
    this.violation ??= { at: now, ...breach, ...where, ...(supposes?.length ? { supposes } : {}) };
  }

  /** An invariant that throws has found something too. */
  #violateByInvariant(name: string, error: unknown): void {
    this.violateByThrow(error, this.#event.host?.id, `invariant ${name}: `);
  }

  #shown(kind: number, payload: unknown): unknown {
    // The payloads that simulation.ts schedules for these kinds.
    if (kind === NETWORK) return (payload as HeldMessage).message;
    if (kind === SYNCED) return (payload as PendingSync).token;
    if (kind === FAULT_BEGINS || kind === FAULT_ENDS)
      return this.#watched.faults.fault(payload as number);
    return payload;
  }
}

/** What happens while time passes. */
const NOTHING: EventView = { kind: "idle", host: undefined, from: undefined, payload: undefined };

/** By kind of event: whether it concerns no host, and whether it has a peer. */
const WEATHER = byKind(FAULT_BEGINS, FAULT_ENDS, NETWORK, LINK, STREAM);
const BETWEEN_HOSTS = byKind(DELIVER, STREAM_DELIVER, DISCONNECT);

/** To look into a table costs less than to search a list, and it is done for each event. */
function byKind(...kinds: readonly number[]): readonly boolean[] {
  return Array.from({ length: Math.max(...kinds) + 1 }, (_, kind) => kinds.includes(kind));
}

type Mutable<Type> = { -readonly [Field in keyof Type]: Type[Field] };
