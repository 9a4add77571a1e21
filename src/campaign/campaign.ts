import { plan, type RunResult, run, type Scenario } from "../sim/scenario.ts";
import { Tally, type TallySummary } from "./tally.ts";
import { type Difference, verify } from "./verify.ts";

export interface CampaignOptions {
  /** Seeds of each scenario; undefined: as many as the time allows. */
  readonly seeds: number | undefined;
  /** The first seed; they are whole numbers, counted upwards. */
  readonly from: number;
  /** Whether the time is up. */
  readonly isOver: () => boolean;
  /** Real seconds, from any beginning, for events/s. */
  readonly seconds: () => number;
  /** After each run. */
  readonly onRun: (progress: Progress) => void;
}

export interface Progress {
  readonly schedules: number;
  readonly findings: number;
  /** What the run has shown, if it has shown anything. */
  readonly found: Finding | undefined;
}

/** Of so many runs, one is run a second time, recorded and strict, and must be the same. */
export const VERIFIED_ONE_IN = 20;

/** A run that shows a bug: of the system under test, or (a difference) of determinism. */
export interface Finding {
  readonly scenario: Scenario;
  readonly seed: string;
  readonly result: RunResult;
  readonly difference: Difference | undefined;
}

export interface CampaignReport {
  readonly scenarios: readonly (TallySummary & { readonly seconds: number })[];
  readonly findings: readonly Finding[];
}

/**
 * Runs seed after seed, each on all scenarios in turn. A scenario with a finding runs no further,
 * the others go on.
 */
export function campaign(scenarios: readonly Scenario[], options: CampaignOptions): CampaignReport {
  const rows = scenarios.map((scenario) => ({ scenario, tally: new Tally(scenario), seconds: 0 }));
  const findings: Finding[] = [];
  const { seeds = Number.MAX_SAFE_INTEGER } = options;
  let schedules = 0;
  let open = rows;
  for (let n = 0; n < seeds && open.length > 0 && !options.isOver(); n++) {
    for (const row of open) {
      if (options.isOver()) break;
      const began = options.seconds();
      const seed = String(options.from + n);
      const result = run(row.scenario, plan(row.scenario, seed));
      row.seconds += options.seconds() - began;
      row.tally.add(result);
      schedules++;
      const finding = examine(row.scenario, seed, result, n % VERIFIED_ONE_IN === 0);
      if (finding !== undefined) findings.push(finding);
      options.onRun({ schedules, findings: findings.length, found: finding });
    }
    open = rows.filter(({ scenario }) => !findings.some((found) => found.scenario === scenario));
  }
  const summaries = rows.map(({ tally, seconds }) => ({ ...tally.summary(), seconds }));
  return { scenarios: summaries, findings };
}

/** A failing run is verified before it is reported, others when it is their turn. */
function examine(
  scenario: Scenario,
  seed: string,
  result: RunResult,
  isVerified: boolean,
): Finding | undefined {
  const isFailing = result.violation !== undefined;
  if (!isFailing && !isVerified) return undefined;
  const difference = verify(scenario, result);
  if (!isFailing && difference === undefined) return undefined;
  return { scenario, seed, result, difference };
}
