import { describeFault } from "../sim/fault.ts";
import type { Violation } from "../sim/invariant.ts";
import type { Plan } from "../sim/plan.ts";
import type { Scenario } from "../sim/scenario.ts";
import { formatTime } from "../sim/time.ts";

/** So many faults are shown, the last before the violation. */
const SHOWN_FAULTS = 12;

/**
 * A failing plan in lines, for who reads the output of a test: what was broken and when, and the
 * faults that had begun by then, or waited to begin.
 */
export function explain(scenario: Scenario, plan: Plan, violation: Violation): string {
  // The one place to make the plan smaller before it is shown.
  const { invariant, message, at, stack } = violation;
  const before = plan.faults.filter((fault) => fault.at <= at);
  const earlier = before.length - SHOWN_FAULTS;
  return [
    `${scenario.name} broke ${invariant} at ${formatTime(at)}, seed ${plan.seed}`,
    `  ${message}`,
    ...(stack === undefined ? [] : [stack.replaceAll(/^/gm, "  ")]),
    "",
    ...(before.length === 0 ? ["  no fault had begun"] : []),
    ...(earlier > 0 ? [`  … ${earlier} earlier faults`] : []),
    ...before.slice(-SHOWN_FAULTS).map((fault) => `  ${describeFault(fault)}`),
  ].join("\n");
}
