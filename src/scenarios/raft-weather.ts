// Faults that a Raft scenario writes by hand. `leader`, `others` and `follower 1` are targets of
// raft-cluster.ts.

import type { Deadline } from "../invariants/liveness.ts";
import type { Fault, Target } from "../sim/fault.ts";
import { partition as cutBetween } from "../sim/faults/cuts-by-hand.ts";
import type { Plan } from "../sim/plan.ts";
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

/**
 * What a deadline takes for granted besides the servers when some of them stay away for good: who
 * is away is missed, unless somebody asks that it be removed, by one of these changes.
 */
export function absence(
  { faults, calm, operations }: Pick<Plan<unknown>, "faults" | "calm" | "operations">,
  changes: readonly { readonly changes: readonly unknown[] }[],
): Pick<Deadline, "supposes"> {
  const isAway = faults.some(({ at, lasting }) => at + lasting > calm);
  const asked = operations.map(({ operation }) => JSON.stringify(operation.changes));
  const isMissing = changes.some((change) => !asked.includes(JSON.stringify(change.changes)));
  return isAway && isMissing ? { supposes: ["servers", "operations"] } : {};
}
