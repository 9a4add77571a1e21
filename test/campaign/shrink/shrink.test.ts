import { describe, expect, it } from "vitest";
import { describeShrunk, type Shrunk, shrink } from "../../../src/campaign/shrink/shrink.ts";
import { shrinkFailure } from "../../../src/campaign/shrink/shrink-failure.ts";
import {
  defineScenario,
  type Plan,
  plan,
  run,
  type Scenario,
  UsageError,
} from "../../../src/index.ts";
import type { Fault } from "../../../src/sim/fault.ts";
import { type ForgetfulOptions, forgetful } from "../../support/forgetful.ts";
import { SAMPLES } from "../../support/sample-faults.ts";
import { ticking } from "../../support/small-scenarios.ts";

const never = { isOver: () => false };

function shrinkForgetful(options: ForgetfulOptions = {}): { found: Plan; shrunk: Shrunk } {
  const scenario = forgetful(options);
  const found = plan(scenario, "1");
  return { found, shrunk: shrink(scenario, found, never) };
}

describe("a failing plan", () => {
  const scenario = forgetful();
  const { found, shrunk } = shrinkForgetful();

  it("is shrunk to what its failure needs: a put, a crash and a get", () => {
    expect(shrunk.signature).toMatchObject({
      scenario: "forgetful",
      invariant: "MEMORY",
      property: "@ forgot #",
      shape: "put, crash, get",
    });
    expect(shrunk.plan.faults).toHaveLength(1);
    expect(shrunk.plan.operations).toHaveLength(2);
    expect(shrunk.isCut).toBe(false);
  });

  it("is left with the hosts that are needed", () => {
    const { servers, clients, faults, operations } = shrunk.plan;
    expect(servers).toHaveLength(1);
    expect(clients).toEqual([operations[0]!.client]);
    expect(faults[0]).toMatchObject({ kind: "crash", hosts: servers });
  });

  it("is left without noise, at round times", () => {
    const { network, faults, operations } = shrunk.plan;
    expect(network).toMatchObject({ duplication: 0, latency: { kind: "constant" } });
    for (const { at } of [...faults, ...operations]) expect(at % 1_000).toBe(0);
    expect(faults[0]!.lasting).toBe(1_000);
  });

  it("keeps the time that it had, and says what was altered", () => {
    expect(shrunk.plan.horizon).toBe(found.horizon);
    expect(shrunk.plan.altered).toEqual(["servers", "operations", "faults", "conditions"]);
  });

  it("fails in just the promised way, and is a plan", () => {
    const checked = scenario.check(JSON.parse(JSON.stringify(shrunk.plan)));
    const { violation, fingerprint, steps } = run(scenario, checked);
    expect({ violation, fingerprint, steps }).toEqual({
      violation: shrunk.violation,
      fingerprint: shrunk.fingerprint,
      steps: shrunk.steps,
    });
  });

  it("holds when the bug is gone", () => {
    const mended = forgetful({ isBroken: false });
    expect(run(mended, shrunk.plan).violation).toBeUndefined();
  });

  it("comes out the same each time", () => {
    expect(shrinkForgetful().shrunk).toEqual(shrunk);
  });

  it("is plain data, with what shrinking did", () => {
    expect(JSON.parse(JSON.stringify(shrunk.reductions))).toEqual(shrunk.reductions);
    expect(shrunk.reductions.slice(0, 3)).toEqual([
      { what: "faults", from: 40, to: 1 },
      { what: "operations", from: 60, to: 2 },
      { what: "hosts", from: 7, to: 2 },
    ]);
    expect(describeShrunk(shrunk).replace(/, [\d.]+ seconds → [\d.]+$/, "")).toBe(
      "40 faults → 1, 60 operations → 2, 7 hosts → 2, network quiet",
    );
  });

  it("shrinks no further", () => {
    const again = shrink(scenario, shrunk.plan, never);
    expect(again.plan.faults).toHaveLength(1);
    expect(again.plan.operations).toHaveLength(2);
    expect(describeShrunk(again)).toBe("nothing could be left out");
  });

  it("tells of every run", () => {
    const runs: number[] = [];
    const { runs: total } = shrink(scenario, found, {
      ...never,
      onStep: (progress) => runs.push(progress.runs),
    });
    expect(runs).toEqual([...runs].sort((a, b) => a - b));
    expect(runs.at(-1)).toBeLessThanOrEqual(total);
    expect(runs.length).toBeGreaterThan(50);
  });
});

it("judges a failure at the end of a run at that same end", () => {
  const { found, shrunk } = shrinkForgetful({ isAtEnd: true });
  expect(shrunk.plan.horizon).toBe(found.horizon);
  expect(shrunk.violation.at).toBe(found.horizon);
  expect(shrunk.signature.shape).toBe("put, crash, get");
});

describe("what the broken invariant supposes is left as it is:", () => {
  it("operations", () => {
    const { found, shrunk } = shrinkForgetful({ supposes: ["operations"] });
    expect(shrunk.plan.operations).toEqual(found.operations);
    expect(shrunk.plan.faults).toHaveLength(1);
  });

  it("faults", () => {
    const { found, shrunk } = shrinkForgetful({ supposes: ["faults"] });
    expect(shrunk.plan.faults).toEqual(found.faults);
    expect(shrunk.plan.operations).toHaveLength(2);
  });

  it("servers", () => {
    const { found, shrunk } = shrinkForgetful({ supposes: ["servers"] });
    expect(shrunk.plan.servers).toEqual(found.servers);
  });

  it("conditions", () => {
    const { found, shrunk } = shrinkForgetful({ supposes: ["conditions"] });
    expect(shrunk.plan.network).toEqual(found.network);
  });
});

it("does not judge an invariant that supposes what was altered", () => {
  const scenario = forgetful({ supposes: ["servers"] });
  const planned = plan(scenario, "1");
  expect(run(scenario, planned).violation?.supposes).toEqual(["servers"]);
  expect(run(scenario, { ...planned, altered: ["servers"] }).violation).toBeUndefined();
  expect(run(scenario, { ...planned, altered: ["faults"] }).violation).toBeDefined();
});

describe("another failure", () => {
  /** Fails at the first event from 50 us on, so if there is a fault; and else at its end. */
  const fickle = (judge: Judge) =>
    defineScenario<never, { state: null } & Idle>({
      name: "fickle",
      about: "Says something else when there is less.",
      plan: () => ({
        servers: ["n1", "n2"],
        faults: [10, 20, 30, 60].map((at) => ({ at, lasting: 1, ...SAMPLES.crash })),
        horizon: 1_000,
      }),
      server: () => idle(),
      invariants: ({ faults }) => {
        const { name = "FICKLE", says = "it is wrong" } = judge(faults.length);
        return [{ name, onStep: ({ now }) => (now < 50 ? undefined : says), onEnd: () => says }];
      },
    });
  const faultsLeft = (judge: Judge, more: readonly Fault[] = []): number => {
    const scenario = fickle(judge);
    const found = plan(scenario, "1");
    const shrunk = shrink(scenario, { ...found, faults: [...found.faults, ...more] }, never);
    return shrunk.plan.faults.length;
  };
  // With one more after 50 us, the run fails at a step whichever of the others is left out.
  const late: Fault = { at: 70, lasting: 1, ...SAMPLES.pause };

  it("of another invariant is no smaller one", () => {
    expect(faultsLeft((count) => ({ name: count < 2 ? "FEW" : "MANY" }), [late])).toBe(2);
  });

  it("with another property is no smaller one", () => {
    expect(faultsLeft((count) => ({ says: count < 3 ? "few" : "many" }), [late])).toBe(3);
  });

  it("that shows only at the end of the run is no smaller one", () => {
    expect(faultsLeft(() => ({}))).toBe(1);
  });
});

/** What is said of a plan with so many faults. */
type Judge = (count: number) => { readonly name?: string; readonly says?: string };

interface Idle {
  onStart(): void;
  onMessage(): void;
  onTimer(): void;
}

function idle(): { state: null } & Idle {
  return { state: null, onStart: () => {}, onMessage: () => {}, onTimer: () => {} };
}

describe("the seed of the noise", () => {
  /** With faults it fails with any seed, without only with these. */
  const choosy = (seeds: readonly string[]) => {
    const faults = [{ at: 1, lasting: 1, ...SAMPLES.crash }];
    const all = ticking({ brokenSeeds: ["7", ...seeds], faults });
    const without = ticking({ brokenSeeds: seeds, faults });
    return {
      ...all,
      simulate: (given: Plan) => (given.faults.length > 0 ? all : without).simulate(given),
    };
  };

  it("becomes another one if the plan is smaller with that", () => {
    const scenario = choosy(["3"]);
    const shrunk = shrink(scenario, plan(scenario, "7"), never);
    expect(shrunk.plan).toMatchObject({ seed: "3", faults: [] });
    expect(shrunk.originalSeed).toBe("7");
    expect(shrunk.reseeded).toBeGreaterThan(0);
  });

  it("stays if it is not", () => {
    const scenario = choosy([]);
    const shrunk = shrink(scenario, plan(scenario, "7"), never);
    expect(shrunk.plan.seed).toBe("7");
    expect(shrunk.plan.faults).toHaveLength(1);
    expect(shrunk.reseeded).toBe(0);
  });
});

describe("when the time is up", () => {
  const scenario = forgetful();
  const found = plan(scenario, "1");

  it.each([1, 5, 25])("after %i runs, the smallest plan so far is the result", (runsMax) => {
    let runs = 0;
    const shrunk = shrink(scenario, found, {
      isOver: () => runs >= runsMax,
      onStep: (progress) => {
        runs = progress.runs;
      },
    });
    expect(shrunk.isCut).toBe(true);
    expect(run(scenario, shrunk.plan).fingerprint).toBe(shrunk.fingerprint);
    expect(shrunk.violation.message).toMatch(/forgot/);
  });

  it("at once, nothing has been left out", () => {
    const shrunk = shrinkFailure(scenario, found, { secondsMax: -1, seconds: () => 0 });
    expect(shrunk.plan).toEqual(found);
    expect(shrunk).toMatchObject({ isCut: true, runs: 1, candidates: 0 });
  });

  it("by the clock that was given, it stops", () => {
    let now = 0;
    const shrunk = shrinkFailure(scenario, found, { secondsMax: 3, seconds: () => now++ });
    expect(shrunk.isCut).toBe(true);
    expect(shrunk.runs).toBeLessThan(6);
  });
});

it("refuses a plan that holds", () => {
  const scenario = forgetful({ isBroken: false });
  expect(() => shrink(scenario, plan(scenario, "1"), never)).toThrow(UsageError);
});

it("leaves out what the scenario's own code cannot do without, whatever it throws", () => {
  const scenario = forgetful();
  const needy: Scenario = {
    ...scenario,
    check: (value) => {
      const checked = scenario.check(value);
      if (checked.clients.length < 2) throw new TypeError("the second client's name is undefined");
      return checked;
    },
    simulate: (plan, ...rest) => {
      if (plan.servers.length < 3) throw new TypeError("a majority is undefined");
      return scenario.simulate(plan, ...rest);
    },
  };
  const shrunk = shrink(needy, plan(scenario, "1"), never);
  expect(shrunk.plan.servers).toHaveLength(3);
  expect(shrunk.plan.clients).toHaveLength(2);
  expect(shrunk.signature.shape).toBe("put, crash, get");
});
