import { UsageError } from "../../sim/assert.ts";
import { checkCount, checkFlag, checkProbability, checkRecord } from "../../sim/check.ts";
import { type Micros, ms, seconds } from "../../sim/time.ts";
import type { Priorities } from "./priorities.ts";

export interface RaftOptions {
  /** A follower that hears from no leader for a time drawn from [min, max] starts an election. */
  readonly electionTimeoutMin: Micros;
  readonly electionTimeoutMax: Micros;
  /** How often a leader makes itself heard; less than electionTimeoutMin. */
  readonly heartbeatInterval: Micros;
  /**
   * By member, how much it is preferred as a leader; 0 for who is not listed. A member lets an
   * election timeout pass for each higher priority before it stands, and a leader hands over to a
   * member of a higher one. The same on all members. Source: SOFAJRaft, MongoDB.
   */
  readonly priorities: Priorities;
  /**
   * Ask whether an election could be won before starting it, so that a node which cannot win does
   * not disturb the others with a higher term. Source: Ongaro's thesis §9.6.
   */
  readonly preVote: boolean;
  /**
   * Every electionTimeoutMin, a leader that has not heard from a majority since the last time steps
   * down; and nobody votes while it hears from a leader. Source: Ongaro's thesis §6.2 and §4.2.3.
   */
  readonly checkQuorum: boolean;
  /**
   * Let a leader answer lease reads without asking anybody; needs checkQuorum, and the same
   * electionTimeoutMin and leaseReads on all members. In return a member that has confirmed a
   * leader, or has restarted, does not vote for electionTimeoutMin. Source: thesis §6.4.1.
   */
  readonly leaseReads: boolean;
  /**
   * Let a member that does not lead answer index reads: it asks the leader what it must have
   * applied to do so. Source: thesis §6.4; `MsgReadIndex` of etcd/raft.
   */
  readonly followerReads: boolean;
  /**
   * By which share, in [0, 1), the rate of a clock may be off, up or down: a lease is shorter than
   * electionTimeoutMin by the factor (1 - drift) / (1 + drift). Clocks that drift more make lease
   * reads stale; all else is safe whatever clocks do.
   */
  readonly clockDriftMax: number;
  /**
   * Let a member that does not lead pass commands on to the leader; whoever proposed them there
   * waits until they are applied, and proposes them again if that takes too long. Needs commands
   * that take effect once, however often they are proposed. Source: `MsgProp` of etcd/raft.
   */
  readonly forwardProposals: boolean;
  /** Entries in one append message. */
  readonly appendEntriesMax: number;
  /** Bytes of the entries in one append message; a larger entry goes alone. */
  readonly appendBytesMax: number;
  /** The size of an entry, encoded; a command that would be larger is refused: "too large". */
  readonly entryBytesMax: number;
  /**
   * Entries that a follower is sent beyond what it has acknowledged, so that a slow one does not
   * fill the leader's memory or the network. While so many are in flight, heartbeats are empty.
   */
  readonly inflightMax: number;
  /** The same in bytes; with none in flight, one entry is sent however large it is. */
  readonly inflightBytesMax: number;
  /**
   * Bytes of a leader's entries that are not committed; a command beyond that is refused: "busy".
   * With none uncommitted, one is taken however large it is.
   */
  readonly uncommittedBytesMax: number;
  /** After so many applied entries the state machine is saved as a snapshot. */
  readonly snapshotEntries: number;
  /**
   * Applied entries that stay in the log behind a snapshot, so that who lags a little is sent
   * entries and no snapshot. A leader keeps what a member lacks, up to twice snapshotEntries more.
   */
  readonly keptEntries: number;
  /** Bytes of a snapshot in one message. */
  readonly snapshotChunkBytes: number;
}

const MIB = 1_024 * 1_024;

export const defaultRaftOptions: RaftOptions = {
  electionTimeoutMin: seconds(1),
  electionTimeoutMax: seconds(2),
  heartbeatInterval: ms(100),
  priorities: {},
  preVote: true,
  checkQuorum: true,
  leaseReads: false,
  followerReads: false,
  clockDriftMax: 0.1,
  forwardProposals: false,
  appendEntriesMax: 64,
  appendBytesMax: MIB,
  entryBytesMax: 32 * MIB,
  inflightMax: 1_024,
  inflightBytesMax: 64 * MIB,
  uncommittedBytesMax: 64 * MIB,
  snapshotEntries: 100_000,
  keptEntries: 5_000,
  snapshotChunkBytes: 64 * 1_024,
};

/** Checks options from outside; throws a UsageError that names the path. */
export function checkRaftOptions(value: unknown, path: string): RaftOptions {
  const fields = checkRecord(value, path, Object.keys(defaultRaftOptions));
  const heartbeatInterval = checkCount(fields.heartbeatInterval, `${path}.heartbeatInterval`, 1);
  const electionTimeoutMin = checkCount(fields.electionTimeoutMin, `${path}.electionTimeoutMin`, 1);
  if (heartbeatInterval >= electionTimeoutMin) {
    throw new UsageError(
      `${path}.heartbeatInterval: expected less than electionTimeoutMin, ` +
        `${electionTimeoutMin}, got ${heartbeatInterval}`,
    );
  }
  const atLeastOne = (field: Limit): number => checkCount(fields[field], `${path}.${field}`, 1);
  return {
    electionTimeoutMin,
    electionTimeoutMax: checkCount(
      fields.electionTimeoutMax,
      `${path}.electionTimeoutMax`,
      electionTimeoutMin,
    ),
    heartbeatInterval,
    priorities: checkPriorities(fields.priorities, `${path}.priorities`),
    preVote: checkFlag(fields.preVote, `${path}.preVote`),
    ...checkLeases(fields, path),
    followerReads: checkFlag(fields.followerReads, `${path}.followerReads`),
    forwardProposals: checkFlag(fields.forwardProposals, `${path}.forwardProposals`),
    appendEntriesMax: atLeastOne("appendEntriesMax"),
    appendBytesMax: atLeastOne("appendBytesMax"),
    entryBytesMax: atLeastOne("entryBytesMax"),
    inflightMax: atLeastOne("inflightMax"),
    inflightBytesMax: atLeastOne("inflightBytesMax"),
    uncommittedBytesMax: atLeastOne("uncommittedBytesMax"),
    snapshotEntries: atLeastOne("snapshotEntries"),
    keptEntries: checkCount(fields.keptEntries, `${path}.keptEntries`, 0),
    snapshotChunkBytes: atLeastOne("snapshotChunkBytes"),
  };
}

function checkPriorities(value: unknown, path: string): Priorities {
  const entries = Object.entries(checkRecord(value, path));
  return Object.fromEntries(
    entries.map(([id, priority]) => [id, checkCount(priority, `${path}.${id}`, 0)]),
  );
}

type LeaseOptions = Pick<RaftOptions, "checkQuorum" | "leaseReads" | "clockDriftMax">;

function checkLeases(fields: Readonly<Record<string, unknown>>, path: string): LeaseOptions {
  const checkQuorum = checkFlag(fields.checkQuorum, `${path}.checkQuorum`);
  const leaseReads = checkFlag(fields.leaseReads, `${path}.leaseReads`);
  if (leaseReads && !checkQuorum) {
    throw new UsageError(`${path}.leaseReads: expected false without checkQuorum, got true`);
  }
  const drift = checkProbability(fields.clockDriftMax, `${path}.clockDriftMax`);
  if (drift === 1) throw new UsageError(`${path}.clockDriftMax: expected less than 1, got 1`);
  return { checkQuorum, leaseReads, clockDriftMax: drift };
}

type Limit = Extract<keyof RaftOptions, `${string}Max`> | "snapshotEntries" | "snapshotChunkBytes";
