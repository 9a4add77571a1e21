import type { NodeId } from "../../sim/env.ts";
import type { Micros } from "../../sim/time.ts";
import type { RaftOptions } from "./options.ts";

/**
 * How a read makes sure that it misses nothing. `index`: the leader asks a majority whether it
 * leads still. `lease`: not even that, while a majority has said so lately.
 */
export type ReadKind = "index" | "lease";

/** What a leader knows of the reads that it is asked for. */
export interface ReadState {
  /** Index of the first entry of the leader's term: before it is applied, nothing is answered. */
  readonly firstIndex: number;
  /** The last round that was begun, and the last that a majority has confirmed. */
  round: number;
  confirmed: number;
  /** When the last round began, by the own clock. */
  beganAt: Micros;
  /** Who has confirmed the last round, the leader itself included. */
  confirmers: Set<NodeId>;
  /** Until then, by the own clock, no other can have been elected. */
  leaseUntil: Micros;
  /**
   * Whether it has told another to take over: from then on, for the rest of its term, the leader
   * has no lease.
   */
  isLeaseGivenUp: boolean;
  /** Whether a lease was asked for since the last heartbeat: then that renews it. */
  isLeaseUsed: boolean;
  /** In order of arrival. Indexes and rounds never fall. */
  waiting: WaitingRead[];
}

/** A read that has not ended. */
export interface WaitingRead {
  readonly read: number;
  /** What must be applied before the answer. */
  readonly index: number;
  /** The round that must be confirmed; it began when the read had arrived. */
  readonly round: number;
  /** The follower that is to be told; undefined: the leader's own `readEnds` is. */
  readonly asker: Asker | undefined;
}

/** Who has asked its leader for a read index, and in which of its lives. */
export interface Asker {
  readonly id: NodeId;
  readonly life: number;
}

/** What a member that does not lead keeps of the reads that it is asked for. */
export interface AskedReads {
  /** A number drawn for this life; undefined until it is needed. */
  life: number | undefined;
  /** In order of arrival. */
  waiting: AskedRead[];
}

/** A read for which a leader was asked. */
export interface AskedRead {
  readonly read: number;
  /** In which the leader was asked. */
  readonly term: number;
  /** What must be applied before the answer; undefined until the leader has said it. */
  readonly index: number | undefined;
  readonly askedAt: Micros;
}

/** What a new leader knows, whose first entry is at that index. */
export function newReads(firstIndex: number): ReadState {
  return {
    firstIndex,
    round: 0,
    confirmed: 0,
    beganAt: 0,
    confirmers: new Set(),
    leaseUntil: 0,
    isLeaseGivenUp: false,
    isLeaseUsed: false,
    waiting: [],
  };
}

/**
 * How long a lease holds from the beginning of its round: on no voter's clock has
 * electionTimeoutMin passed by then, be the leader's clock as slow and the voter's as fast as
 * clocks may be.
 */
export function leaseDuration({ electionTimeoutMin, clockDriftMax }: RaftOptions): Micros {
  return Math.floor((electionTimeoutMin * (1 - clockDriftMax)) / (1 + clockDriftMax));
}
