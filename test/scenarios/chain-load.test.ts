import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findScenario } from "../../src/scenarios/catalogue.ts";
import {
  BASELINE,
  DISTRIBUTED_CI,
  DISTRIBUTED_FULL,
  type LoadSize,
  loadPlan,
} from "../../src/scenarios/chain-load.ts";
import { run } from "../../src/sim/scenario.ts";
import { seconds } from "../../src/sim/time.ts";

const cases: readonly (readonly [string, string, LoadSize])[] = [
  ["distributed-load-full", "tb-distributed-load", DISTRIBUTED_FULL],
  ["distributed-load-ci", "tb-distributed-load", DISTRIBUTED_CI],
  [
    "baseline-full",
    "tb-baseline-single-node",
    { ...BASELINE, lasting: seconds(10), settledWithin: seconds(10) },
  ],
];

function planIn(file: string, name: string) {
  const text = readFileSync(`examples/plans/${file}.json`, "utf8");
  return findScenario(name).check(JSON.parse(text));
}

describe("the plans of larger loads", () => {
  it.each(cases)("examples/plans/%s.json is one of %s, of that size", (file, name, size) => {
    expect(planIn(file, name)).toMatchObject({
      servers: size.nodes,
      horizon: loadPlan(size).horizon,
      operations: loadPlan(size).operations,
      settings: { slotTime: size.slotTime, balances: loadPlan(size).settings!.balances },
    });
  });

  it("include at one node at least 10,000 transactions a second for ten", () => {
    const name = "tb-baseline-single-node";
    const { violation, metrics } = run(findScenario(name), planIn("baseline-full", name));
    expect(violation).toBeUndefined();
    expect(metrics.gauged("includedPerS")).toBeGreaterThanOrEqual(10_000);
    expect(metrics.gauged("transactionsIncluded")).toBe(120_000);
  }, 240_000);

  it("include all that three nodes are offered", () => {
    const name = "tb-distributed-load";
    const { violation, metrics } = run(findScenario(name), planIn("distributed-load-ci", name));
    expect(violation).toBeUndefined();
    expect(metrics.gauged("transactionsIncluded")).toBe(60_000);
    expect(metrics.gauged("refusalPercent")).toBe(0);
  }, 240_000);
});
