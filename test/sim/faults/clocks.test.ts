import { describe, expect, it } from "vitest";
import type { Fault, FaultKind } from "../../../src/sim/fault.ts";
import { type ClockOptions, defaultClockOptions } from "../../../src/sim/host/clock.ts";
import { Simulation } from "../../../src/sim/simulation.ts";
import type { GivenOptions } from "../../../src/sim/simulation-options.ts";
import { brief, type Script, type ScriptedNode, scripted } from "../../support/scripted.ts";

/** One host, `n1`, whose wall clock begins at 0, and what befalls it. */
function simulate(
  script: Script,
  faults: readonly Fault[] = [],
  more: Partial<GivenOptions<string, ScriptedNode>> = {},
): Simulation<string, ScriptedNode> {
  const servers = { n1: scripted(script), n2: scripted() };
  const given = { seed: "1", servers, clocks: { epoch: 0 }, trace: true, faults };
  return new Simulation({ ...given, ...more });
}

/** What a program reads every 100 us of its own clock: `[true time, now, wall clock]`. */
type Reading = readonly [at: number, now: number, wall: number];

function readings(faults: readonly Fault[], until = 1_000, clocks = {}): readonly Reading[] {
  const seen: Reading[] = [];
  const simulation: Simulation<string, ScriptedNode> = simulate(
    {
      onStart: (env) => env.setTimer("look", 100),
      onTimer: (env) => {
        seen.push([simulation.now, env.now(), env.wallClock()]);
        env.setTimer("look", 100);
      },
    },
    faults,
    { clocks: { epoch: 0, hosts: {}, ...clocks } },
  );
  simulation.run(until);
  return seen;
}

const on = (kind: FaultKind, at: number, lasting: number): Fault => ({ ...kind, at, lasting });
const drift = (ppm: number): FaultKind => ({ kind: "clockDrift", hosts: ["n1"], ppm });
const step = (by: number): FaultKind => ({ kind: "clockStep", hosts: ["n1"], by });
const slew = (ppm: number): FaultKind => ({ kind: "clockSlew", hosts: ["n1"], ppm });

describe("clockDrift", () => {
  it("makes monotonic and wall time run fast, timers with them, and sets the wall right", () => {
    expect(readings([on(drift(1_000_000), 250, 250)], 700)).toEqual([
      [100, 100, 100],
      [200, 200, 200],
      // Set at 200 for 300; of the 100 us, 50 have passed at 250 and 50 take 25.
      [275, 300, 300],
      [325, 400, 400],
      [375, 500, 500],
      [425, 600, 600],
      [475, 700, 700],
      // Due at 800: the last 50 after 500, when the clock shows 750 and runs as it should again.
      [550, 800, 550],
      [650, 900, 650],
    ]);
  });

  it("makes both run slow, and adds up when drifts overlap, within bounds", () => {
    const both = [on(drift(-300_000), 0, 10_000), on(drift(-300_000), 0, 10_000)];
    // Together -600,000, but never below half of true time.
    expect(readings(both, 600).map(([at, now]) => [at, now])).toEqual([
      ...[
        [200, 100],
        [400, 200],
        [600, 300],
      ],
    ]);
    const mixed = [on(drift(-300_000), 0, 10_000), on(drift(300_000), 0, 10_000)];
    expect(readings(mixed, 300)).toEqual(readings([], 300));
  });

  it("strikes only its hosts", () => {
    const other: Fault = { kind: "clockDrift", hosts: ["n2"], ppm: 500_000, at: 0, lasting: 900 };
    expect(readings([other])).toEqual(readings([]));
  });

  it("moves timers in the order in which they were due", () => {
    const simulation = simulate(
      {
        onStart: (env) => {
          env.setTimer("second", 100);
          env.setTimer("first", 99);
        },
      },
      // After 49 true microseconds the clock shows 98, after 50 it shows 100.
      [on(drift(1_000_000), 0, 500)],
    );
    simulation.run(500);
    const fired = simulation.trace.filter(({ kind }) => kind === "timer");
    expect(fired.map(({ at, payload }) => [at, payload])).toEqual([
      ...[
        [50, "first"],
        [50, "second"],
      ],
    ]);
  });

  it.each<[string, Script, number]>([
    ["a timer was moved", { onStart: (env) => env.setTimer("t", 500) }, 1],
    ["somebody read the clock", { onMessage: (env) => void env.now() }, 1],
    ["somebody read the wall clock", { onMessage: (env) => void env.wallClock() }, 1],
    ["nobody has timers or looks", {}, 0],
  ])("is effective when it shows: %s", (_what, n1, effective) => {
    const tell: Script = {
      onStart: (env) => env.setTimer("tell", 100),
      onTimer: (env) => env.send("n1", "look"),
    };
    const servers = { n1: scripted(n1), n2: scripted(tell) };
    const network = { latency: { kind: "constant", value: 50 } } as const;
    const faults = [on(drift(200_000), 100, 100)];
    const simulation = new Simulation({ seed: "1", servers, network, faults });
    simulation.run(1_000);
    expect(simulation.faults.get("clockDrift")?.effective).toBe(effective);
  });
});

describe("clockStep", () => {
  it("puts the wall clock forward or back, and back or forward again at its end", () => {
    expect(readings([on(step(5_000), 150, 100), on(step(-70), 350, 200)], 600)).toEqual([
      [100, 100, 100],
      [200, 200, 5_200],
      [300, 300, 300],
      [400, 400, 330],
      [500, 500, 430],
      [600, 600, 600],
    ]);
  });

  it("adds up when steps overlap", () => {
    const both = [on(step(5_000), 50, 300), on(step(-1_000), 150, 100)];
    expect(readings(both, 400).map(([, , wall]) => wall)).toEqual([5_100, 4_200, 5_300, 400]);
  });

  it("is effective when somebody read the wall clock, and not for the monotonic one", () => {
    const look = (read: Script["onTimer"]): number | undefined => {
      const script = { onStart: (env) => env.setTimer("look", 100), onTimer: read } as Script;
      const simulation = simulate(script, [on(step(5), 50, 100)]);
      simulation.run(500);
      return simulation.faults.get("clockStep")?.effective;
    };
    expect(look((env) => void env.wallClock())).toBe(1);
    expect(look((env) => void env.now())).toBe(0);
  });
});

describe("clockSlew", () => {
  it("makes the wall clock gain on the monotonic one, and lose it all at its end", () => {
    expect(readings([on(slew(100_000), 100, 250)], 400)).toEqual([
      [100, 100, 100],
      [200, 200, 210],
      [300, 300, 320],
      [400, 400, 400],
    ]);
  });

  it("adds up when slews overlap, and follows the host's own rate", () => {
    const faults = [on(slew(100_000), 0, 400), on(slew(-300_000), 0, 400)];
    expect(readings(faults, 200).map(([, , wall]) => wall)).toEqual([80, 160]);
    const fast = { hosts: { n1: { offset: 0, driftPpm: 1_000_000 } } };
    expect(readings(faults, 100, fast)).toEqual([
      [50, 100, 80],
      [100, 200, 160],
    ]);
  });

  it("is effective when somebody read the wall clock wrong", () => {
    const look = (delay: number): number | undefined => {
      const simulation = simulate(
        {
          onStart: (env) => env.setTimer("look", delay),
          onTimer: (env) => void env.wallClock(),
        },
        [on(slew(10_000), 50, 300)],
      );
      simulation.run(500);
      return simulation.faults.get("clockSlew")?.effective;
    };
    // One in a hundred: after 99 us nothing shows, after 100 a microsecond.
    expect([look(149), look(150), look(351)]).toEqual([0, 1, 0]);
  });
});

describe("clocks of one's own", () => {
  it("are ahead by their offset and run at their rate", () => {
    const n1 = { offset: -70, driftPpm: -500_000 };
    expect(readings([], 400, { hosts: { n1 } })).toEqual([
      [200, 100, 30],
      [400, 200, 130],
    ]);
  });

  const nowAtStart = (
    kind: "crash" | "stop" | "wipe",
    hosts: ClockOptions["hosts"],
  ): readonly number[][] => {
    const seen: number[][] = [];
    const simulation = simulate(
      { onStart: (env) => void seen.push([env.now(), env.wallClock()]) },
      [{ kind, hosts: ["n1"], at: 30, lasting: 20 }],
      { clocks: { epoch: 0, hosts }, disk: { damagedHostsMax: 1 } },
    );
    simulation.run(100);
    return seen;
  };

  it("begin at 0 when the machine is switched on, and the wall clock goes on", () => {
    const hosts = { n1: { offset: 5, driftPpm: 0 } };
    expect(nowAtStart("crash", hosts)).toEqual([
      [0, 5],
      [0, 55],
    ]);
    expect(nowAtStart("wipe", hosts)[1]).toEqual([0, 55]);
  });

  it("survive a stop of the process, and those that are perfect survive everything", () => {
    const hosts = { n1: { offset: 5, driftPpm: 0 } };
    expect(nowAtStart("stop", hosts)[1]).toEqual([50, 55]);
    expect(nowAtStart("crash", {})[1]).toEqual([50, 50]);
  });

  it("begin in a year in which people live", () => {
    const simulation = simulate({ onStart: (env) => env.emit("wall", env.wallClock()) }, [], {
      clocks: {},
    });
    simulation.run(1);
    expect(simulation.trace[1]?.payload).toEqual({
      ...{ event: "wall", data: defaultClockOptions.epoch },
    });
    expect(defaultClockOptions.epoch / 1_000).toBe(Date.UTC(2026, 0));
    expect(brief(simulation.trace)[1]).toBe("0 n1 emit");
  });
});
