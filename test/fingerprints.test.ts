// The same plans are the same runs on every machine and every version of Node, now and later: their
// fingerprints are kept in the repository. `npm run fingerprints` renews them. Here one run of each
// scenario is made, in two parts; `npm run campaign` makes all of them as they were made then.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { catalogue, type Plan, plan, type Scenario } from "../src/index.ts";
import { FINGERPRINTS } from "./support/fingerprints.ts";

const kept: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync(FINGERPRINTS, "utf8"),
);

/** The run with a pause in the midst of its faults, in which it is nothing but a snapshot. */
function runWithPause(scenario: Scenario, planned: Plan) {
  const first = scenario.simulate(planned);
  first.run(Math.floor(planned.calm / 2));
  const rest = scenario.simulate(planned, {}, first.snapshot());
  rest.run(planned.horizon);
  rest.end();
  return { first, rest };
}

it("are kept of all scenarios, and of nothing else", () => {
  expect(Object.keys(kept)).toEqual(catalogue.map(({ name }) => name));
});

it.each(catalogue.map((scenario) => [scenario.name, scenario] as const))(
  "%s makes the run that was kept, from a snapshot on",
  (name, scenario) => {
    const { first, rest } = runWithPause(scenario, plan(scenario, "1"));

    expect(first.violation).toBeUndefined();
    expect(first.steps).toBeGreaterThan(0);
    expect(rest.steps).toBeGreaterThan(first.steps);
    expect(rest.violation).toBeUndefined();
    expect(rest.fingerprint).toBe(kept[name]?.[0]);
  },
);
