import { type CampaignReport, campaign, type Finding } from "../campaign/campaign.ts";
import { JUDGED_RUNS_MIN } from "../campaign/tally.ts";
import { catalogue, findFamily } from "../scenarios/catalogue.ts";
import { UsageError } from "../sim/assert.ts";
import { parseCount, parseSpan } from "./arguments.ts";
import { ExitCode } from "./exit-code.ts";
import { describeDifference, describeFailure, writeCapsule } from "./failure.ts";
import { ProgressLine } from "./progress-line.ts";
import { formatAccount, formatReport, reportToJson, shortfalls } from "./report.ts";
import { formatCount } from "./table.ts";

export interface FuzzOptions {
  readonly seeds?: string;
  readonly from: string;
  readonly for?: string;
  readonly json?: boolean;
}

/** `stormglass fuzz [scenario…]`: a campaign over seeds. */
export function fuzz(names: readonly string[], options: FuzzOptions): ExitCode {
  const family = names.length === 0 ? catalogue : names.flatMap(findFamily);
  const scenarios = [...new Set(family)];
  const limit = options.for === undefined ? undefined : parseSpan(options.for, "--for");
  const given = options.seeds === undefined ? undefined : parseCount(options.seeds, "--seeds", 1);
  const from = parseCount(options.from, "--from", 0);
  // Without any limit, as many seeds as goals are judged by.
  const seeds = given ?? (limit === undefined ? JUDGED_RUNS_MIN : undefined);
  const began = performance.now();
  const seconds = (): number => performance.now() / 1_000;
  const isOver = (): boolean => performance.now() - began > (limit ?? Infinity) * 1_000;
  const line = new ProgressLine();
  const capsules = new Map<Finding, string | undefined>();
  const report = campaign(scenarios, {
    seeds,
    from,
    seconds,
    isOver,
    onRun: ({ schedules, findings, found }) => {
      // At once: whoever interrupts a campaign keeps what it has found.
      if (found !== undefined) {
        line.clear();
        capsules.set(found, keep(found));
      }
      line.show(() => progress(schedules, findings, began));
    },
  });
  line.clear();
  if (report.scenarios.every(({ schedules }) => schedules === 0)) {
    throw new UsageError("--for: expected time for at least one schedule");
  }
  const paths = report.findings.map((finding) => capsules.get(finding));
  if (options.json) console.log(JSON.stringify(reportToJson(report, paths), undefined, 2));
  else print(report, paths);
  return exitCode(report);
}

function progress(schedules: number, findings: number, began: number): string {
  const seconds = (performance.now() - began) / 1_000;
  const rate = formatCount(schedules / seconds);
  const found = findings === 1 ? "1 violation" : `${findings} violations`;
  return `${formatCount(schedules)} schedules, ${rate}/s, ${found}, ${seconds.toFixed(0)} s`;
}

/** Writes the capsule of a violation, and says so. */
function keep({ scenario, seed, result }: Finding): string | undefined {
  if (result.violation === undefined) return undefined;
  const path = writeCapsule(scenario, result);
  console.error(`${scenario.name} broke ${result.violation.invariant}, seed ${seed}: ${path}`);
  return path;
}

function print(report: CampaignReport, paths: readonly (string | undefined)[]): void {
  console.log(formatReport(report));
  const account = formatAccount(report);
  if (account !== "") console.log(`\n${account}`);
  const unrun = report.scenarios.filter(({ schedules }) => schedules === 0);
  if (unrun.length > 0) {
    const names = unrun.map(({ scenario }) => scenario).join(", ");
    console.log(`no time was left for ${unrun.length} scenarios: ${names}`);
  }
  for (const line of shortfalls(report)) console.log(line);
  report.findings.forEach((finding, i) => {
    const path = paths[i];
    if (finding.difference !== undefined) console.log(`\n${describeDifference(finding)}`);
    if (path !== undefined) {
      console.log(`\n${describeFailure(finding.scenario, finding.result, path)}`);
    }
  });
}

function exitCode(report: CampaignReport): ExitCode {
  const isDeterministic = report.findings.every(({ difference }) => difference === undefined);
  if (!isDeterministic) return ExitCode.notDeterministic;
  const hasHeld = report.findings.length === 0 && shortfalls(report).length === 0;
  return hasHeld ? ExitCode.held : ExitCode.violated;
}
