import type { Fault } from "../../sim/fault.ts";
import type { Plan } from "../../sim/plan.ts";
import type { Micros } from "../../sim/time.ts";

/** The plan with an earlier end: what begins later is left out, what lasts longer ends there. */
export function cutTo(plan: Plan, horizon: Micros): Plan {
  if (horizon >= plan.horizon) return plan;
  return {
    ...plan,
    horizon,
    calm: Math.min(plan.calm, horizon),
    operations: plan.operations.filter(({ at }) => at < horizon),
    faults: plan.faults
      .filter(({ at }) => at < horizon)
      .map((fault): Fault => ({ ...fault, lasting: Math.min(fault.lasting, horizon - fault.at) })),
  };
}
