import type { FileImage } from "./disk/disk-image.ts";
import type { NodeId, Plain } from "./env.ts";
import type { AssertionKind, Evidence } from "./evidence.ts";
import type { History } from "./history.ts";
import type { Gauge } from "./host/memory.ts";
import type { Metrics } from "./metrics.ts";
import type { Micros } from "./time.ts";

/** A host as invariants see it. */
export interface HostView<View = unknown> {
  readonly id: NodeId;
  /** Its place among all hosts, 0-based. */
  readonly index: number;
  readonly role: "server" | "client";
  /** The program, with all that it shows of itself; undefined while the host is down. */
  readonly node: View | undefined;
  /** How many times the node has started. */
  readonly life: number;
  /** What the monotonic clock shows here now; see {@link Env.now}. No other node can know it. */
  now(): Micros;
  /**
   * What syncs have made durable of a file: unless the disk lies, no crash takes it. The bytes are
   * not copied, do not write into them.
   */
  durable(file: string): Readonly<FileImage> | undefined;
  /** How many events wait here as the host is paused or busy, and the most that ever did. */
  readonly inboxCount: number;
  readonly inboxCountMax: number;
  /** By name, what the node has reported of its memory; see {@link Env.emit}. */
  readonly gauges: ReadonlyMap<string, Readonly<Gauge>>;
}

/** What has just happened. The object is used again for the next event: do not keep it. */
export interface EventView {
  readonly kind: EventKind;
  readonly host: HostView | undefined;
  /** The sender of a delivered message, the peer of a disconnect. */
  readonly from: NodeId | undefined;
  /**
   * The message, the timer's name, the sync's token, the operation, the fault, and of links that go
   * down or up the number of their cut; by kind.
   */
  readonly payload: unknown;
}

export type EventKind =
  | "start"
  | "deliver"
  | "timer"
  | "synced"
  | "operation"
  | "fault begins"
  | "fault ends"
  /** An event has come to a host that is paused or busy, and waits; its handling is yet to come. */
  | "inbox"
  /** The network lets go a message that it held back. */
  | "network"
  /** Links that flap go down, or come up. */
  | "link"
  /** A program is told that the connection of a stream is gone. */
  | "disconnect"
  /** On a stream, something that no program sees; no host counts, as for a fault. */
  | "stream"
  /** Nothing happens: time passes, or the run is over. */
  | "idle";

/** A message that the node handed to the network in this step. */
export interface SentMessage {
  readonly to: NodeId;
  readonly message: unknown;
}

/** An observation that the node of the event's host has emitted in this step. */
export interface EmittedEvent {
  readonly event: string;
  readonly data: Plain;
}

/** The whole world after an event, with true time: what no node can see and invariants may. */
export interface World<View = unknown> {
  readonly now: Micros;
  /** The number of the event, from 1 on. */
  readonly step: number;
  readonly event: EventView;
  /** Messages that left in this step, in order. */
  readonly sent: readonly SentMessage[];
  /** What {@link Env.emit} was called with in this step, in order. */
  readonly emitted: readonly EmittedEvent[];
  /** The hosts that are not clients, in the plan's order. */
  readonly servers: readonly HostView<View>[];
  /** The clients, in the plan's order. What their programs show is theirs to say. */
  readonly clients: readonly HostView[];
  /** The server on which the event happened; undefined when it was a client's or the weather's. */
  readonly server: HostView<View> | undefined;
  /**
   * The node on `server` that went down in the middle of this step, as it was then. Its handler has
   * not come to an end; what it did before counts.
   */
  readonly fallen: View | undefined;
  readonly history: History;
  readonly metrics: Metrics;
  /**
   * Whether nothing at all sets out from one host to the other now: some fault cuts that link for
   * messages of all types, be it a clog or a flapping link that is down. A cut of some types only
   * is none here, nor is loss by chance. While it is true, nothing that was sent since it became
   * true arrives; what a clog holds arrives after it, what was sent before may arrive any time.
   */
  isCut(from: NodeId, to: NodeId): boolean;
}

/**
 * What an invariant says: what is wrong, or undefined while all is well. A family of invariants
 * that share what they know is one object, and says which of them are broken, the first first.
 */
export type Verdict = string | readonly Breach[] | undefined;

export interface Breach {
  readonly invariant: string;
  readonly message: string;
  /** When it came to that. Default: at the event after which it is noticed. */
  readonly at?: Micros;
}

/**
 * Something that must hold. Hooks return what is wrong, or undefined while all is well; they are
 * properties, so that the compiler refuses an invariant that asks for more than the nodes show.
 */
export interface Invariant<View = unknown> {
  readonly name: string;
  /** All of the invariant's memory, plain data, so that a run can be snapshotted with it. */
  state?: unknown;
  /**
   * What of the plan it takes for granted, and would blame the system for if it were gone: in a
   * plan of which such a part is `altered` it is not judged. Default: nothing.
   */
  readonly supposes?: readonly Premise[];
  /** After every event. Its cost must not grow with the length of the run. */
  readonly onStep?: (world: World<View>) => Verdict;
  /**
   * Before time moves on, and before the end: from `world.now`, the time of the last event, up to
   * but without `until`, the world stays as it is. Neither are there emitted events and messages.
   */
  readonly onIdle?: (world: World<View>, until: Micros) => Verdict;
  /**
   * A time such that `onIdle` has nothing to say with an `until` up to it, whatever happens from
   * `now` on; it spares most events the question. Default: there is none.
   */
  readonly idleDue?: (now: Micros) => Micros;
  /** After the last event of a run that reached its horizon. */
  readonly onEnd?: (world: World<View>) => Verdict;
  /** What kind of assertion it is, if campaigns are to add up its `evidence`. */
  readonly kind?: AssertionKind;
  /** After the run, however it ended. The world's event and messages mean nothing then. */
  readonly evidence?: (world: World<View>) => Pick<Evidence, "isSeen" | "best">;
}

/**
 * `servers`: all of them are there, as a majority may be asked for. `operations`: the workload goes
 * on when it must make progress. `faults`: the weather is as planned, such as a cut during which
 * nobody may lead. `conditions`: network, disk, clocks and processors are as planned, such as a
 * bandwidth that is to be made use of.
 */
export type Premise = (typeof PREMISES)[number];

export const PREMISES = ["servers", "operations", "faults", "conditions"] as const;

/** A broken invariant, or a handler that threw. */
export interface Violation {
  readonly invariant: string;
  readonly message: string;
  readonly at: Micros;
  readonly step: number;
  /** The host on which the last event happened. */
  readonly host: NodeId | undefined;
  /** Where a handler threw. */
  readonly stack: string | undefined;
  /** What the invariant takes for granted; left out when that is nothing. */
  readonly supposes?: readonly Premise[];
}
