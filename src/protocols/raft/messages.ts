import type { Addressed } from "./identity.ts";
import type { Entry } from "./log.ts";

/** What servers say to each other. */
export type RaftMessage<Command> = RaftContent<Command> & Addressed;

/** What it is about. `term` is the sender's, but for the two of the pre-vote. */
type RaftContent<Command> =
  | PreVote
  | PreVoteReply
  | Vote
  | VoteReply
  | Append<Command>
  | AppendReply
  | AppendFull
  | SnapshotChunk
  | SnapshotReply
  | Confirm
  | ConfirmReply
  | Forward<Command>
  | ReadIndex
  | ReadIndexReply
  | TimeoutNow
  | Stranger;

/** "Would you vote for me in this term?" Promises nothing, on either side. Thesis §9.6. */
export interface PreVote {
  readonly type: "preVote";
  /** The term in which the sender would stand: one above its own. */
  readonly term: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
}

export interface PreVoteReply {
  readonly type: "preVoteReply";
  /** If granted, the term that was asked about; else the voter's own. */
  readonly term: number;
  readonly granted: boolean;
}

/** RequestVote RPC of Raft figure 2. */
export interface Vote {
  readonly type: "vote";
  readonly term: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  /** Only of a candidate that the leader of the term before told to stand. Thesis §3.10. */
  readonly transfer?: true;
}

export interface VoteReply {
  readonly type: "voteReply";
  readonly term: number;
  readonly granted: boolean;
}

/** AppendEntries RPC of Raft figure 2; without entries it is a heartbeat. */
export interface Append<Command> {
  readonly type: "append";
  readonly term: number;
  readonly prevIndex: number;
  readonly prevTerm: number;
  readonly entries: readonly Entry<Command>[];
  /** The leader's commit index. */
  readonly commit: number;
}

export type AppendReply =
  | {
      readonly type: "appendReply";
      readonly term: number;
      readonly accepted: true;
      /** The sender's log is durable and equal to the leader's up to here. */
      readonly match: number;
    }
  | {
      readonly type: "appendReply";
      readonly term: number;
      readonly accepted: false;
      /** The `prevIndex` that did not fit. */
      readonly rejected: number;
      /** The highest entry of the sender that may agree with the leader's log: its index, term. */
      readonly hintIndex: number;
      readonly hintTerm: number;
    };

/** "My disk has no room for the entry of this index, nor for what follows it." */
export interface AppendFull {
  readonly type: "appendFull";
  readonly term: number;
  readonly index: number;
}

/** InstallSnapshot RPC of Raft figure 13; without data it asks how much has arrived. */
export interface SnapshotChunk {
  readonly type: "snapshot";
  readonly term: number;
  /** The last entry that the snapshot stands for, and that entry's term. */
  readonly index: number;
  readonly lastTerm: number;
  readonly totalBytes: number;
  /** CRC-32C of the whole. */
  readonly checksum: number;
  /** Where the data belongs. */
  readonly offset: number;
  readonly data: Uint8Array;
  /** CRC-32C of the data, with the offset as its seed. */
  readonly dataChecksum: number;
  /** Only without data: how many bytes the sender has sent so far. */
  readonly askedBytes: number;
}

/** "So much of that snapshot is here"; once it is installed, an `appendReply` says that. */
export interface SnapshotReply {
  readonly type: "snapshotReply";
  readonly term: number;
  readonly index: number;
  /** Bytes that have arrived without a gap. */
  readonly heldBytes: number;
  /** As it was asked. */
  readonly askedBytes: number;
  /** Whether the disk has no room: then nothing arrives. */
  readonly isFull: boolean;
}

/** "Am I still your leader?" Asked before a read; all who say so did not elect another before. */
export interface Confirm {
  readonly type: "confirm";
  readonly term: number;
  /** Counts the rounds of this question in the term, from 1 on. */
  readonly round: number;
}

/** "You are." Nobody says no: a newer term is told in answers to heartbeats. */
export interface ConfirmReply {
  readonly type: "confirmReply";
  readonly term: number;
  readonly round: number;
}

/**
 * A follower to its leader: "propose this". Nothing is answered: it is done when it is applied, and
 * may be lost. Who does not lead drops it, so nothing is forwarded twice.
 */
export interface Forward<Command> {
  readonly type: "forward";
  readonly term: number;
  readonly command: Command;
}

/** A follower to its leader: "what must I have applied to answer a read?" Thesis §6.4. */
export interface ReadIndex {
  readonly type: "readIndex";
  readonly term: number;
  /** Tells lives of the sender apart, in which reads have equal numbers. */
  readonly life: number;
  /** The sender's number of the read. */
  readonly read: number;
}

/** What was committed when the question came; undefined: "I do not lead in that term". */
export interface ReadIndexReply {
  readonly type: "readIndexReply";
  readonly term: number;
  readonly life: number;
  readonly read: number;
  readonly index: number | undefined;
}

/**
 * TimeoutNow RPC of thesis §3.10: "take over from me, without waiting for a timeout". Sent only to
 * a voter that has acknowledged all up to `commit`.
 */
export interface TimeoutNow {
  readonly type: "timeoutNow";
  readonly term: number;
  /** The leader's commit index. */
  readonly commit: number;
}

/** To a leader: "I am not whom you mean, but another on the same host, and hold nothing of it." */
export interface Stranger {
  readonly type: "stranger";
}
