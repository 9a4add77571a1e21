import type { Entry } from "./log.ts";

/** What servers say to each other. `term` is the sender's, but for the two of the pre-vote. */
export type RaftMessage<Command> =
  | PreVote
  | PreVoteReply
  | Vote
  | VoteReply
  | Append<Command>
  | AppendReply
  | AppendFull
  | Confirm
  | ConfirmReply;

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
