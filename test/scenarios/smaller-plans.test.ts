// A shrinker, or who edits a plan by hand, takes away what a scenario always draws.

import { expect, it } from "vitest";
import { QUIET_PARTS, withQuiet } from "../../src/campaign/shrink/quiet.ts";
import { catalogue } from "../../src/scenarios/catalogue.ts";
import { UsageError } from "../../src/sim/assert.ts";
import type { Plan } from "../../src/sim/plan.ts";
import { plan } from "../../src/sim/scenario.ts";

/** By what is taken away, what is left. */
function smaller(drawn: Plan): Readonly<Record<string, Plan>> {
  const { horizon, calm, operations, faults } = drawn;
  const half = Math.floor(horizon / 2);
  const operationsLeft = operations.filter((_, i) => i % 2 === 0);
  const faultsLeft = faults.filter((_, i) => i % 2 === 0);
  const quiet = QUIET_PARTS.reduce(withQuiet, drawn);
  return {
    noise: quiet,
    operations: { ...drawn, operations: [] },
    faults: { ...drawn, faults: [] },
    "half of what happens": { ...drawn, operations: operationsLeft, faults: faultsLeft },
    "its second half": { ...drawn, horizon: half, calm: Math.min(calm, half) },
    anything: { ...quiet, operations: [], faults: [] },
  };
}

/** What is thrown other than a word of what is wrong with the plan. */
function thrownBy(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    if (!(error instanceof UsageError)) return error;
  }
  return undefined;
}

it.each(catalogue.map((scenario) => [scenario.name, scenario] as const))(
  "%s begins, and ends at once, or says what it cannot do without",
  (_, scenario) => {
    for (const [without, left] of Object.entries(smaller(plan(scenario, "1")))) {
      const thrown = thrownBy(() => {
        const simulation = scenario.simulate(scenario.check(left));
        simulation.run(1);
        simulation.end();
      });
      expect(thrown, `without ${without}`).toBeUndefined();
    }
  },
);
