// Faults that a Raft scenario writes by hand. `leader`, `others` and `follower 1` are targets of
// raft-cluster.ts.

import type { Fault, Target } from "../sim/fault.ts";
import { partition as cutBetween } from "../sim/faults/cuts-by-hand.ts";
import type { Micros } from "../sim/time.ts";

/** Power failures; the hosts come back at the end. */
export function crash(hosts: readonly Target[], at: Micros, lasting: Micros): Fault {
  return { kind: "crash", at, lasting, hosts };
}

/** Cuts servers into groups; clients reach all of them. Messages in flight are lost. */
export function partition(
  at: Micros,
  lasting: Micros,
  ...groups: readonly (readonly Target[])[]
): Fault {
  return { at, lasting, ...cutBetween(groups) };
}

/** Five servers as three and two, the leader among the three. */
export const LEADER_IN_MAJORITY: readonly (readonly Target[])[] = [
  ["leader", "follower 1", "follower 2"],
  ["follower 3", "follower 4"],
];

/** Five servers as three and two, the leader among the two. */
export const LEADER_IN_MINORITY: readonly (readonly Target[])[] = [
  ["leader", "follower 1"],
  ["follower 2", "follower 3", "follower 4"],
];
