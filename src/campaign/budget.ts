// A bound on the real time of what runs in this thread, which no timer could interrupt.

import { createContext, Script } from "node:vm";
import type { Plan } from "../sim/plan.ts";
import { type Observation, type RunResult, run, type Scenario } from "../sim/scenario.ts";
import { formatTime } from "../sim/time.ts";
import { formatTrace } from "../sim/trace.ts";

/** Something took longer than it may. */
export class OverBudget extends Error {
  override readonly name = "OverBudget";
}

/** What is verified is recorded, which takes many times as long as a plain run. */
export const VERIFIED_BUDGETS = 20;

/**
 * Calls a function, and throws {@link OverBudget} when it does not return within so many real
 * seconds; Infinity: whenever it returns. V8 ends it wherever it is: no `catch` and no `finally` of
 * its own runs, so what it was changing is not to be used any more. Promises are not waited for.
 */
export function within<Result>(seconds: number, act: () => Result): Result {
  if (seconds === Infinity) return act();
  const returned: Result[] = [];
  const room = createContext({ act: () => returned.push(act()) });
  const timeout = Math.min(Math.ceil(seconds * 1_000), TIMEOUT_MAX);
  try {
    new Script("act()").runInContext(room, { timeout, displayErrors: false });
  } catch (error) {
    if (!isTimeout(error)) throw error;
    throw new OverBudget(`no end after ${seconds} s`);
  }
  return returned[0]!;
}

/** Runs a plan, and throws {@link OverBudget} in one line, with the event that has no end. */
export function runWithin(
  seconds: number,
  scenario: Scenario,
  plan: Plan,
  options: Observation = {},
): RunResult {
  let stepsNow = (): number => 0;
  const watched: Scenario = {
    ...scenario,
    simulate: (...args) => {
      const simulation = scenario.simulate(...args);
      stepsNow = () => simulation.steps;
      return simulation;
    },
  };
  try {
    return within(seconds, () => run(watched, plan, options));
  } catch (error) {
    if (!(error instanceof OverBudget)) throw error;
    const place = describeLast(scenario, plan, { steps: stepsNow(), seconds });
    throw new OverBudget(`${plan.scenario}: ${error.message}, seed ${plan.seed}: ${place}`);
  }
}

/** The last event that a run has begun: it is run again up to there, which it is known to reach. */
function describeLast(
  scenario: Scenario,
  plan: Plan,
  { steps, seconds }: { readonly steps: number; readonly seconds: number },
): string {
  const simulation = scenario.simulate(plan, { trace: true });
  const reach = (step: number): void => {
    while (simulation.steps < step && simulation.step(plan.horizon));
  };
  try {
    // Traced, it takes a little longer than before.
    within(2 * seconds, () => reach(steps - 1));
    within(Math.min(seconds, LAST_EVENT_SECONDS), () => reach(steps));
  } catch (error) {
    if (!(error instanceof OverBudget)) throw error;
    const [last = ""] = formatTrace(simulation.trace.slice(-1)).trim().split("\n");
    return `this event has no end: ${last.replaceAll(/ +/g, " ")}`;
  }
  const { now } = simulation;
  return `it was at event #${steps}, at ${formatTime(now)} of ${formatTime(plan.horizon)}`;
}

/** By then an event that ends at all has ended. */
const LAST_EVENT_SECONDS = 2;

/** The longest that a timeout of Node's may be, in milliseconds. */
const TIMEOUT_MAX = 2 ** 31 - 1;

function isTimeout(error: unknown): boolean {
  // An error of the room, and not of this realm.
  return typeof error === "object" && error !== null && Reflect.get(error, "code") === TIMED_OUT;
}

const TIMED_OUT = "ERR_SCRIPT_EXECUTION_TIMEOUT";
