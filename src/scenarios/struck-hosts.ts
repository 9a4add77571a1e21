// Whom the faults of a plan may mean.

import type { NodeId } from "../sim/env.ts";
import { type FaultKind, targetsOf } from "../sim/fault.ts";
import type { Plan } from "../sim/plan.ts";

/** Every server that some fault of these kinds may mean. */
export function struckHosts(
  { faults, servers }: Pick<Plan, "faults" | "servers">,
  kinds: readonly FaultKind["kind"][],
): ReadonlySet<NodeId> {
  const targets = faults.filter(({ kind }) => kinds.includes(kind)).flatMap(targetsOf);
  // A name may stand for any of them.
  const isNamed = targets.some((target) => !servers.includes(target));
  return new Set(isNamed ? servers : targets);
}

/** After these, what was durable may not be there. */
export const DAMAGING: readonly FaultKind["kind"][] = [
  ...(["wipe", "bitRot", "lostWrites", "misdirectedWrites"] as const),
];
