import type { Plan } from "../../sim/plan.ts";
import type { Scenario } from "../../sim/scenario.ts";
import { OverBudget, within } from "../budget.ts";
import { type ShrinkProgress, type Shrunk, shrink } from "./shrink.ts";

/** How long shrinking may take. */
export interface ShrinkBudget {
  /** Real seconds at most; what is smallest by then is the result. */
  readonly secondsMax: number;
  /** Real seconds, from any beginning. */
  readonly seconds: () => number;
  /** After each run. Default: nobody is told. */
  readonly onStep?: (progress: ShrinkProgress) => void;
}

/**
 * Shrinks a failing plan within a budget of time. Plan and result are plain data, so that another
 * thread may do it. Throws a UsageError when the plan's run breaks nothing.
 */
export function shrinkFailure(scenario: Scenario, plan: Plan, budget: ShrinkBudget): Shrunk {
  const { secondsMax, seconds, onStep } = budget;
  const began = seconds();
  return shrink(scenario, plan, {
    isOver: () => seconds() - began > secondsMax,
    guard: (act) => giveUpAfter(Math.max(1, secondsMax) * GUARD, act),
    ...(onStep === undefined ? {} : { onStep }),
  });
}

/** A candidate may be a run without an end: what is smallest by then is kept. */
function giveUpAfter(seconds: number, act: () => void): void {
  try {
    within(seconds, act);
  } catch (error) {
    if (!(error instanceof OverBudget)) throw error;
  }
}

/** Leaves time for the run that is under way when the time is up, and for those that follow it. */
const GUARD = 1.5;
