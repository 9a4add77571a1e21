import { catalogue, plan, run } from "../../src/index.ts";

/** The seeds of each scenario whose fingerprints are kept: some 200 plans in all. */
const SEEDS = ["1", "2", "3", "4"];

/** Where they are kept, from the root of the repository. */
export const FINGERPRINTS = "test/fingerprints.json";

/** By scenario, the fingerprints of its seeds, as this code makes them on this machine. */
export function takeFingerprints(): Readonly<Record<string, readonly string[]>> {
  const rows = catalogue.map((scenario) => {
    const fingerprints = SEEDS.map((seed) => run(scenario, plan(scenario, seed)).fingerprint);
    return [scenario.name, fingerprints] as const;
  });
  return Object.fromEntries(rows);
}
