import type { FaultCount } from "../../sim/faults/fault-count.ts";
import { type Failure, failuresOf } from "./failures.ts";
import { type CampaignReport, type ScenarioSource, summariesOf } from "./report.ts";
import { shortfallsOf } from "./shortfalls.ts";
import { addFaults, type TallySummary } from "./tally.ts";

/** A campaign's report, judged: what there is to say of it. */
export interface Outcome {
  readonly report: CampaignReport;
  /** By scenario, in order. */
  readonly summaries: readonly TallySummary[];
  /** What all runs of a scenario together were to show and did not. */
  readonly shortfalls: readonly { readonly scenario: string; readonly text: string }[];
  readonly failures: readonly Failure[];
}

/** The account of all faults by kind, in order of their names. */
export function accountOf(
  summaries: readonly Pick<TallySummary, "faults">[],
): readonly (readonly [kind: string, count: FaultCount])[] {
  const sums = new Map<string, FaultCount>();
  for (const [kind, count] of summaries.flatMap(({ faults }) => Object.entries(faults))) {
    addFaults(sums, kind, count);
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Judges a report. */
export function outcomeOf(report: CampaignReport, sources: readonly ScenarioSource[]): Outcome {
  const summaries = summariesOf(report, sources);
  return {
    report,
    summaries,
    shortfalls: summaries.flatMap((summary) => {
      return shortfallsOf(summary).map((text) => ({ scenario: summary.scenario, text }));
    }),
    failures: failuresOf(report, sources),
  };
}
