import { describe, expect, it } from "vitest";
import { CONTINUOUS, continuousSync, WHOLE_RATES } from "../../src/scenarios/chain-continuous.ts";
import { plan, run } from "../../src/sim/scenario.ts";

describe.each(CONTINUOUS)("$name at the catalogue's size", (variant) => {
  it("follows up to 200 blocks a second, and falls behind at 400", () => {
    const scenario = continuousSync(variant, WHOLE_RATES, []);
    const { metrics, violation } = run(scenario, plan(scenario, "1"));
    expect(violation).toBeUndefined();
    expect(metrics.gauged("syncLagBlocksMax, 2000 blocks at 200/s")).toBeLessThanOrEqual(3);
    expect(metrics.gauged("syncLagBlocks, 4000 blocks at 400/s")).toBeGreaterThan(100);
    // A block takes 2.5 ms to import, so more than 400 a second cannot be.
    const breakEven = metrics.gauged("breakEvenRate");
    expect(breakEven).toBeGreaterThan(350);
    expect(breakEven).toBeLessThan(400);
  }, 120_000);
});
