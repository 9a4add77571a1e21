import { expect, it } from "vitest";
import { findScenario } from "../../src/scenarios/catalogue.ts";
import { plan, run } from "../../src/sim/scenario.ts";

it("misses who is switched off for good, unless the plan asks no more that they be removed", () => {
  const scenario = findScenario("raft-config-change-add-remove/down-to-one");
  const planned = plan(scenario, "1");
  const operations = planned.operations.filter(({ operation }) => operation.op !== "change");
  const altered = scenario.check({ ...planned, operations });

  const { violation } = run(scenario, altered);

  expect(violation?.supposes).toEqual(["servers", "operations"]);
  const marked = scenario.check({ ...altered, altered: ["operations"] });
  expect(run(scenario, marked).violation).toBeUndefined();
});
