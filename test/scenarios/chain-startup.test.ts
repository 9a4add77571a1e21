// Plans in which somebody is started anew too soon, or too late, for its supervisor.

import { expect, it } from "vitest";
import { chainStartup } from "../../src/scenarios/chain-startup.ts";
import type { Plan } from "../../src/sim/plan.ts";
import { plan, run, type Scenario } from "../../src/sim/scenario.ts";
import { type Micros, seconds } from "../../src/sim/time.ts";

function variant(name: string): Scenario {
  return chainStartup.find((scenario) => scenario.name === `tb-cluster-startup/${name}`)!;
}

/** The plan of a seed, with crashes that last so long. */
function withCrashes(scenario: Scenario, lasting: Micros): Plan {
  const drawn = plan(scenario, "1");
  const faults = drawn.faults.map((fault) =>
    fault.kind === "crash" ? { ...fault, lasting } : fault,
  );
  return scenario.check({ ...drawn, faults });
}

it("a primary that is back after 5 s has not waited for its supervisor", () => {
  const scenario = variant("crash-loop");
  const { violation } = run(scenario, withCrashes(scenario, seconds(5)));
  expect(violation).toMatchObject({
    invariant: "RESTART-DELAY",
    message: "primary begins again after 5 s, not 10 s",
  });
});

it("a replica that is back after 1 s was not started at once", () => {
  const scenario = variant("others-crash");
  const { violation } = run(scenario, withCrashes(scenario, seconds(1)));
  expect(violation).toMatchObject({
    invariant: "RESTART-DELAY",
    message: "replica1 begins again after 1 s, not 0 ms",
  });
});
