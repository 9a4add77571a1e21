import type { NodeId } from "../../sim/env.ts";
import type { Micros } from "../../sim/time.ts";
import { type Configuration, initialConfiguration } from "./configuration.ts";
import { type DurabilityState, initialDurability } from "./durability.ts";
import type { MemberId } from "./identity.ts";
import { emptyLog, type RaftLog } from "./log.ts";
import type { Progress, SizeGauge } from "./progress.ts";
import type { AskedReads, ReadState } from "./read-state.ts";
import { initialSnapshots, type SnapshotState } from "./snapshot-state.ts";

/** What a leader keeps of changes of the configuration. */
export interface ChangeState {
  /**
   * No change is proposed before this is applied: what the log held at the election, of which
   * something may be a change, and then the last change.
   */
  pendingIndex: number;
  /** The last change takes the leader's own vote: behind it the leader takes in nothing. */
  isLeaving: boolean;
  /** By joining member, what it must hold to be caught up, and since when. Thesis §4.2.1. */
  readonly rounds: Map<NodeId, { readonly upTo: number; readonly beganAt: Micros }>;
  /** By host, the member that has said that it is there in place of the one that was meant. */
  readonly strangers: Map<NodeId, MemberId>;
}

export type LeaderRole = Extract<Role, { kind: "leader" }>;

/** A member's role, with the memory that only this role has. */
export type Role =
  | { readonly kind: "follower"; readonly leader: NodeId | undefined }
  | { readonly kind: "preCandidate"; readonly votes: Map<NodeId, boolean> }
  | { readonly kind: "candidate"; readonly votes: Map<NodeId, boolean> }
  | {
      readonly kind: "leader";
      /** By member, in the members' order, the leader itself included. */
      readonly progress: Map<NodeId, Progress>;
      /** How many members are known to hold more than is committed. */
      ahead: number;
      /** Bytes of the entries that are not committed. */
      readonly uncommitted: SizeGauge;
      readonly reads: ReadState;
      readonly changes: ChangeState;
      /** To whom it is about to hand over; meanwhile it takes in nothing. */
      transfer: { readonly to: NodeId } | undefined;
      /** Until then it does not hand over to who is preferred to it. */
      staysUntil: Micros;
    };

/** All of a Raft member's memory. */
export interface RaftState<Command> {
  /** Who it is; undefined before that is on its disk. Until it is durable nothing leaves. */
  member: MemberId | undefined;
  role: Role;
  /** Latest term seen; never falls. Durable before any message that promises it leaves. */
  term: number;
  /** Who has this member's vote in `term`. Durable before that vote leaves. */
  votedFor: NodeId | undefined;
  log: RaftLog<Command>;
  snapshots: SnapshotState;
  /** Who takes part, as of the last applied entry. */
  configuration: Configuration;
  /** Highest index known committed. Invariant: log.base <= applied <= commit <= log.lastIndex. */
  commit: number;
  /** Highest index handed to the state machine. */
  applied: number;
  /** When the leader of this term was last heard. */
  leaderHeardAt: Micros | undefined;
  /**
   * How many election timeouts have passed, since a leader was heard, in which this member has
   * given way to those that are preferred to it.
   */
  gaveWay: number;
  /** Reads that wait for the leader's word. */
  readonly asked: AskedReads;
  /** With `leaseReads`: until then some leader may count on this member not to vote. */
  loyalUntil: Micros;
  /**
   * Size in bytes of the largest record for which the disk had no room, and has had none since; 0
   * while it has room. Until then the member does not stand for election.
   */
  lackingBytes: number;
  durability: DurabilityState<Command>;
}

/** What a member remembers before it has read its disk. */
export function initialRaftState<Command>(): RaftState<Command> {
  return {
    member: undefined,
    role: { kind: "follower", leader: undefined },
    term: 0,
    votedFor: undefined,
    log: emptyLog(),
    snapshots: initialSnapshots(),
    configuration: initialConfiguration([]),
    commit: 0,
    applied: 0,
    leaderHeardAt: undefined,
    gaveWay: 0,
    asked: { life: undefined, waiting: [] },
    loyalUntil: 0,
    lackingBytes: 0,
    durability: initialDurability(),
  };
}
