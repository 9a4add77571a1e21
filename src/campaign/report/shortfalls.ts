import type { FaultCount } from "../../sim/faults/fault-count.ts";
import type { GoalVerdict, TallySummary } from "./tally.ts";

/** What a campaign demands of all runs of a scenario together and did not get, a line each. */
export function shortfallsOf(summary: TallySummary): readonly string[] {
  const { schedules, unseen, immuneTo, goals, faults, isJudged } = summary;
  if (!isJudged) return [];
  return [
    ...Object.entries(faults)
      .map(([kind, count]) => misjudged(kind, count, immuneTo.includes(kind)))
      .filter((what) => what !== undefined)
      .map((what) => `in ${schedules} schedules ${what}`),
    ...unseen.map((event) => `in ${schedules} schedules nobody has seen "${event}", as expected`),
    ...goals.filter(({ isMet }) => !isMet).map(describeGoal),
  ];
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
