import { UsageError } from "../../sim/assert.ts";
import { checkCount, checkFlag, checkRecord } from "../../sim/check.ts";
import { type Micros, ms, seconds } from "../../sim/time.ts";

export interface RaftOptions {
  /** A follower that hears from no leader for a time drawn from [min, max] starts an election. */
  readonly electionTimeoutMin: Micros;
  readonly electionTimeoutMax: Micros;
  /** How often a leader makes itself heard; less than electionTimeoutMin. */
  readonly heartbeatInterval: Micros;
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
  /** Entries in one append message. */
  readonly appendEntriesMax: number;
}

export const defaultRaftOptions: RaftOptions = {
  electionTimeoutMin: seconds(1),
  electionTimeoutMax: seconds(2),
  heartbeatInterval: ms(100),
  preVote: true,
  checkQuorum: true,
  appendEntriesMax: 64,
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
  return {
    electionTimeoutMin,
    electionTimeoutMax: checkCount(
      fields.electionTimeoutMax,
      `${path}.electionTimeoutMax`,
      electionTimeoutMin,
    ),
    heartbeatInterval,
    preVote: checkFlag(fields.preVote, `${path}.preVote`),
    checkQuorum: checkFlag(fields.checkQuorum, `${path}.checkQuorum`),
    appendEntriesMax: checkCount(fields.appendEntriesMax, `${path}.appendEntriesMax`, 1),
  };
}
