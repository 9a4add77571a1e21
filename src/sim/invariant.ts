import type { FileImage } from "./disk/disk-image.ts";
import type { NodeId } from "./env.ts";
import type { History } from "./history.ts";
import type { Gauge } from "./host/memory.ts";
import type { Metrics } from "./metrics.ts";
import { formatTime, type Micros } from "./time.ts";

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
  | "stream";

/** A message that the node handed to the network in this step. */
export interface SentMessage {
  readonly to: NodeId;
  readonly message: unknown;
}

/** The whole world after an event, with true time: what no node can see and invariants may. */
export interface World<View = unknown> {
  readonly now: Micros;
  /** The number of the event, from 1 on. */
  readonly step: number;
  readonly event: EventView;
  /** Messages that left in this step, in order. */
  readonly sent: readonly SentMessage[];
  /** The hosts that are not clients, in the plan's order. */
  readonly servers: readonly HostView<View>[];
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
  /** After the last event of a run that reached its horizon. */
  readonly onEnd?: (world: World<View>) => Verdict;
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

/** Holds after every event from `from` on, up to `until`. */
export function always<View>(
  name: string,
  holds: (world: World<View>) => boolean,
  { from = 0, until = Number.MAX_SAFE_INTEGER }: { from?: Micros; until?: Micros } = {},
): Invariant<View> {
  return {
    name,
    onStep: (world) =>
      world.now >= from && world.now <= until && !holds(world)
        ? `does not hold at ${formatTime(world.now)}`
        : undefined,
  };
}

/**
 * Holds after some event in [from, by]. `explain` says, when it does not, what is missing. Both may
 * keep what they need to know in `memory`, plain data that goes with the invariant's state.
 */
export function eventually<View, Memory = undefined>(
  name: string,
  { from = 0, by }: { readonly from?: Micros; readonly by: Micros },
  holds: (world: World<View>, memory: Memory) => boolean,
  explain: (world: World<View>, memory: Memory) => string = () => "it never held",
  ...[memory]: Memory extends undefined ? [] : [memory: Memory]
): Invariant<View> {
  const late = (world: World<View>): string =>
    `not by ${formatTime(by)}: ${explain(world, invariant.state.memory)}`;
  const invariant = {
    name,
    supposes: ["servers"] as const,
    // Without a memory none is asked for.
    state: { isReached: false, memory: memory as Memory },
    onStep: (world: World<View>) => {
      const { state } = invariant;
      if (state.isReached || world.now < from) return undefined;
      // What holds after the last event before the deadline holds at the deadline.
      if (world.now > by) return late(world);
      state.isReached = holds(world, state.memory);
      return undefined;
    },
    onEnd: (world: World<View>) => {
      const { state } = invariant;
      if (state.isReached) return undefined;
      return world.now <= by && holds(world, state.memory) ? undefined : late(world);
    },
  };
  return invariant;
}
