import { describe, expect, it } from "vitest";
import { type Fault, targetsOf } from "../../../src/sim/fault.ts";
import {
  type DrawnWeather,
  defaultSwarmOptions,
  drawWeather,
  SWARM_KINDS,
  type SwarmKind,
  type SwarmOptions,
} from "../../../src/sim/nemeses/swarm.ts";
import type { Transport } from "../../../src/sim/network/stream-options.ts";
import { Streams } from "../../../src/sim/random/random.ts";
import { defineScenario, plan, run } from "../../../src/sim/scenario.ts";
import { seconds } from "../../../src/sim/time.ts";
import { type ScriptedNode, scripted } from "../../support/scripted.ts";

const servers = ["n1", "n2", "n3", "n4", "n5"];
const field = {
  servers,
  clients: ["c1"],
  from: seconds(1),
  calm: seconds(10),
  horizon: seconds(20),
};
const SEEDS = Array.from({ length: 200 }, (_, i) => String(i));

function draw(seed: string, options: Partial<SwarmOptions> = {}, changes = {}): DrawnWeather {
  const all = { ...defaultSwarmOptions, targets: ["syncing"], ...options };
  return drawWeather(new Streams(seed), { ...field, ...changes }, all);
}

const endOf = ({ at, lasting }: Fault): number => at + lasting;
const weathers = SEEDS.map((seed) => draw(seed));

/** What strikes connections only. */
const OF_STREAMS: readonly SwarmKind[] = [
  ...(["streamDown", "streamReset", "streamTimeout", "slowClose"] as const),
  ...(["slicer", "limitData", "halfOpen"] as const),
];

/** The kinds of fault that some seeds draw of these on such links. */
function drawnOn(transport: Transport, kinds: readonly SwarmKind[]): ReadonlySet<string> {
  const seeds = SEEDS.slice(0, kinds.length === 1 ? 10 : SEEDS.length);
  const drawn = seeds.map((seed) => draw(seed, { kinds, keepsCore: false }, { transport }));
  return new Set(drawn.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
}

describe("the weather that a seed draws", () => {
  it("is the same for the same seed, and another for another", () => {
    expect(draw("7")).toEqual(draw("7"));
    expect(draw("8")).not.toEqual(draw("7"));
  });

  it("is of every kind in some runs, and of none in all", () => {
    for (const kind of new Set(weathers.flatMap(({ faults }) => faults.map((one) => one.kind)))) {
      const having = weathers.filter(({ faults }) => faults.some((fault) => fault.kind === kind));
      expect([kind, having.length > 5, having.length < 190]).toEqual([kind, true, true]);
    }
    for (const kind of SWARM_KINDS.filter((one) => one !== "byzantine")) {
      const transports = OF_STREAMS.includes(kind) ? "stream" : "datagram";
      expect([kind, drawnOn(transports, [kind]).size]).toEqual([kind, 1]);
    }
  });

  it("is what can strike the sort of links that there is", () => {
    const onStreams = drawnOn("stream", SWARM_KINDS);
    for (const kind of OF_STREAMS) expect([kind, onStreams.has(kind)]).toEqual([kind, true]);
    for (const kind of ["duplication", "reorder"] as const) {
      expect([kind, onStreams.has(kind)]).toEqual([kind, false]);
    }
    const onDatagrams = drawnOn("datagram", SWARM_KINDS);
    expect(OF_STREAMS.filter((kind) => onDatagrams.has(kind))).toEqual([]);
  });

  it("differs in strength: some runs meet a few faults, some hundreds", () => {
    const counts = weathers.map(({ faults }) => faults.length).sort((a, b) => a - b);
    expect(counts[0]).toBeLessThan(10);
    expect(counts.at(-1)).toBeGreaterThan(100);
  });

  it("is one of the kinds that a scenario allows", () => {
    const kinds = ["pause", "loss"] as const;
    const faults = SEEDS.flatMap((seed) => draw(seed, { kinds, keepsCore: false }).faults);
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(kinds));
  });

  it("needs as many servers as make sense of it", () => {
    const alone = SEEDS.flatMap((seed) => draw(seed, {}, { servers: ["n1"] }).faults);
    const kinds = new Set(alone.map(({ kind }) => kind));
    expect(kinds.has("crash")).toBe(true);
    expect([...kinds].filter((kind) => kind === "partition" || kind === "oneWay")).toEqual([]);
  });

  it("does not begin before its time, and leaves the core well in the calm", () => {
    for (const { faults, core } of weathers) {
      expect(faults.every(({ at }) => at >= field.from)).toBe(true);
      const late = faults.filter((fault) => endOf(fault) > field.calm);
      expect(late.flatMap(targetsOf).filter((id) => core.includes(id))).toEqual([]);
      expect(late.every((fault) => endOf(fault) === field.horizon)).toBe(true);
    }
  });

  it("leaves a core that is a majority, and breaks all others for good", () => {
    const sizes = weathers.map(({ core }) => core.length);
    expect(new Set(sizes)).toEqual(new Set([3, 4, 5]));
    for (const { faults, core } of weathers) {
      const broken = faults.filter((fault) => endOf(fault) === field.horizon).flatMap(targetsOf);
      expect([...core, ...broken].sort()).toEqual(servers);
    }
    const whole = SEEDS.map((seed) => draw(seed, { keepsCore: false }).core);
    expect(whole.every((core) => core.length === 5)).toBe(true);
  });
});

describe("Byzantine weather", () => {
  const league = (options: Partial<SwarmOptions>, changes = {}) =>
    SEEDS.map((seed) => draw(seed, options, { behaviours: ["forgets", "lies"], ...changes }));
  const isByzantine = (fault: Fault) => fault.kind === "byzantine";
  const liarsIn = ({ faults }: DrawnWeather): readonly string[] => [
    ...new Set(faults.filter(isByzantine).flatMap(targetsOf)),
  ];
  const two = league({ byzantineMax: 2 });

  it("is there where a scenario declares behaviours and allows some hosts", () => {
    expect(weathers.flatMap(liarsIn)).toEqual([]);
    expect(league({}).flatMap(liarsIn)).toEqual([]);
    expect(league({ byzantineMax: 2 }, { behaviours: [] }).flatMap(liarsIn)).toEqual([]);
    const behaviours = two.flatMap(({ faults }) =>
      faults.map((fault) => ("behaviour" in fault ? fault.behaviour : undefined)),
    );
    expect(new Set(behaviours)).toEqual(new Set([undefined, "forgets", "lies"]));
  });

  it("leaves all else as it is without it", () => {
    const honest = two.map(({ faults }) =>
      faults.filter((fault) => !isByzantine(fault) && endOf(fault) <= field.calm),
    );
    const without = weathers.map(({ faults }) =>
      faults.filter((fault) => endOf(fault) <= field.calm),
    );
    const isSame = honest.map((faults, i) => JSON.stringify(faults) === JSON.stringify(without[i]));
    // A run in which no kind was present has one picked, and that may be another.
    expect(isSame.filter((same) => !same).length).toBeLessThan(10);
  });

  it("is of no more hosts than may be, of each of them in some runs", () => {
    expect(new Set(two.map((weather) => liarsIn(weather).length))).toEqual(new Set([0, 1, 2]));
    expect(new Set(two.flatMap(liarsIn))).toEqual(new Set(servers));
    const among = league({ byzantineMax: 3, byzantineAmong: ["n2", "n4"] });
    expect(new Set(among.flatMap(liarsIn))).toEqual(new Set(["n2", "n4"]));
  });

  it("leaves whom it strikes out of the core, which is a majority all the same", () => {
    for (const weather of [...two, ...league({ byzantineMax: 2, keepsCore: false })]) {
      const liars = liarsIn(weather);
      expect(weather.core.filter((id) => liars.includes(id))).toEqual([]);
      expect(weather.core.length).toBeGreaterThanOrEqual(3);
    }
  });

  it("lasts for good in some runs, and in others is over when the calm begins", () => {
    const ends = two.flatMap(({ faults }) => faults.filter(isByzantine).map(endOf));
    expect(ends.filter((end) => end > field.calm && end < field.horizon)).toEqual([]);
    expect(ends).toContain(field.horizon);
    const brief = two.filter(
      (weather) =>
        liarsIn(weather).length > 0 &&
        weather.faults.filter(isByzantine).every((fault) => endOf(fault) <= field.calm),
    );
    expect(brief.length).toBeGreaterThan(5);
  });

  it("never strikes all servers", () => {
    const all = league({ byzantineMax: 5, kinds: ["byzantine", "loss"] });
    expect(all.flatMap(liarsIn)).toEqual([]);
  });
});

describe("a scenario that says nothing of its weather", () => {
  const program = scripted({
    onStart: (env) => env.setTimer("tick", 10_000),
    onTimer: (env) => {
      for (const to of ["n1", "n2", "n3"]) env.send(to, "hello");
      env.setTimer("tick", 10_000);
    },
  });
  const scenario = defineScenario<string, ScriptedNode>({
    ...{ name: "open", about: "Three servers greet.", server: program, invariants: () => [] },
    plan: () => ({ servers: ["n1", "n2", "n3"], horizon: seconds(4) }),
  });

  it("meets it until half-way, and it bites", () => {
    const results = SEEDS.slice(0, 20).map((seed) => run(scenario, plan(scenario, seed)));
    for (const { plan: drawn, violation } of results) {
      expect(violation).toBeUndefined();
      expect([drawn.calm, drawn.faults.length > 0]).toEqual([seconds(2), true]);
      expect(drawn.core.length).toBeGreaterThanOrEqual(2);
    }
    const bitten = results.filter(({ faults }) =>
      [...faults.values()].some(({ effective }) => effective > 0),
    );
    expect(bitten.length).toBeGreaterThan(15);
  });

  it("has none when it says so", () => {
    const calm = defineScenario<string, ScriptedNode>({
      ...{ name: "calm", about: "Nothing happens.", server: program, invariants: () => [] },
      plan: () => ({ servers: ["n1"], faults: [], horizon: seconds(1) }),
    });
    expect(plan(calm, "1").faults).toEqual([]);
  });

  it("is of the kinds to which a scenario narrows it", () => {
    const narrow = defineScenario<string, ScriptedNode>({
      ...{ name: "narrow", about: "It is slow.", server: program, invariants: () => [] },
      weather: { kinds: ["latency"], keepsCore: false },
      plan: () => ({ servers: ["n1", "n2"], horizon: seconds(1) }),
    });
    const kinds = SEEDS.flatMap((seed) => plan(narrow, seed).faults.map(({ kind }) => kind));
    expect(new Set(kinds)).toEqual(new Set(["latency"]));
  });
});
