import {
  acknowledgesIn,
  everyoneAgrees,
  type LeadershipView,
  leaderIsElected,
  operationsReturn,
} from "../invariants/liveness.ts";
import { equalStates, type ReplicaView } from "../invariants/replicated.ts";
import type { Invariant } from "../sim/invariant.ts";
import type { Plan } from "../sim/plan.ts";
import { type Micros, seconds } from "../sim/time.ts";

/** Once the weather is calm, the core is well again; what is asked for at `probe` is done. */
export function wellAfterChaos<Settings>(
  plan: Plan<Settings>,
  probe: Micros,
): readonly Invariant<LeadershipView & ReplicaView>[] {
  const { calm, horizon, core } = plan;
  return [
    leaderIsElected("LEADER-ELECTED", { from: calm, by: calm + seconds(10) }),
    everyoneAgrees("AGREEMENT", { from: calm, by: calm + seconds(20) }, core),
    operationsReturn("RETURN", { by: horizon }, plan),
    acknowledgesIn("PROBE", { from: probe, until: horizon }),
    equalStates("EQUAL-STATES"),
  ];
}
