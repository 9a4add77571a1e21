import { isIndeterminate } from "../../campaign/report/finding.ts";
import { accountOf } from "../../campaign/report/outcome.ts";
import type { CampaignReport } from "../../campaign/report/report.ts";
import type { TallySummary } from "../../campaign/report/tally.ts";
import { describeDifference } from "../../campaign/verify/describe-difference.ts";
import { countOf, formatCount, formatTable } from "../table.ts";
import { BESTS_HEAD, bestsOf } from "./bests.ts";
import { casualtyCommands, type Shown, troublesOf } from "./reporter.ts";

/** A table of what was run, the account of all faults, and every failure. */
export function textReport({ outcome, kept, isInterrupted, notes }: Shown): string {
  const { report, summaries } = outcome;
  const account = formatAccount(summaries);
  const bests = formatBests(summaries);
  const different = report.findings.filter(isIndeterminate);
  return [
    formatRuns(report, summaries),
    ...(account === "" ? [] : ["", account]),
    ...(bests === "" ? [] : ["", bests]),
    ...(isInterrupted ? ["interrupted: this is what was run until then"] : []),
    ...notes,
    ...describeUnrun(report),
    ...troublesOf(outcome)
      .filter(({ kind }) => kind !== "difference")
      .map(({ scenario, details }) => `${scenario}: ${details}`),
    ...casualtyCommands(report).map((command) => `  run it alone: ${command}`),
    ...different.map((finding) => `\n${describeDifference(finding)}`),
    ...kept.map(({ text }) => `\n${text}`),
  ].join("\n");
}

/** Of which scenarios nothing was run, in a line; none if there are none. */
function describeUnrun({ scenarios }: CampaignReport): readonly string[] {
  const unrun = scenarios.filter(({ ran }) => ran.length === 0);
  if (unrun.length === 0) return [];
  const names = unrun.slice(0, UNRUN_SHOWN).map(({ scenario }) => scenario);
  const rest = unrun.length > UNRUN_SHOWN ? ", …" : "";
  return [`nothing was run of ${countOf(unrun.length, "scenario")}: ${names.join(", ")}${rest}`];
}

const UNRUN_SHOWN = 5;

const HEAD = [
  ...["scenario", "schedules", "events", "virtual time", "events/s"],
  ...["faults that bit", "violations"],
];

/** The table of what was run, with a line for the sum. */
export function formatRuns(
  { scenarios, findings }: CampaignReport,
  summaries: readonly TallySummary[],
): string {
  const rows = summaries.map((row, n) => {
    const { scenario: name, schedules, events, virtualTime, faults } = row;
    const counts = Object.values(faults);
    const offered = counts.reduce((sum, count) => sum + count.offered, 0);
    const effective = counts.reduce((sum, count) => sum + count.effective, 0);
    const violations = findings.filter(({ scenario, violation }) => {
      return scenario === name && violation !== undefined;
    }).length;
    const { seconds } = scenarios[n]!;
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
  // A campaign that ends early may have come to a few of many scenarios.
  const run = rows.filter((_, n) => scenarios[n]!.ran.length > 0);
  const shown = run.length > 1 ? [...run, total] : run;
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
export function formatAccount(summaries: readonly Pick<TallySummary, "faults">[]): string {
  const account = accountOf(summaries);
  if (account.length === 0) return "";
  return formatTable([
    ["fault", "planned", "begun", "bit"],
    ...account.map(([kind, { offered, injected, effective }]) => [
      kind,
      ...[offered, injected, effective].map(formatCount),
    ]),
  ]);
}

/** The assertions that came nearest to their bounds; empty when there are none with a number. */
export function formatBests(
  summaries: readonly Pick<TallySummary, "scenario" | "assertions">[],
): string {
  const rows = bestsOf(summaries);
  if (rows.length === 0) return "";
  const table = formatTable([BESTS_HEAD, ...rows.slice(0, BESTS_SHOWN)]);
  const rest = rows.length - BESTS_SHOWN;
  return rest > 0 ? `${table}\n… and ${rest} more, which the reporters json and html show` : table;
}

const BESTS_SHOWN = 10;
