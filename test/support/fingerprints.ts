import { catalogue, plan, type RunResult, run, type Scenario } from "../../src/index.ts";

/** The seeds of each scenario whose fingerprints are kept: some 200 plans in all. */
const SEEDS = ["1", "2", "3", "4"];

/** Where they are kept, from the root of the repository. */
export const FINGERPRINTS = "test/fingerprints.json";

/** The runs of a scenario whose fingerprints are kept, as this code makes them on this machine. */
export function keptRuns(scenario: Scenario): readonly RunResult[] {
  return SEEDS.map((seed) => run(scenario, plan(scenario, seed)));
}

/** By scenario, the fingerprints of its seeds, as this code makes them on this machine. */
export function takeFingerprints(): Readonly<Record<string, readonly string[]>> {
  const rows = catalogue.map((scenario) => {
    return [scenario.name, keptRuns(scenario).map(({ fingerprint }) => fingerprint)] as const;
  });
  return Object.fromEntries(rows);
}
