import { type ChainState, checkpointOf, tipOf } from "../chain.ts";
import type { Link } from "./certificate.ts";

/**
 * What binds a validator: how far it has gone. It is on the disk before a vote is sent, and the
 * votes themselves tell it after a restart.
 */
export interface VotingRecord {
  /** The highest source of its votes. */
  readonly source: number;
  /** The highest target of its votes. */
  readonly target: number;
}

/** Of a validator that has never voted. */
export const emptyVotingRecord: VotingRecord = { source: 0, target: 0 };

/**
 * The next vote of a validator: from the highest justified block to its tip. Targets rise and
 * sources never fall, so that no two of its votes have one target height, and no one goes around
 * another. Undefined when there is nothing to vote for, or nothing that it may. Note the vote by
 * {@link recordVote} at once, and send it when it is durable.
 */
export function nextVote(chain: ChainState, record: VotingRecord): Link | undefined {
  const target = checkpointOf(tipOf(chain));
  const source = chain.justified;
  if (target.height <= record.target || target.height <= source.height) return undefined;
  if (source.height < record.source) return undefined;
  return { source, target };
}

/** The record with one vote more, in whatever order they are noted. */
export function recordVote(record: VotingRecord, { source, target }: Link): VotingRecord {
  return {
    source: Math.max(record.source, source.height),
    target: Math.max(record.target, target.height),
  };
}
