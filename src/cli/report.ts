import type { CampaignReport } from "../campaign/campaign.ts";
import { type GoalVerdict, JUDGED_RUNS_MIN } from "../campaign/tally.ts";
import type { FaultCount } from "../sim/faults/fault-schedule.ts";
import { formatCount, formatTable } from "./table.ts";

const HEAD = [
  ...["scenario", "schedules", "events", "virtual time", "events/s"],
  ...["faults that bit", "violations"],
];

/** The table at the end of a campaign, with a line for the sum. */
export function formatReport({ scenarios, findings }: CampaignReport): string {
  const rows = scenarios.map((row) => {
    const { scenario: name, schedules, events, virtualTime, seconds, faults } = row;
    const counts = Object.values(faults);
    const offered = counts.reduce((sum, count) => sum + count.offered, 0);
    const effective = counts.reduce((sum, count) => sum + count.effective, 0);
    const violations = findings.filter(({ scenario }) => scenario.name === name).length;
    return { name, schedules, events, virtualTime, seconds, offered, effective, violations };
  });
  const total = rows.reduce((sum, row) => ({
    name: "all",
    schedules: sum.schedules + row.schedules,
    events: sum.events + row.events,
    virtualTime: sum.virtualTime + row.virtualTime,
    seconds: sum.seconds + row.seconds,
    offered: sum.offered + row.offered,
    effective: sum.effective + row.effective,
    violations: sum.violations + row.violations,
  }));
  const shown = rows.length > 1 ? [...rows, total] : rows;
  return formatTable([
    HEAD,
    ...shown.map((row) => [
      row.name,
      formatCount(row.schedules),
      formatCount(row.events),
      `${formatCount(row.virtualTime / 1_000_000)} s`,
      row.seconds > 0 ? formatCount(row.events / row.seconds) : "-",
      `${formatCount(row.effective)} of ${formatCount(row.offered)}`,
      String(row.violations),
    ]),
  ]);
}

/** The account of all faults of a campaign by kind, a row each; empty when there were none. */
export function formatAccount({ scenarios }: CampaignReport): string {
  const sums = new Map<string, FaultCount>();
  for (const [kind, count] of scenarios.flatMap(({ faults }) => Object.entries(faults))) {
    const sum = sums.get(kind) ?? { offered: 0, injected: 0, effective: 0 };
    sum.offered += count.offered;
    sum.injected += count.injected;
    sum.effective += count.effective;
    sums.set(kind, sum);
  }
  if (sums.size === 0) return "";
  const rows = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
  return formatTable([
    ["fault", "planned", "begun", "bit"],
    ...rows.map(([kind, { offered, injected, effective }]) => [
      kind,
      ...[offered, injected, effective].map(formatCount),
    ]),
  ]);
}

/** What a campaign demands of all runs together and did not get, a line each. */
export function shortfalls({ scenarios }: CampaignReport): string[] {
  return scenarios
    .filter(({ isJudged }) => isJudged)
    .flatMap(({ scenario, schedules, unseen, immuneTo, goals, faults }) => [
      ...Object.entries(faults)
        .map(([kind, count]) => misjudged(kind, count, immuneTo.includes(kind)))
        .filter((what) => what !== undefined)
        .map((what) => `${scenario}: in ${schedules} schedules ${what}`),
      ...unseen.map(
        (event) => `${scenario}: in ${schedules} schedules nobody has seen "${event}", as expected`,
      ),
      ...goals
        .filter(({ isMet }) => !isMet)
        .map((verdict) => `${scenario}: ${describeGoal(verdict)}`),
    ]);
}

/** What is wrong with the account of a kind of fault: it is to bite, or never to. */
function misjudged(kind: string, count: FaultCount, isImmune: boolean): string | undefined {
  const { offered, injected, effective } = count;
  if (offered === 0) return undefined;
  const begun = `of ${formatCount(offered)} planned and ${formatCount(injected)} begun`;
  if (!isImmune) return effective > 0 ? undefined : `no "${kind}" had any effect, ${begun}`;
  if (injected === 0) return `no "${kind}" was begun, of ${formatCount(offered)} planned`;
  if (effective === 0) return undefined;
  return `"${kind}" had an effect, and it is immune to that: ${formatCount(effective)}, ${begun}`;
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

/** The report as JSON data; `capsules` are the paths by finding. */
export function reportToJson(
  report: CampaignReport,
  capsules: readonly (string | undefined)[],
): unknown {
  return {
    judgedFrom: JUDGED_RUNS_MIN,
    scenarios: report.scenarios,
    findings: report.findings.map(({ scenario, seed, result, difference }, i) => ({
      scenario: scenario.name,
      seed,
      violation: result.violation ?? null,
      difference: difference ?? null,
      capsule: capsules[i] ?? null,
    })),
  };
}
