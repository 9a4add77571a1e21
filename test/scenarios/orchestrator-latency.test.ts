import { expect, it } from "vitest";
import { findScenario, plan, run } from "../../src/index.ts";
import { latencyPlan } from "../../src/scenarios/orchestrator-latency.ts";

const scenario = findScenario("orch-bench-replication-latency");

// The catalogue's full size, of which the scenario's own plan is a tenth: too much for a campaign.
it("a thousand machines at each size are soon on three, five and seven servers", () => {
  const full = scenario.check({ ...plan(scenario, "1"), ...latencyPlan(1_000) });
  const { violation, metrics } = run(scenario, full);
  expect(violation).toBeUndefined();
  for (const size of [3, 5, 7]) {
    expect(metrics.gauged(`visibleP99Ms, ${size}`)).toBeGreaterThan(0);
    expect(metrics.gauged(`visibleP99Ms, ${size}`)).toBeLessThan(1_000);
  }
  expect(metrics.gauged("acked")).toBe(3_000);
  expect(metrics.gauged("commitsDoNotGetFaster")).toBe(1);
}, 240_000);
