// The product: the same plan is the same run, whoever looks on and wherever it runs.

import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findScenario, type Plan, plan, run } from "../src/index.ts";
import type { Observation } from "../src/sim/scenario.ts";
import { arbitraryPlan } from "./support/plans.ts";

const fingerprintOf = (planned: Plan): string =>
  run(findScenario(planned.scenario), planned).fingerprint;

/**
 * So many events of a run are recorded here: each costs more than the one before, as states grow.
 * Of every scenario `npm run campaign` records a whole run (RECORDED_ONE_IN), and holds it against
 * the plain one by the fingerprint, into which every event goes.
 */
const RECORDED_MAX = 3_000;

/** The fingerprint after each of the first events. */
function beginningOf(planned: Plan, options: Observation = {}): readonly string[] {
  const simulation = findScenario(planned.scenario).simulate(planned, options);
  const fingerprints: string[] = [];
  while (fingerprints.length < RECORDED_MAX && simulation.step(planned.horizon)) {
    fingerprints.push(simulation.fingerprint);
  }
  expect(simulation.timeline?.steps.length).not.toBe(0);
  return fingerprints;
}

describe("the same plan gives the same fingerprint", () => {
  it("run twice, the second time recorded, strict and traced", () => {
    const property = fc.property(arbitraryPlan, (planned) => {
      const watched = { record: true, strict: true, trace: true };
      expect(beginningOf(planned, watched)).toEqual(beginningOf(planned));
    });
    fc.assert(property, { numRuns: 30 });
  });

  it("in another process", () => {
    const plans = fc.sample(arbitraryPlan, 30);
    const script = ["--import", "tsx", "test/support/run-plans.ts"];
    const child = spawnSync(process.execPath, script, { input: JSON.stringify(plans) });
    expect(child.stderr.toString()).toBe("");
    expect(JSON.parse(child.stdout.toString())).toEqual(plans.map((one) => fingerprintOf(one)));
  });

  it("in a worker", async () => {
    const plans = fc.sample(arbitraryPlan, 10);
    // A worker does not take `--import tsx`; it loads TypeScript when told to by its own code.
    const script = new URL("support/run-plans.ts", import.meta.url);
    const code = `import("tsx/esm/api").then(({ register }) => {
      register();
      return import("${script}");
    })`;
    const worker = new Worker(code, { eval: true, workerData: JSON.stringify(plans) });
    const [fingerprints] = await once(worker, "message");
    expect(fingerprints).toEqual(plans.map((one) => fingerprintOf(one)));
  });

  it("as JSON and read back", () => {
    const property = fc.property(arbitraryPlan, (planned) => {
      const { check } = findScenario(planned.scenario);
      expect(check(JSON.parse(JSON.stringify(planned)))).toEqual(planned);
    });
    fc.assert(property, { numRuns: 100 });
  });
});

describe("different plans give different fingerprints", () => {
  it("for every seed", () => {
    const scenario = findScenario("raft-initial-election");
    const seeds = Array.from({ length: 200 }, (_, i) => String(i));
    const fingerprints = new Set(seeds.map((seed) => fingerprintOf(plan(scenario, seed))));
    expect(fingerprints.size).toBe(seeds.length);
  });

  it("for a change of one byte in one message", () => {
    const planned = plan(findScenario("raft-replication-consistency"), "1");
    const changed = JSON.stringify(planned).replace('"hex":"0000"', '"hex":"0001"');
    expect(fingerprintOf(JSON.parse(changed))).not.toBe(fingerprintOf(planned));
  });
});
