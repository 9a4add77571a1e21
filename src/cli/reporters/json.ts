import { isIndeterminate } from "../../campaign/report/finding.ts";
import { JUDGED_RUNS_MIN } from "../../campaign/report/tally.ts";
import { replayCommand, type Shown } from "./reporter.ts";

/** All figures and findings as JSON. */
export function jsonReport(shown: Shown): string {
  const { outcome, kept, isInterrupted, notes } = shown;
  const { report, summaries, shortfalls } = outcome;
  const { version, code, from, seeds, shard, scenarios, findings, casualties } = report;
  const json = {
    ...{ version, code, from, seeds, shard, isInterrupted, notes },
    judgedFrom: JUDGED_RUNS_MIN,
    scenarios: summaries.map((row, n) => {
      const { file, ran, seconds } = scenarios[n]!;
      return { ...row, file, ran, seconds };
    }),
    ...{ shortfalls, casualties },
    differences: findings.filter(isIndeterminate),
    failures: kept.map((one) => {
      const { source, invariant, property, findings } = one.failure;
      const [first] = findings;
      return {
        scenario: source.scenario.name,
        ...{ invariant, property, signature: one.signature, violation: first!.violation },
        seeds: findings.map(({ seed }) => seed),
        ...{ capsule: one.capsule, replay: replayCommand(one) },
      };
    }),
  };
  return JSON.stringify(json, undefined, 2);
}
