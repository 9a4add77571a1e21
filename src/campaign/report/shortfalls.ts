import type { FaultCount } from "../../sim/faults/fault-count.ts";
import { type AssertionSum, describeBest } from "./assertions.ts";
import type { GoalVerdict, TallySummary } from "./tally.ts";

/** What a campaign demands of all runs of a scenario together and did not get, a line each. */
export function shortfallsOf(summary: TallySummary): readonly string[] {
  const { schedules, assertions, immuneTo, goals, faults, isJudged } = summary;
  if (!isJudged) return [];
  return [
    ...Object.entries(faults)
      .map(([kind, count]) => misjudged(kind, count, immuneTo.includes(kind)))
      .filter((what) => what !== undefined)
      .map((what) => `in ${schedules} schedules ${what}`),
    ...assertions
      .filter(({ seen }) => seen === 0)
      .map((assertion) => `in ${schedules} schedules ${describeUnseen(assertion)}`),
    ...goals.filter(({ isMet }) => !isMet).map(describeGoal),
  ];
}

/** Of an assertion that no run has seen come true, or put to the test. */
function describeUnseen({ name, kind, best }: AssertionSum): string {
  if (kind === "reachable") return `nobody has seen "${name}", as expected`;
  if (kind !== "sometimes") return `"${name}" was never put to the test`;
  if (best === undefined) return `"${name}" never held, as it must sometimes`;
  const side = best.towards === "up" ? "least" : "most";
  return `"${name}" was never at ${side} its bound: best ${describeBest(best)} (seed ${best.seed})`;
}

/** What is wrong with the account of a kind of fault: it is to bite, or never to. */
function misjudged(kind: string, count: FaultCount, isImmune: boolean): string | undefined {
  const { offered, injected, effective } = count;
  if (offered === 0) return undefined;
  const begun = `of ${offered} planned and ${injected} begun`;
  if (!isImmune) return effective > 0 ? undefined : `no "${kind}" had any effect, ${begun}`;
  if (injected === 0) return `no "${kind}" was begun, of ${offered} planned`;
  if (effective === 0) return undefined;
  return `"${kind}" had an effect, and it is immune to that: ${effective}, ${begun}`;
}

function describeGoal({ goal, share }: GoalVerdict): string {
  const { metric, atLeast, atMost } = goal;
  const bounds = [
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
  ].join(" and ");
  const wanted = `${metric} ${bounds} in ${percent(goal.share)} of the schedules`;
  return `${wanted}, got ${percent(share)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
