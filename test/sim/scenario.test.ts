import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/sim/assert.ts";
import { defaultDiskOptions } from "../../src/sim/disk/disk-options.ts";
import type { Env } from "../../src/sim/env.ts";
import { defaultClockOptions } from "../../src/sim/host/clock.ts";
import { defaultCpuOptions } from "../../src/sim/host/cpu.ts";
import { crashes } from "../../src/sim/nemesis.ts";
import { defaultNetworkOptions } from "../../src/sim/network/network-options.ts";
import { defineScenario, plan, run, type Scenario } from "../../src/sim/scenario.ts";
import { always } from "../../src/sim/temporal/safety.ts";
import { type ScriptedNode, scripted } from "../support/scripted.ts";

const HORIZON = 1_000_000;
const rhythm = { every: { min: 50_000, max: 90_000 }, lasting: { min: 1, max: 9_000 } };

const ticking = scripted({
  onStart: (env) => env.setTimer("tick", 10_000),
  onTimer: (env) => env.setTimer("tick", 10_000),
});

/** Two servers that crash now and then; `limit`, a setting, is when the invariant breaks. */
function scenario(limit: unknown = HORIZON): Scenario {
  return defineScenario<string, ScriptedNode, number>({
    name: "ticking",
    about: "Two servers tick.",
    plan: (streams) => {
      const servers = ["n1", "n2"];
      const faults = crashes(rhythm)(streams, { servers, from: 0, until: HORIZON / 2 });
      // What is drawn is checked like what comes from outside.
      return { servers, faults, horizon: HORIZON, calm: HORIZON / 2, settings: limit as number };
    },
    checkSettings: (value, path) => {
      if (typeof value === "number") return value;
      throw new UsageError(`${path}: expected a number, got ${value}`);
    },
    server: (env: Env<string>) => ticking(env),
    invariants: ({ settings }) => [always("LIMIT", ({ now }) => now <= settings)],
  });
}

describe("a plan that is drawn", () => {
  it("has what the scenario draws, and the default of the rest", () => {
    const drawn = plan(scenario(), "7");
    expect(drawn.faults.length).toBeGreaterThan(0);
    expect(drawn).toEqual({
      ...{ scenario: "ticking", seed: "7", servers: ["n1", "n2"], clients: [], operations: [] },
      ...{ settings: HORIZON, network: defaultNetworkOptions, disk: defaultDiskOptions },
      ...{ calm: HORIZON / 2, horizon: HORIZON, faults: drawn.faults },
      ...{ clocks: defaultClockOptions, cpu: defaultCpuOptions },
      ...{ buggify: [], core: ["n1", "n2"] },
    });
  });

  it("is calm only at its end when the scenario does not say when", () => {
    const quiet = defineScenario<string, ScriptedNode>({
      ...{ name: "quiet", about: "One server ticks.", server: ticking, invariants: () => [] },
      plan: () => ({ servers: ["n1"], faults: [], horizon: 500 }),
    });
    expect(plan(quiet, "1").calm).toBe(500);
  });

  it("is the same for the same seed, and another for another", () => {
    expect(plan(scenario(), "7")).toEqual(plan(scenario(), "7"));
    expect(plan(scenario(), "8").faults).not.toEqual(plan(scenario(), "7").faults);
  });

  it("is one that its scenario accepts from outside", () => {
    const drawn = plan(scenario(), "7");
    expect(scenario().check(JSON.parse(JSON.stringify(drawn)))).toEqual(drawn);
  });

  it("is refused when its settings are wrong, drawn or from outside", () => {
    const wrong = { ...plan(scenario(), "7"), settings: "late" };
    const message = "plan.settings: expected a number, got late";
    expect(() => plan(scenario("late"), "7")).toThrow(new UsageError(message));
    expect(() => scenario().check(wrong)).toThrow(new UsageError(message));
  });
});

describe("a run", () => {
  it("goes to its horizon, and accounts for what happened", () => {
    const drawn = plan(scenario(), "7");
    const { violation, endedAt, faults, steps, history, trace, timeline } = run(scenario(), drawn);
    expect([violation, endedAt]).toEqual([undefined, HORIZON]);
    expect(faults.get("crash")?.offered).toBe(drawn.faults.length);
    expect(faults.get("crash")?.effective).toBeGreaterThan(0);
    expect(steps).toBeGreaterThan(100);
    expect([history.entries.size, trace, timeline]).toEqual([0, [], undefined]);
  });

  it("ends at its first violation", () => {
    const { violation, endedAt } = run(scenario(300_000), plan(scenario(300_000), "7"));
    expect(violation?.invariant).toBe("LIMIT");
    expect(violation?.at).toBe(endedAt);
    expect(endedAt).toBeGreaterThan(300_000);
    expect(endedAt).toBeLessThanOrEqual(310_000);
  });

  it("is the same however closely it is watched", () => {
    const drawn = plan(scenario(), "7");
    const watched = run(scenario(), drawn, { record: true, strict: true, trace: true });
    expect(watched.fingerprint).toBe(run(scenario(), drawn).fingerprint);
    expect(watched.trace.length).toBeGreaterThanOrEqual(watched.steps);
    expect(watched.timeline?.steps.length).toBeGreaterThan(0);
  });

  it("begins anew each time: no state of invariants or nodes is carried over", () => {
    const [twice, drawn] = [scenario(), plan(scenario(), "7")];
    expect(run(twice, drawn).fingerprint).toBe(run(twice, drawn).fingerprint);
  });
});
