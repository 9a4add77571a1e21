import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { faultArbitrary, faultsArbitrary } from "../../src/fast-check/faults.ts";
import { operationsArbitrary, planArbitrary } from "../../src/fast-check.ts";
import { UsageError } from "../../src/sim/assert.ts";
import { checkFault, checkFaults, FAULT_KINDS } from "../../src/sim/fault.ts";
import type { Plan } from "../../src/sim/plan.ts";
import { defineScenario, run } from "../../src/sim/scenario.ts";
import { checkOperations } from "../../src/sim/simulation-options.ts";
import { faultNames } from "../../src/sim/targets.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import { SAMPLES } from "../support/sample-faults.ts";

const servers = ["n1", "n2", "n3"];
const clients = ["c1", "c2"];
const horizon = seconds(10);
const behaviours = ["forgets", "lies"];
const field = {
  ...{ servers, clients, horizon, targets: ["leader"], types: ["vote", "append"] },
  behaviours,
};
const names = faultNames([...servers, ...clients], { leader: () => [] }, behaviours);

/** Values of an arbitrary, each with the chains of what it shrinks to, and no more of these. */
function valuesAndShrinks<Value>(arbitrary: fc.Arbitrary<Value>, numRuns: number): Value[] {
  const seen: Value[] = [];
  let isShrinking = false;
  let tried = 0;
  // A property that fails once, and then for every other shrink, walks down all sorts of paths.
  const property = fc.property(arbitrary, (value) => {
    seen.push(value);
    if (!isShrinking) {
      isShrinking = true;
      return false;
    }
    return tried++ % 3 !== 0 || tried > 200;
  });
  for (let seed = 0; seed < numRuns; seed++) {
    isShrinking = false;
    tried = 0;
    fc.check(property, { seed, numRuns: 1 });
  }
  return seen;
}

/** Small enough to be checked thousands of times: servers that greet each other. */
const greeters = defineScenario<{ readonly type: "hello" }, object>({
  name: "greeters",
  about: "Servers that say hello, and clients that ask them to.",
  plan: (streams) => ({
    servers,
    clients,
    operations: Array.from({ length: 20 }, (_, i) => {
      const client = streams.stream("clients").pick(clients);
      return { at: ms(100 * i), client, operation: { id: `o${i}`, op: "greet" } };
    }),
    horizon: seconds(4),
  }),
  server: () => ({ state: {}, onStart: () => {}, onMessage: () => {} }),
  client: (env) => ({
    state: {},
    onStart: () => {},
    onMessage: () => {},
    onOperation: () => env.send("n1", { type: "hello" }),
  }),
  invariants: () => [],
});

const bites = (plan: Plan): number => plan.faults.filter(({ kind }) => kind === "crash").length;

describe("a fault that is drawn", () => {
  it("is legal, and so is all that it shrinks to", () => {
    for (const fault of valuesAndShrinks(faultArbitrary(field), 300)) {
      expect(checkFault(fault, "fault", names, horizon)).toEqual(fault);
    }
  });

  it("may be of every kind", () => {
    const drawn = fc.sample(faultArbitrary(field), { seed: 1, numRuns: 2_000 });
    expect(new Set(drawn.map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS));
  });

  it.each(FAULT_KINDS)("of kind %s has the fields of that kind, with all their values", (kind) => {
    const drawn = fc.sample(faultArbitrary({ ...field, kinds: [kind] }), { seed: 1, numRuns: 50 });
    const expected = Object.keys({ at: 0, lasting: 0, ...SAMPLES[kind] }).sort();
    for (const fault of drawn) {
      expect(Object.keys(fault).sort()).toEqual(expected);
      expect(checkFault(fault, "fault", names, horizon)).toEqual(fault);
    }
    expect(new Set(drawn.map((fault) => JSON.stringify(fault))).size).toBeGreaterThan(25);
  });

  it("stays between its bounds of time", () => {
    const bounds = { from: seconds(2), horizon: seconds(3) };
    for (const fault of valuesAndShrinks(faultArbitrary({ ...field, ...bounds }), 50)) {
      expect(fault.at).toBeGreaterThanOrEqual(bounds.from);
      expect(fault.at + fault.lasting).toBeLessThanOrEqual(bounds.horizon);
    }
  });

  it("shrinks to the earliest and briefest, at a round time", () => {
    const late = fc.check(
      fc.property(faultArbitrary(field), ({ at }) => at < 3_141_592),
      { seed: 1, numRuns: 1_000 },
    );
    const [fault] = late.counterexample!;
    expect(fault.lasting).toBe(1);
    expect(fault.at).toBe(ms(3_200));
  });

  it("is refused when there are too few hosts for a kind", () => {
    expect(() => faultArbitrary({ servers, horizon, kinds: ["crash", "ring"] })).toThrow(
      new UsageError('kinds: expected kinds of faults that 3 hosts can have, got "ring"'),
    );
    expect(() => faultArbitrary({ servers, horizon: 0 })).toThrow(
      new UsageError("horizon: expected a time after 0, got 0"),
    );
  });

  it("is not Byzantine where no behaviours are known, and refused when it is to be", () => {
    const honest = { ...field, behaviours: [] };
    const drawn = fc.sample(faultArbitrary(honest), { seed: 1, numRuns: 2_000 });
    expect(drawn.filter(({ kind }) => kind === "byzantine")).toEqual([]);
    expect(() => faultArbitrary({ ...honest, kinds: ["byzantine"] })).toThrow(
      new UsageError('behaviours: expected at least one for faults of kind "byzantine"'),
    );
  });
});

describe("a schedule that is drawn", () => {
  const contradicting = { ...field, kinds: ["memoryLimit", "diskFull"] as const };

  it.each([
    ["of all kinds", field],
    ["of faults that may contradict", contradicting],
  ] as const)("%s is legal, and so is all that it shrinks to", (_, of) => {
    for (const faults of valuesAndShrinks(faultsArbitrary(of), 100)) {
      expect(checkFaults(faults, "faults", names, horizon)).toEqual(faults);
    }
  });

  it("shrinks to the one fault that matters", () => {
    const { counterexample } = fc.check(
      fc.property(faultsArbitrary(field), (faults) => faults.every(({ kind }) => kind !== "wipe")),
      { seed: 1, numRuns: 1_000 },
    );
    expect(counterexample![0]).toMatchObject([{ kind: "wipe", at: 0, lasting: 1 }]);
    expect(counterexample![0]).toHaveLength(1);
  });
});

describe("a workload that is drawn", () => {
  const operation = fc.record({ op: fc.constantFrom("get", "put"), key: fc.nat(3) });
  const workload = operationsArbitrary({ clients, until: seconds(5), operation });

  it("is legal, and so is all that it shrinks to", () => {
    for (const operations of valuesAndShrinks(workload, 100)) {
      expect(checkOperations(operations, "operations", { clients, horizon })).toEqual(operations);
    }
  });

  it("keeps the ids of those operations that are left", () => {
    const [first] = fc.sample(workload, { seed: 4, numRuns: 1 });
    const ids = new Set(first!.map((one) => one.operation.id));
    const seen: string[] = [];
    fc.check(
      fc.property(workload, (operations) => {
        seen.push(...operations.map((one) => one.operation.id));
        return operations.length < 3;
      }),
      { seed: 4, numRuns: 1 },
    );
    expect(ids.size).toBeGreaterThan(3);
    expect(seen.filter((id) => !ids.has(id))).toEqual([]);
  });
});

describe("a plan that is drawn", () => {
  it("is legal, and so is all that it shrinks to", () => {
    const kinds = ["crash", "memoryLimit", "diskFull"] as const;
    for (const plan of valuesAndShrinks(planArbitrary(greeters, { kinds }), 100)) {
      expect(greeters.check(plan)).toEqual(plan);
    }
  });

  it("shrinks to no plan in which faults contradict each other", () => {
    const limit = (at: number, bytesMax: number) => ({
      ...{ kind: "memoryLimit", hosts: ["n1"], lasting: ms(100), at, bytesMax },
    });
    const faults = [limit(0, 5), limit(ms(100), 6)];
    const plan = greeters.check({ ...greeters.plan("1"), faults });
    const plans = planArbitrary(greeters);
    expect(plans.canShrinkWithoutContext(plan)).toBe(true);
    const shrunk = [...plans.shrink(plan, undefined)].map(({ value }) => value);
    expect(shrunk.length).toBeGreaterThan(20);
    for (const simpler of shrunk) expect(greeters.check(simpler)).toEqual(simpler);
  });

  it("has no more weather in the calm than that of its seed", () => {
    const plans = valuesAndShrinks(planArbitrary(greeters, { kinds: ["crash"] }), 100);
    for (const { faults, calm, core } of plans) {
      const late = faults.filter(({ at, lasting }) => at + lasting > calm);
      const broken = late.filter((fault) => "hosts" in fault && core.includes(fault.hosts[0]!));
      expect(broken).toEqual([]);
    }
  });

  it("varies: faults are left out, moved and added, operations too, and the noise", () => {
    const seeds = { min: 1, max: 1 };
    const base = greeters.plan("1");
    const own = fc.sample(planArbitrary(greeters, { seeds }), { seed: 1, numRuns: 50 });
    const more = fc.sample(planArbitrary(greeters, { seeds, kinds: ["wipe"] }), 50);
    const keys = base.faults.map((fault) => JSON.stringify(fault));
    const isMoved = (plan: Plan) => plan.faults.some((one) => !keys.includes(JSON.stringify(one)));
    expect(own.some((plan) => plan.faults.length < base.faults.length)).toBe(true);
    expect(own.some(isMoved)).toBe(true);
    expect(own.some((plan) => plan.operations.length < base.operations.length)).toBe(true);
    expect(new Set(own.map(({ seed }) => seed)).size).toBe(10);
    expect(own.some(({ faults }) => faults.some(({ kind }) => kind === "wipe"))).toBe(false);
    expect(more.some(({ faults }) => faults.some(({ kind }) => kind === "wipe"))).toBe(true);
  });

  it("shrinks to the faults that matter, in few steps", () => {
    const plans = planArbitrary(greeters, { kinds: ["crash"] });
    const { counterexample, numShrinks } = fc.check(
      fc.property(plans, (plan) => bites(plan) < 2),
      { seed: 1, numRuns: 200 },
    );
    const [plan] = counterexample!;
    expect(plan.faults.map(({ kind, at, lasting }) => ({ kind, at, lasting }))).toEqual([
      { kind: "crash", at: 0, lasting: 1 },
      { kind: "crash", at: 0, lasting: 1 },
    ]);
    expect(plan.operations).toEqual([]);
    expect(numShrinks).toBeLessThan(40);
  });

  it("runs as the same run each time", () => {
    fc.assert(
      fc.property(planArbitrary(greeters), (plan) => {
        expect(run(greeters, plan).fingerprint).toBe(run(greeters, plan).fingerprint);
      }),
      { seed: 1, numRuns: 10 },
    );
  });
});
