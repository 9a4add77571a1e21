import { type Finding, isIndeterminate } from "../../campaign/report/finding.ts";
import { JUDGED_RUNS_MIN } from "../../campaign/report/tally.ts";
import { firstOf, type KeptFailure, replayCommand, type Shown } from "./reporter.ts";

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
    failures: kept.map(failureOf),
  };
  return JSON.stringify(json, undefined, 2);
}

/** `seeds` are those of its first scenario; `seenIn` has the others, each with its own. */
function failureOf(kept: KeptFailure): object {
  const { invariant, property, signature, shrunk, seen, capsule } = kept;
  const { source, finding } = firstOf(kept);
  const seedsOf = (findings: readonly Finding[]): string[] => findings.map(({ seed }) => seed);
  return {
    scenario: source.scenario.name,
    ...{ invariant, property, signature, violation: finding.violation },
    found: { seed: finding.seed, at: finding.violation.at },
    shrunk: shrunk ?? null,
    seeds: seedsOf(seen[0]!.findings),
    seenIn: seen.map(({ source: { scenario, file }, findings, unshrunk }) => {
      return {
        scenario: scenario.name,
        file,
        seeds: seedsOf(findings),
        unshrunk: seedsOf(unshrunk),
      };
    }),
    ...{ capsule, replay: replayCommand(kept) },
  };
}
