import { describe, expect, it } from "vitest";
import { judge, planTest, type Surroundings } from "../../../src/campaign/project/sim-test.ts";
import { UsageError } from "../../../src/sim/assert.ts";
import type { Env } from "../../../src/sim/env.ts";
import { defineScenario, type Scenario } from "../../../src/sim/scenario.ts";
import { reachable } from "../../../src/sim/temporal/sometimes.ts";
import { ms, seconds } from "../../../src/sim/time.ts";
import { simTest } from "../../../src/vitest.ts";

interface Ticker {
  readonly state: { ticks: number };
}

/** A server that ticks; `onTick` is what it does then. */
function tickers(onTick: (env: Env<never>) => void, expects: readonly string[] = []): Scenario {
  return defineScenario<never, Ticker>({
    name: "tickers",
    about: "A server that ticks, and is stopped in half of the runs.",
    plan: (streams) => {
      const isStopped = streams.stream("stop").chance(1 / 2);
      const stop = { kind: "stop", at: ms(300), lasting: ms(100), hosts: ["n1"] } as const;
      return { servers: ["n1"], horizon: seconds(1), faults: isStopped ? [stop] : [] };
    },
    server: (env) => ({
      state: { ticks: 0 },
      onStart: () => env.setTimer("tick", ms(100)),
      onMessage: () => {},
      onTimer() {
        this.state.ticks++;
        onTick(env);
        env.setTimer("tick", ms(100));
      },
    }),
    invariants: () => [
      {
        name: "NEVER-STOPPED",
        onEnd: ({ servers }) =>
          servers[0]!.node!.state.ticks >= 9 ? undefined : "it has lost some of its ticks",
      },
      ...expects.map(reachable),
    ],
  });
}

/** The first seed whose plan stops the server, or leaves it in peace. */
function seedThat(isStopped: boolean): number {
  const quiet = tickers(() => {});
  for (let seed = 1; ; seed++) {
    if (quiet.plan(String(seed)).faults.length === (isStopped ? 1 : 0)) return seed;
  }
}

const around: Surroundings = {
  giveUp: () => {
    throw new Error("it has left a promise without an end");
  },
  seconds: () => 0,
};

/** Ticks that begin promises without an end, or rather with one as soon as the test is given up. */
function endless() {
  const givenUp: string[] = [];
  const promise = async (): Promise<void> => {
    while (givenUp.length === 0) await undefined;
  };
  const giveUp = (complaint: string): never => {
    givenUp.push(complaint);
    throw new Error("given up");
  };
  const scenario = tickers(() => void promise());
  return { givenUp, promise, scenario, around: { ...around, giveUp } };
}

const stopped = seedThat(true);
const calm = seedThat(false);

describe("a test of a scenario", () => {
  it("has nothing to say when all seeds hold, and leaves turns to others", async () => {
    let turns = 0;
    const count = (): void => {
      turns++;
      other = setImmediate(count);
    };
    let other = setImmediate(count);
    const held = tickers(() => {});
    const plan = { first: String(calm), count: 3, timeout: 10_000 };
    const complaint = await judge("name", held, plan, around);
    clearImmediate(other);
    expect(complaint).toBeUndefined();
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  it("says what was broken, when, by which faults, and how to run it again", async () => {
    const plan = { first: stopped, count: 50, timeout: 10_000 };
    const complaint = await judge(
      "it's (all) well",
      tickers(() => {}),
      plan,
      around,
    );
    const [head, shrunk, message, blank, script, ...end] = complaint!.split("\n");
    expect(head).toBe(`tickers broke NEVER-STOPPED at 1 s, seed ${stopped}`);
    // Another plan, and perhaps another seed: its times are not those of the run above.
    expect(shrunk).toMatch(
      /^ {2}what is left of its plan breaks it at [\d.]+ m?s, with seed \d+:$/,
    );
    expect([message, blank]).toEqual(["  it has lost some of its ticks", ""]);
    // Shrunk: when it is stopped, and for how long, may be another time.
    expect(script).toMatch(/^ {2}at [\d.]+ m?s for [\d.]+ m?s: stop n1$/);
    expect(end).toEqual([
      "",
      expect.stringMatching(/^ {2}shrunk: /),
      "",
      `  run it again: STORMGLASS_SEED=${stopped} npx vitest run -t ` +
        String.raw`'it'\''s \(all\) well'`,
    ]);
  });

  it("says so when a handler throws, and where", async () => {
    const faulty = tickers(() => {
      throw new Error("out of ticks");
    });
    const complaint = await judge(
      "name",
      faulty,
      { first: calm, count: 1, timeout: 10_000 },
      around,
    );
    expect(complaint).toMatch(/^tickers broke .* at 100 ms, seed \d+\n.*:\n {2}.*out of ticks\n/);
    expect(complaint).toContain("sim-test.test.ts:");
    expect(complaint).toContain("\n  it takes no fault and no operation\n");
  });

  it("says so when a run has no end", async () => {
    const endless = tickers(() => {
      while (true);
    });
    const complaint = await judge("name", endless, { first: calm, count: 1, timeout: 300 }, around);
    expect(complaint).toMatch(
      /^tickers: no end after 0\.3 s, seed \d+: this event has no end: #2 .* n1 timer tick\n\n/,
    );
    expect(complaint).toMatch(/ {2}run it again: STORMGLASS_SEED=\d+ npx vitest run -t name$/);
  });

  it("says so when a plan has no end", async () => {
    const endless = {
      ...tickers(() => {}),
      plan: () => {
        for (;;);
      },
    };
    const complaint = await judge("name", endless, { first: 7, count: 1, timeout: 300 }, around);
    expect(complaint).toBe(
      'tickers: its plan of seed "7" has no end after 0.3 s\n\n' +
        "  run it again: STORMGLASS_SEED=7 npx vitest run -t name",
    );
  });

  it("says of which seed a plan is refused, or was never drawn, and goes no further", async () => {
    const refused: Scenario = {
      ...tickers(() => {}),
      plan: () => {
        throw new UsageError("plan.servers: expected at least one, got none");
      },
    };
    const thrown = {
      ...refused,
      plan: () => {
        throw new Error("no plan today");
      },
    };
    const plan = { first: 7, count: 2, timeout: 5_000 };
    const again = "run it again: STORMGLASS_SEED=7 npx vitest run -t name";
    expect(await judge("name", refused, plan, around)).toBe(
      `tickers, seed 7: plan.servers: expected at least one, got none\n\n  ${again}`,
    );
    expect(await judge("name", thrown, plan, around)).toMatch(
      /^tickers, seed 7: its plan threw: no plan today \(test\/.*sim-test\.test\.ts:\d+:\d+\)\n/,
    );
  });

  it("gives up when a run leaves a promise without an end", async () => {
    const restless = endless();
    const act = (): Promise<unknown> =>
      judge("name", restless.scenario, { first: 7, count: 1, timeout: 300 }, restless.around);
    await expect(act()).rejects.toThrow("given up");
    const left = "the run is over, and a promise that it began has no end after 0.3 s";
    const again = "STORMGLASS_SEED=7 npx vitest run -t name";
    expect(restless.givenUp).toEqual([`tickers: ${left}, seed 7\n\n  run it again: ${again}`]);
  });

  it("says by host and event which handler has returned a promise without an end", async () => {
    const restless = endless();
    const asynchronous = tickers((env) => env.setTimer("tick", ms(100)));
    const scenario: Scenario = {
      ...asynchronous,
      simulate: (plan, options) => {
        const simulation = asynchronous.simulate(plan, options);
        const node = () => simulation.hosts[0]!.node as unknown as Record<string, unknown>;
        simulation.step();
        Reflect.set(node(), "onTimer", restless.promise);
        return simulation;
      },
    };
    const act = (): Promise<unknown> =>
      judge("name", scenario, { first: 7, count: 1, timeout: 300 }, restless.around);
    await expect(act()).rejects.toThrow("given up");
    expect(restless.givenUp).toEqual([
      expect.stringContaining(
        "no end after 0.3 s, seed 7; before that it broke EXCEPTION: AssertionError: " +
          "a handler has returned a promise, and nobody waits: n1 timer\n",
      ),
    ]);
  });

  it("says so when a run is not the same twice", async () => {
    let calls = 0;
    const moody = tickers((env) => env.emit(`call ${calls++}`));
    const complaint = await judge(
      "name",
      moody,
      { first: calm, count: 1, timeout: 10_000 },
      around,
    );
    expect(complaint).toMatch(
      /^tickers is not deterministic, seed \d+\n {2}plain, then recorded and strict: /,
    );
    expect(complaint).toContain("emit call");
    expect(complaint).toMatch(/\n\n {2}run it again: STORMGLASS_SEED=\d+ npx vitest run -t name$/);
  });

  it("judges what all runs together are to show, from 200 on", async () => {
    const hopeful = tickers(() => {}, ["never emitted"]);
    const only = String(calm);
    const few = await judge("name", hopeful, { first: only, count: 199, timeout: 10_000 }, around);
    const many = await judge("name", hopeful, { first: only, count: 200, timeout: 10_000 }, around);
    expect(few).toBeUndefined();
    expect(many).toBe(
      "tickers held, and proves too little:\n" +
        '  in 200 schedules nobody has seen "never emitted", as expected',
    );
  });

  simTest(
    "is one of vitest's",
    tickers(() => {}),
    { seeds: 1, from: calm },
  );
});

describe("what a test is to run", () => {
  const seeds = 100;

  it.each([
    [{ seeds }, {}, { first: 1, count: 100, timeout: 70_000 }],
    [{ seeds, from: 7, timeout: 5_000 }, {}, { first: 7, count: 100, timeout: 5_000 }],
    [{ seeds }, { STORMGLASS_SEEDS: "5000" }, { first: 1, count: 5_000, timeout: 3_500_000 }],
    [{ seeds }, { STORMGLASS_SEEDS: "10x" }, { first: 1, count: 1_000, timeout: 700_000 }],
    [{ seeds }, { STORMGLASS_SEEDS: "5" }, { first: 1, count: 5, timeout: 70_000 }],
    [{ seeds }, { STORMGLASS_SEEDS: "" }, { first: 1, count: 100, timeout: 70_000 }],
    [{ seeds, from: 7 }, { STORMGLASS_SEED: "17" }, { first: "17", count: 1, timeout: 70_000 }],
    [
      { seeds },
      { STORMGLASS_SEED: "a b", STORMGLASS_SEEDS: "9" },
      { first: "a b", count: 1, timeout: 70_000 },
    ],
  ])("of %j and %j is %j", (options, environment, planned) => {
    expect(planTest(options, environment)).toEqual(planned);
  });

  it.each([
    [{ seeds: 0 }, {}, "seeds: expected a whole number of at least 1, got 0"],
    [{ seeds, from: -1 }, {}, "from: expected a whole number of at least 0, got -1"],
    [{ seeds, timeout: 0 }, {}, "timeout: expected a whole number of at least 1, got 0"],
    ...["0", "-5", "5y", "x"].map((many): [object, object, string] => [
      { seeds },
      { STORMGLASS_SEEDS: many },
      `STORMGLASS_SEEDS: expected a number of seeds such as 5000, or 10x, got "${many}"`,
    ]),
  ])("is refused of %j and %j", (options, environment, message) => {
    expect(() => planTest({ seeds, ...options }, { ...environment })).toThrow(
      new UsageError(message),
    );
  });
});
