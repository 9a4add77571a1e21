import { describe, expect, it } from "vitest";
import { OverBudget, planWithin, runWithin, within } from "../../src/campaign/budget.ts";
import { shrinkFailure } from "../../src/campaign/shrink/shrink-failure.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { defineScenario, plan, run } from "../../src/sim/scenario.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import { deadly } from "../support/deadly-scenario.ts";
import { ticking } from "../support/small-scenarios.ts";

describe("a call with a bound on its time", () => {
  it("returns what it returns, and throws what it throws", () => {
    expect(within(10, () => 5)).toBe(5);
    const boom = new TypeError("boom");
    expect(() =>
      within(10, () => {
        throw boom;
      }),
    ).toThrow(boom);
  });

  it("is ended when the time is up, and cannot prevent it", () => {
    let isCaught = false;
    const act = (): void => {
      try {
        while (true);
      } catch {
        isCaught = true;
      }
    };
    expect(() => within(0.2, act)).toThrow(new OverBudget("no end after 0.2 s"));
    expect(isCaught).toBe(false);
  });

  it("has as long as it likes when the bound is Infinity", () => {
    expect(within(Infinity, () => 5)).toBe(5);
  });
});

describe("a run with a bound on its time", () => {
  it("is the run that it is without one", () => {
    const scenario = ticking();
    const planned = plan(scenario, "1");
    expect(runWithin(60, scenario, planned).fingerprint).toBe(run(scenario, planned).fingerprint);
  });

  it("is told which event has no end", () => {
    expect(() => runWithin(0.5, deadly, plan(deadly, "3"))).toThrow(
      new OverBudget(
        "deadly: no end after 0.5 s, seed 3: this event has no end: #1 0.000 ms n1 start",
      ),
    );
  });

  it("is told how far it came when all its events end, and are too many", () => {
    const long = defineScenario<never, { state: undefined }>({
      name: "long",
      about: "A timer each millisecond, and each takes ten to fire.",
      plan: () => ({ servers: ["n1"], faults: [], horizon: seconds(100) }),
      server: (env) => ({
        state: undefined,
        onStart: () => env.setTimer("tick", ms(1)),
        onTimer() {
          const began = performance.now();
          while (performance.now() - began < 10);
          env.setTimer("tick", ms(1));
        },
        onMessage() {},
      }),
      invariants: () => [],
    });
    expect(() => runWithin(0.5, long, plan(long, "1"))).toThrow(
      /^long: no end after 0\.5 s, seed 1: it was at event #\d+ [\d.]+ ms n1 timer tick, of 100 s$/,
    );
  });
});

describe("what is told of a run with an invariant that never returns", () => {
  const quiet = { state: undefined, onStart: () => {}, onMessage: () => {} };
  const judged = (invariants: () => readonly Invariant[]): string => {
    const scenario = defineScenario<never, { state: undefined }>({
      name: "judged",
      about: "A server that does nothing, and somebody who judges it.",
      plan: () => ({ servers: ["n1"], faults: [], horizon: seconds(1) }),
      server: () => quiet,
      invariants,
    });
    try {
      return runWithin(0.3, scenario, plan(scenario, "1")).fingerprint;
    } catch (error) {
      return String(error);
    }
  };
  const forEver = (): never => {
    for (;;);
  };
  const start = "OverBudget: judged: no end after 0.3 s, seed 1:";

  it.each<[string, () => readonly Invariant[], string]>([
    [
      "at an event",
      () => [{ name: "STEP", onStep: forEver }],
      "at this event an invariant has no end: #1 0.000 ms n1 start",
    ],
    [
      "at the end",
      () => [{ name: "END", onEnd: forEver }],
      "its events are over, and an invariant has no end: " +
        "it was at event #1 0.000 ms n1 start, of 1 s",
    ],
    ["before the run", forEver, "it has not begun: its files or its invariants are never made"],
  ])("%s", (_when, invariants, told) => {
    expect(judged(invariants)).toBe(`${start} ${told}`);
  });
});

it("tells the last event of a run of many, though they were not kept", () => {
  const busy = defineScenario<never, { state: undefined }>({
    name: "busy",
    about: "A timer each microsecond, for ever.",
    plan: () => ({ servers: ["n1"], faults: [], horizon: seconds(1_000_000) }),
    server: (env) => ({
      state: undefined,
      onStart: () => env.setTimer("tick", 1),
      onTimer: () => env.setTimer("tick", 1),
      onMessage() {},
    }),
    invariants: () => [],
  });
  expect(() => runWithin(0.5, busy, plan(busy, "1"))).toThrow(
    /^busy: no end after 0\.5 s, seed 1: it was at event #\d+ [\d.]+ ms n1 timer tick, of 1\d+ s$/,
  );
});

it("tells of a plan without an end, and throws what a plan throws", () => {
  const hopeless = (act: () => never) =>
    planWithin(0.3, { ...ticking(), name: "hopeless", plan: act }, "7");
  expect(() =>
    hopeless(() => {
      for (;;);
    }),
  ).toThrow(new OverBudget('hopeless: its plan of seed "7" has no end after 0.3 s'));
  const boom = new TypeError("boom");
  expect(() =>
    hopeless(() => {
      throw boom;
    }),
  ).toThrow(boom);
});

describe("the shrinking of a failure", () => {
  it("keeps the smallest so far when a candidate's run has no end", () => {
    const crowd = defineScenario<never, { state: undefined }>({
      name: "crowd",
      about: "Breaks something with two servers or more, and never ends with two.",
      plan: () => ({ servers: ["n1", "n2", "n3", "n4"], faults: [], horizon: seconds(1) }),
      server: (_, { servers }) => ({
        state: undefined,
        onStart() {
          while (servers.length === 2);
          if (servers.length > 1) throw new Error("too many");
        },
        onMessage() {},
      }),
      invariants: () => [],
    });
    const budget = { secondsMax: 1, seconds: () => performance.now() / 1_000 };
    const shrunk = shrinkFailure(crowd, plan(crowd, "1"), budget);
    expect(shrunk.isCut).toBe(true);
    expect(shrunk.violation.message).toContain("too many");
  });
});
