import type { RunResult, Scenario } from "../../sim/scenario.ts";
import { formatTime } from "../../sim/time.ts";
import { describeScript } from "../capsule/script.ts";
import { describeShrunk, describeShrunkRun } from "../shrink/shrink.ts";
import { shrinkFailure } from "../shrink/shrink-failure.ts";

/** Real seconds for making a failing plan smaller: a test is waited for. */
const SECONDS_MAX = 10;

/** So many lines are shown, the last before the violation. */
const SHOWN_LINES = 24;

/**
 * A failing run in lines, for who reads the output of a test: what was broken and when, and what of
 * the plan it takes to break it: the faults and operations that are left of it when it is shrunk.
 */
export function explain(
  scenario: Scenario,
  { plan, violation: original }: RunResult,
  seconds: () => number,
): string {
  if (original === undefined) return "";
  const shrunk = shrinkFailure(scenario, plan, { secondsMax: SECONDS_MAX, seconds });
  const { invariant, message, at, stack } = shrunk.violation;
  const script = describeScript(shrunk.plan, at);
  const earlier = script.length - SHOWN_LINES;
  return [
    `${scenario.name} broke ${invariant} at ${formatTime(original.at)}, seed ${plan.seed}`,
    `  ${describeShrunkRun(shrunk.plan, shrunk.violation)}`,
    `  ${message}`,
    ...(stack === undefined ? [] : [stack.replaceAll(/^/gm, "  ")]),
    "",
    ...(script.length === 0 ? ["  it takes no fault and no operation"] : []),
    ...(earlier > 0 ? [`  … ${earlier} earlier lines`] : []),
    ...script.slice(-SHOWN_LINES).map((line) => `  ${line}`),
    "",
    `  shrunk: ${describeShrunk(shrunk)}`,
  ].join("\n");
}
