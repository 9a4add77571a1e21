import type { Violation } from "../sim/invariant.ts";
import type { Plan } from "../sim/plan.ts";

/** What a violation says, without the names and numbers of the run. */
export function propertyOf(_plan: Plan, violation: Pick<Violation, "message">): string {
  return violation.message.replace(/\d+/g, "#");
}
