import { assert } from "../../sim/assert.ts";
import type { NodeId } from "../../sim/env.ts";

/** What a leader knows of one member of the cluster, itself included. */
export interface Progress {
  /** Highest index known replicated and durable there. Invariant: 0 <= match < next. */
  match: number;
  /** The next entry to send. */
  next: number;
  /**
   * `probe`: where the logs agree is not known; one append at a time looks for it.
   * `replicate`: entries are sent as they come, without waiting for answers.
   * `full`: it has no room for the next entry; that one goes with each heartbeat, until it has.
   */
  mode: "probe" | "replicate" | "full";
  /** Not in `replicate`: an append is on its way, and the next waits for an answer or heartbeat. */
  isPaused: boolean;
  /** Whether it has answered since the leader last checked for its quorum. */
  isActive: boolean;
}

/** What a new leader assumes: the log agrees up to its own end, until shown otherwise. */
export function newProgress(lastIndex: number): Progress {
  return { match: 0, next: lastIndex + 1, mode: "probe", isPaused: false, isActive: false };
}

/** What each member is known to hold, by index. */
export function matchesOf(progress: ReadonlyMap<NodeId, Progress>): number[] {
  return Array.from(progress.values(), ({ match }) => match);
}

/** How many of `count` members make a majority. */
export function majority(count: number): number {
  return Math.floor(count / 2) + 1;
}

/**
 * The highest index that a majority holds: with n members, the `majority(n)`-th largest of `match`,
 * leader included. Order does not matter; none is not allowed. O(n^2), which for the handful of
 * members that a cluster has is faster than to sort them.
 * Source: Raft §5.3; same rule as etcd/raft `MajorityConfig.CommittedIndex`.
 */
export function majorityIndex(match: readonly number[]): number {
  assert(match.length > 0, "no members");
  const needed = majority(match.length);
  let best = 0;
  for (const index of match) {
    if (index <= best) continue;
    let count = 0;
    for (const other of match) if (other >= index) count++;
    if (count >= needed) best = index;
  }
  return best;
}
