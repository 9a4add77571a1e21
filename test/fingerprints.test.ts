// The same plans are the same runs on every machine and every version of Node, now and later: their
// fingerprints are kept in the repository. `npm run fingerprints` renews them.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { catalogue, type RunResult, type Scenario } from "../src/index.ts";
import { FINGERPRINTS, keptRuns } from "./support/fingerprints.ts";

const kept: Readonly<Record<string, unknown>> = JSON.parse(readFileSync(FINGERPRINTS, "utf8"));

/** The run once more, with a pause in the middle, in which it is nothing but a snapshot. */
function runWithPause(scenario: Scenario, { plan, steps }: RunResult) {
  const first = scenario.simulate(plan);
  while (first.steps < Math.floor(steps / 2)) first.step();
  const rest = scenario.simulate(plan, {}, first.snapshot());
  rest.run(plan.horizon);
  rest.end();
  return rest;
}

it("are kept of all scenarios, and of nothing else", () => {
  expect(Object.keys(kept)).toEqual(catalogue.map(({ name }) => name));
});

describe.each(catalogue.map((scenario) => [scenario.name, scenario] as const))(
  "%s",
  (name, scenario) => {
    it("makes the runs that were kept, and one of them from a snapshot on", () => {
      const runs = keptRuns(scenario);
      expect(runs.map(({ fingerprint }) => fingerprint)).toEqual(kept[name]);
      expect(runs.map(({ violation }) => violation)).toEqual(runs.map(() => undefined));
      const rest = runWithPause(scenario, runs[0]!);
      expect(rest.fingerprint).toBe(runs[0]?.fingerprint);
      expect(rest.steps).toBe(runs[0]?.steps);
      expect(rest.violation).toBeUndefined();
    });
  },
);
