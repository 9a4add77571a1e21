// Raft messages, short enough to read in a test. Entries are given by their terms.

import type { Entry } from "../../src/protocols/raft/log.ts";
import type {
  Append,
  AppendFull,
  AppendReply,
  Confirm,
  ConfirmReply,
  PreVote,
  PreVoteReply,
  ReadIndex,
  ReadIndexReply,
  TimeoutNow,
  Vote,
  VoteReply,
} from "../../src/protocols/raft/messages.ts";

/** Entries of these terms that follow on index `after`; the command of each names its place. */
export function entries(after: number, terms: readonly number[]): Entry<string>[] {
  return terms.map((term, i) => ({
    index: after + 1 + i,
    term,
    command: `${after + 1 + i}@${term}`,
  }));
}

/** The blank entry with which a leader begins its term. */
export function blank(index: number, term: number): Entry<never> {
  return { index, term, command: undefined };
}

/** An append of entries of these terms that follow on the entry `after`, given as [index, term]. */
export function append(
  term: number,
  after: readonly [index: number, term: number],
  terms: readonly number[],
  commit = 0,
): Append<string> {
  const [prevIndex, prevTerm] = after;
  return { type: "append", term, prevIndex, prevTerm, entries: entries(prevIndex, terms), commit };
}

export function accepted(term: number, match: number): AppendReply {
  return { type: "appendReply", term, accepted: true, match };
}

/** A refusal of an append that followed on `rejected`, with the hint given as [index, term]. */
export function refused(
  term: number,
  rejected: number,
  [hintIndex, hintTerm]: readonly [index: number, term: number],
): AppendReply {
  return { type: "appendReply", term, accepted: false, rejected, hintIndex, hintTerm };
}

/** No room for the entry at an index. */
export function full(term: number, index: number): AppendFull {
  return { type: "appendFull", term, index };
}

/** The leader of a term asks whether it leads still. */
export function confirm(term: number, round: number): Confirm {
  return { type: "confirm", term, round };
}

export function confirmed(term: number, round: number): ConfirmReply {
  return { type: "confirmReply", term, round };
}

/** A request by a candidate whose last entry is `last`, given as [index, term]. */
export function vote(term: number, last: readonly [index: number, term: number]): Vote {
  return { type: "vote", term, lastIndex: last[0], lastTerm: last[1] };
}

export function voteReply(term: number, granted: boolean): VoteReply {
  return { type: "voteReply", term, granted };
}

/** A question by a member whose last entry is `last`, given as [index, term]. */
export function preVote(term: number, last: readonly [index: number, term: number]): PreVote {
  return { type: "preVote", term, lastIndex: last[0], lastTerm: last[1] };
}

export function preVoteReply(term: number, granted: boolean): PreVoteReply {
  return { type: "preVoteReply", term, granted };
}

/** The leader of a term, which has committed so far, hands over. */
export function timeoutNow(term: number, commit: number): TimeoutNow {
  return { type: "timeoutNow", term, commit };
}

/** A follower, in one of its lives, asks for what it must have applied to answer a read. */
export function readIndex(term: number, life: number, read: number): ReadIndex {
  return { type: "readIndex", term, life, read };
}

export function readIndexReply(
  { term, life, read }: ReadIndex,
  index: number | undefined,
): ReadIndexReply {
  return { type: "readIndexReply", term, life, read, index };
}
