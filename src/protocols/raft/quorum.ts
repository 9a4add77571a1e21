// Who decides. Pure functions of a configuration and of what is known of its members.

import { assert } from "../../sim/assert.ts";
import type { NodeId } from "../../sim/env.ts";

/**
 * Whose majorities decide: that of `voters`, and while a change is under way (joint consensus) that
 * of `outgoing` as well. No outgoing ones: there is no change. At least one voter.
 */
export interface Electorate {
  readonly voters: readonly NodeId[];
  readonly outgoing: readonly NodeId[];
}

/** What the votes given so far amount to: nobody's answer can change `won` or `lost` any more. */
export type VoteResult = "won" | "lost" | "open";

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

/**
 * The highest index that may be committed by counting, when `matchOf` tells what each member holds:
 * in joint consensus the lower of what the two majorities hold. Raft §6; thesis §4.3.
 */
export function quorumIndex(
  { voters, outgoing }: Electorate,
  matchOf: (id: NodeId) => number,
): number {
  const incoming = majorityIndex(voters.map(matchOf));
  return outgoing.length === 0
    ? incoming
    : Math.min(incoming, majorityIndex(outgoing.map(matchOf)));
}

/**
 * Whether an election is won or lost; votes of who is no voter do not count. In joint consensus it
 * is won with both majorities, and lost with one that can no longer be had. Raft §6; thesis §4.3.
 */
export function voteResult(
  { voters, outgoing }: Electorate,
  votes: ReadonlyMap<NodeId, boolean>,
): VoteResult {
  const incoming = majorityResult(voters, votes);
  const other = outgoing.length === 0 ? "won" : majorityResult(outgoing, votes);
  if (incoming === "lost" || other === "lost") return "lost";
  return incoming === "won" && other === "won" ? "won" : "open";
}

/** Whether those for whom `isCounted` holds are a quorum: of both halves in joint consensus. */
export function isQuorum(
  { voters, outgoing }: Electorate,
  isCounted: (id: NodeId) => boolean,
): boolean {
  return (
    isMajority(voters, isCounted) && (outgoing.length === 0 || isMajority(outgoing, isCounted))
  );
}

function isMajority(members: readonly NodeId[], isCounted: (id: NodeId) => boolean): boolean {
  let count = 0;
  for (const id of members) if (isCounted(id)) count++;
  return count >= majority(members.length);
}

function majorityResult(
  members: readonly NodeId[],
  votes: ReadonlyMap<NodeId, boolean>,
): VoteResult {
  let yes = 0;
  let no = 0;
  for (const id of members) {
    const vote = votes.get(id);
    if (vote === true) yes++;
    else if (vote === false) no++;
  }
  const needed = majority(members.length);
  if (yes >= needed) return "won";
  return members.length - no < needed ? "lost" : "open";
}
