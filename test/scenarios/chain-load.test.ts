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

describe("the plans of larger loads", () => {
  it.each(cases)("examples/plans/%s.json is one of %s, of that size", (file, name, size) => {
    const text = readFileSync(`examples/plans/${file}.json`, "utf8");
    const plan = findScenario(name).check(JSON.parse(text));
    expect(plan).toMatchObject({
      servers: size.nodes,
      horizon: loadPlan(size).horizon,
      operations: loadPlan(size).operations,
      settings: { slotTime: size.slotTime, balances: loadPlan(size).settings!.balances },
    });
  });
});
