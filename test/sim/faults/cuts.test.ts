import { describe, expect, it } from "vitest";
import type { Fault, FaultKind } from "../../../src/sim/fault.ts";
import {
  bridge,
  clog,
  flapping,
  isolate,
  oneWay,
  partition,
  ring,
} from "../../../src/sim/faults/cuts-by-hand.ts";
import { acrossRing } from "../../../src/sim/faults/links.ts";
import type { World } from "../../../src/sim/invariant.ts";
import { constant } from "../../../src/sim/random/distribution.ts";
import { Simulation } from "../../../src/sim/simulation.ts";
import { formatTrace } from "../../../src/sim/trace.ts";
import { CHATTERERS, chatter, deliveries, EVERY } from "../../support/chatter.ts";
import { scripted } from "../../support/scripted.ts";

const HORIZON = 8 * EVERY;
const LINKS = CHATTERERS.flatMap((from) => CHATTERERS.map((to) => `${from}->${to}`));

/** From just after the messages of 1,000 have left to just after those of 3,000 have. */
const span = { at: 1_100, lasting: 2_000 };

/** When messages of a link leave and arrive, as `1000>1300`, up to the horizon. */
function arrivalsOn(link: string, ...faults: readonly Fault[]): readonly string[] {
  const simulation = chatter(faults);
  simulation.run(HORIZON);
  return deliveries(simulation)
    .filter((line) => line.startsWith(`${link} `))
    .map((line) => line.replace(/.*sent at (\d+), arrived at (\d+)/, "$1>$2"));
}

const UNDISTURBED = [1, 2, 3, 4, 5, 6, 7].map((tick) => `${tick}000>${tick}300`);
const AFTERWARDS = UNDISTURBED.slice(3);

/** The links on which nothing that is sent while the fault lasts arrives before it ends. */
function cutLinks(kind: FaultKind): readonly string[] {
  const simulation = chatter([{ ...kind, ...span }]);
  simulation.run(span.at + span.lasting - 1);
  const open = deliveries(simulation).filter((line) => line.includes("sent at 2000"));
  return LINKS.filter((link) => !open.some((line) => line.startsWith(`${link} `)));
}

function effectOf(...faults: readonly Fault[]): unknown {
  const simulation = chatter(faults);
  simulation.run(HORIZON);
  return simulation.faults.get(faults.at(-1)!.kind)?.effective;
}

/** Whether the kind bites on links that talk, and on links that do not. */
function bites(kind: FaultKind): unknown {
  const silence: Fault = { kind: "stop", hosts: CHATTERERS, at: 100, lasting: HORIZON };
  return [effectOf({ ...kind, ...span }), effectOf(silence, { ...kind, ...span })];
}

describe("partition", () => {
  const groups = [["n1", "n2"], ["n3"]];

  it("cuts what is between its groups, not who is in none", () => {
    expect(cutLinks(partition(groups))).toEqual(["n1->n3", "n2->n3", "n3->n1", "n3->n2"]);
    expect(bites(partition(groups))).toEqual([1, 0]);
  });

  it.each([
    ["lose", AFTERWARDS],
    // 200 us of the way were left.
    ["hold", ["1000>3300", ...AFTERWARDS]],
    ["deliver", ["1000>1300", ...AFTERWARDS]],
  ] as const)("has what is under way %s, and loses what is sent", (inFlight, expected) => {
    expect(arrivalsOn("n1->n3", { ...partition(groups, { inFlight }), ...span })).toEqual(expected);
  });

  it("of some types lets the others pass", () => {
    const evens = partition(groups, { types: ["even"] });
    expect(arrivalsOn("n1->n3", { ...evens, ...span })).toEqual(
      UNDISTURBED.filter((arrival) => arrival !== "2000>2300"),
    );
    const others = partition(groups, { types: ["vote"] });
    expect(arrivalsOn("n1->n3", { ...others, ...span })).toEqual(UNDISTURBED);
    expect(bites(others)).toEqual([0, 0]);
  });

  it("that holds, with another that follows upon it, holds until both are over", () => {
    const [one, two, three] = (["hold", "hold", "deliver"] as const).map((inFlight) =>
      partition(groups, { inFlight }),
    );
    const first = { ...one!, at: 1_100, lasting: 500 };
    const second = { ...two!, at: 1_500, lasting: 1_000 };
    const third = { ...three!, at: 2_400, lasting: 1_000 };
    expect(arrivalsOn("n1->n3", first, second)).toEqual([
      ...["1000>2700", "3000>3300"],
      ...AFTERWARDS,
    ]);
    expect(arrivalsOn("n1->n3", first, second, third)).toEqual(["1000>3600", ...AFTERWARDS]);
  });

  it("that loses takes what another one holds", () => {
    const holding = { ...partition(groups, { inFlight: "hold" }), ...span };
    const losing: Fault = { ...isolate(["n3"]), at: 1_500, lasting: 10 };
    expect(arrivalsOn("n1->n3", holding, losing)).toEqual(AFTERWARDS);
    expect(effectOf(holding, losing)).toBe(1);
  });
});

describe("isolate", () => {
  it("cuts all from and to its hosts, among themselves too, never to oneself", () => {
    expect(cutLinks(isolate(["n1", "n2"]))).toEqual(
      LINKS.filter((link) => /n1|n2/.test(link) && link !== "n1->n1" && link !== "n2->n2"),
    );
    expect(bites(isolate(["n1", "n2"]))).toEqual([1, 0]);
  });
});

describe("oneWay", () => {
  it("cuts one direction", () => {
    expect(cutLinks(oneWay(["n1"], ["n2", "n1"]))).toEqual(["n1->n2"]);
    expect(bites(oneWay(["n1"], ["n2"]))).toEqual([1, 0]);
  });
});

describe("bridge", () => {
  const kind = bridge(["n1"], [["n2"], ["n3"]]);

  it("cuts what is between the halves; the bridge and who is in neither reach everybody", () => {
    expect(cutLinks(kind)).toEqual(["n2->n3", "n3->n2"]);
    expect(bites(kind)).toEqual([1, 0]);
  });

  it("takes a host that a half names as well for the bridge's", () => {
    expect(cutLinks(bridge(["n1"], [["everybody"], ["n3"]]))).toEqual([]);
    expect(cutLinks(bridge(["n1"], [["n3"], ["everybody"]]))).toEqual([
      ...["n2->n3", "n3->n2", "n3->n4", "n4->n3"],
    ]);
  });
});

describe("ring", () => {
  it("lets a host reach itself and its neighbours on the ring, in the order of the list", () => {
    expect(cutLinks(ring(["n1", "n3", "n2", "n4"]))).toEqual([
      ...["n1->n2", "n2->n1", "n3->n4", "n4->n3"],
    ]);
    expect(bites(ring(CHATTERERS))).toEqual([1, 0]);
  });

  it.each([
    [4, 3],
    [5, 3],
    [6, 5],
    [7, 5],
    [8, 5],
    [9, 5],
    [10, 7],
    [11, 7],
    [12, 7],
    [13, 7],
  ])("of %d hosts shows each of them %d, a majority, and no two the same", (count, size) => {
    const hosts = Array.from({ length: count }, (_, i) => i);
    const cut = acrossRing(hosts).map(String);
    const seen = hosts.map((host) => hosts.filter((other) => !cut.includes(`${host},${other}`)));
    expect(new Set(seen.map((list) => list.length))).toEqual(new Set([size]));
    expect(size * 2).toBeGreaterThan(count);
    expect(size).toBeLessThanOrEqual(Math.floor(count / 2) + 2);
    expect(new Set(seen.map(String)).size).toBe(count);
    expect(cut.filter((link) => !cut.includes(link.split(",").reverse().join(",")))).toEqual([]);
  });

  it.each([1, 2, 3])("of %d hosts cuts nothing", (count) => {
    expect(acrossRing(Array.from({ length: count }, (_, i) => i))).toEqual([]);
  });
});

describe("flapping", () => {
  const ends = { from: ["n1"], to: ["n2"] };
  // Down in [1100, 2600), [3200, 4700), and from 5300 on until it is over at 5600.
  const turns = { down: 1_500, up: 600 };
  const flap = { at: 1_100, lasting: 4_500 };

  it.each([
    // What is due at the very time at which the links go down, 5300, is still under way.
    ["lose", ["6000>6300", "7000>7300"]],
    // With 200 us left at 1100, 100 at 3200, and none at 5300.
    ["hold", ["1000>2800", "3000>4800", "5000>5600", "6000>6300", "7000>7300"]],
    ["deliver", ["1000>1300", "3000>3300", "5000>5300", "6000>6300", "7000>7300"]],
  ] as const)("begins with a cut, and each time has what is under way %s", (inFlight, expected) => {
    const fault = { ...flapping(ends, turns, { inFlight }), ...flap };
    expect(arrivalsOn("n1->n2", fault)).toEqual(expected);
    expect(arrivalsOn("n2->n1", fault)).toEqual(UNDISTURBED);
  });

  it("concerns the way back as well, when it is told to", () => {
    expect(cutLinks(flapping({ ...ends, bothWays: true }, turns))).toEqual(["n1->n2", "n2->n1"]);
    expect(bites(flapping(ends, turns))).toEqual([1, 0]);
    // Down for less than there is between two messages.
    const brief = { ...flapping(ends, { down: 100, up: 5_000 }), at: 1_400, lasting: 5_000 };
    expect(effectOf(brief)).toBe(0);
  });

  it("leaves no trace in the queue when it is over", () => {
    const simulation = chatter([{ ...flapping(ends, turns), ...flap }]);
    simulation.run(HORIZON);
    const turned = simulation.trace.filter(({ kind }) => kind === "link");
    expect(turned.map(({ at, payload }) => `${at} ${payload}`)).toEqual([
      ...["2600 up: n1->n2", "3200 down: n1->n2", "4700 up: n1->n2", "5300 down: n1->n2"],
    ]);
  });
});

describe("clog", () => {
  const ends = { from: ["n1"], to: ["n2"] };

  it("keeps all that is under way or sent until it is over, then lets it go on in order", () => {
    const clogged = { ...clog(ends), ...span };
    // The message of 1000 has 200 us left, those of 2000 and 3000 all of their 300.
    expect(arrivalsOn("n1->n2", clogged)).toEqual([
      ...["1000>3300", "2000>3400", "3000>3400"],
      ...AFTERWARDS,
    ]);
    expect(arrivalsOn("n2->n1", clogged)).toEqual(UNDISTURBED);
    expect(cutLinks(clog({ ...ends, bothWays: true }))).toEqual(["n1->n2", "n2->n1"]);
    expect(bites(clog(ends))).toEqual([1, 0]);
  });

  it("of some types lets the others pass", () => {
    expect(arrivalsOn("n1->n2", { ...clog(ends, { types: ["even"] }), ...span })).toEqual([
      ...["1000>1300", "3000>3300", "2000>3400"],
      ...AFTERWARDS,
    ]);
  });

  it("does not save what a cut loses", () => {
    const clogged = { ...clog(ends), ...span };
    const cut: Fault = { ...oneWay(["n1"], ["n2"]), at: 1_900, lasting: 200 };
    expect(arrivalsOn("n1->n2", clogged, cut)).toEqual(["3000>3400", ...AFTERWARDS]);
  });
});

describe("a link that no message can enter", () => {
  const isCutDuring = (kind: FaultKind): readonly boolean[] => {
    const seen: boolean[] = [];
    const simulation = new Simulation({
      ...{ seed: "1", servers: { n1: scripted(), n2: scripted() } },
      faults: [{ ...kind, at: 10, lasting: 100 }],
      invariants: [
        {
          name: "LOOK",
          onStep: ({ event, isCut }: World) => {
            if (event.host === undefined) seen.push(isCut("n1", "n2"));
            return undefined;
          },
        },
      ],
    });
    simulation.run(200);
    return seen;
  };

  it("is cut, as invariants see it: also a clogged one, and a flapping one that is down", () => {
    const ends = { from: ["n1"], to: ["n2"] };
    expect(isCutDuring(oneWay(["n1"], ["n2"], { inFlight: "hold" }))).toEqual([true, false]);
    expect(isCutDuring(oneWay(["n2"], ["n1"]))).toEqual([false, false]);
    expect(isCutDuring(clog(ends))).toEqual([true, false]);
    expect(isCutDuring(flapping(ends, { down: 40, up: 30 }))).toEqual([
      ...[true, false, true, false],
    ]);
  });

  it("is not cut if only some types of messages are", () => {
    expect(isCutDuring(oneWay(["n1"], ["n2"], { types: ["vote"] }))).toEqual([false, false]);
  });
});

describe("a run that goes on from a snapshot in the middle of cuts", () => {
  it("ends as if it had never stopped", () => {
    const ways = { from: ["n1"], to: ["n2", "n3"], bothWays: true };
    const turns = { down: 700, up: 900 };
    const faults: Fault[] = [
      { ...clog(ways, { types: ["odd"] }), at: 1_100, lasting: 3_000 },
      { ...isolate(["n4"], { inFlight: "hold", types: ["even"] }), at: 2_100, lasting: 1_000 },
      { ...flapping(ways, turns, { inFlight: "hold" }), at: 1_200, lasting: 5_000 },
      { ...oneWay(["n1"], ["n4"], { types: ["even"] }), at: 4_200, lasting: 1_000 },
    ];
    const whole = chatter(faults);
    whole.run(HORIZON);
    for (let until = 1_150; until < HORIZON; until += 250) {
      const first = chatter(faults);
      first.run(until);
      const rest = chatter(faults, {}, first.snapshot());
      rest.run(HORIZON);
      expect([rest.fingerprint, rest.steps]).toEqual([whole.fingerprint, whole.steps]);
      expect(rest.faults).toEqual(whole.faults);
    }
    expect([...whole.faults.values()].map(({ effective }) => effective)).toEqual([1, 1, 1, 1]);
  });
});

it("a trace names what cuts drop, hold and release", () => {
  const simulation = new Simulation({
    seed: "1",
    servers: {
      n1: scripted({ onStart: (env) => env.send("n2", "hello") }),
      n2: scripted({ onStart: (env) => env.send("n1", "welcome") }),
    },
    network: { latency: constant(5_000) },
    faults: [
      { ...oneWay(["n1"], ["n2"], { inFlight: "hold" }), at: 2_000, lasting: 4_000 },
      { ...oneWay(["n2"], ["n1"]), at: 3_000, lasting: 4_000 },
    ],
    trace: true,
  });
  simulation.run(20_000);
  const lines = formatTrace(simulation.trace).split("\n");
  const told = lines.filter((line) => / (drop|hold|release) to /.test(line));
  expect(told.map((line) => line.trim().replaceAll(/ +/g, " "))).toEqual([
    "#3 2.000 ms n1 hold to n2 hello",
    "#5 5.000 ms n2 drop to n1 welcome (cut in flight)",
    "#6 6.000 ms n1 release to n2 hello (arrives at 9 ms)",
  ]);
});
