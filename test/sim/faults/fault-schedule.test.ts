import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Fault, FaultKind, InFlight } from "../../../src/sim/fault.ts";
import {
  bridge,
  clog,
  flapping,
  isolate,
  oneWay,
  partition,
  ring,
} from "../../../src/sim/faults/cuts-by-hand.ts";
import { constant, uniform } from "../../../src/sim/random/distribution.ts";
import { Simulation } from "../../../src/sim/simulation.ts";
import type { SimulationOptions } from "../../../src/sim/simulation-options.ts";
import {
  CHATTERERS,
  chatter,
  deliveries,
  delivery,
  EVERY,
  touches,
  typeAt,
} from "../../support/chatter.ts";
import { type NaiveArrival, type NaiveCut, NaiveLink } from "../../support/naive-link.ts";
import { brief, heardBy, type ScriptedNode, scripted } from "../../support/scripted.ts";

const HORIZON = 12 * EVERY;
const LATENCY = 310;

const arbitraryHosts = fc.uniqueArray(fc.constantFrom(...CHATTERERS), { minLength: 1 });
const arbitraryRules = {
  inFlight: fc.constantFrom("lose" as const, "hold" as const, "deliver" as const),
  types: fc.subarray(["even", "odd"]),
};
/** Not from a host to itself alone. */
const arbitraryEnds = fc
  .record({ from: arbitraryHosts, to: arbitraryHosts })
  .filter(({ from, to }) => from.length > 1 || to.length > 1 || from[0] !== to[0]);
/** Turns of their own, so that links go up and down when nothing else happens. */
const arbitraryTurn = fc.integer({ min: 1, max: 3 }).map((ticks) => ticks * EVERY + 7);
const arbitraryGroups = fc
  .tuple(fc.shuffledSubarray(CHATTERERS, { minLength: 2 }), fc.integer({ min: 1, max: 3 }))
  .map(([hosts, size]) => [hosts.slice(0, size), hosts.slice(size)])
  .filter((groups) => groups.every((group) => group.length > 0));
const arbitraryKind: fc.Arbitrary<FaultKind> = fc.oneof(
  fc.record({ kind: fc.constantFrom("crash", "stop"), hosts: arbitraryHosts }),
  fc.record({ kind: fc.constant("isolate"), hosts: arbitraryHosts, ...arbitraryRules }),
  fc.record({ kind: fc.constant("partition"), groups: arbitraryGroups, ...arbitraryRules }),
  fc
    .record({ ends: arbitraryEnds, rules: fc.record(arbitraryRules) })
    .map(({ ends, rules }) => oneWay(ends.from, ends.to, rules)),
  fc
    .record({ hosts: fc.shuffledSubarray(CHATTERERS, { minLength: 3 }), ...arbitraryRules })
    .map(({ hosts: [one, two, ...rest], ...rules }) => bridge([one!], [[two!], rest], rules)),
  fc
    .record({ hosts: fc.shuffledSubarray(CHATTERERS, { minLength: 4 }), ...arbitraryRules })
    .map(({ hosts, ...rules }) => ring(hosts, rules)),
  fc
    .record({ ends: arbitraryEnds, bothWays: fc.boolean(), ...arbitraryRules })
    .chain(({ ends, bothWays, ...rules }) =>
      fc
        .record({ up: arbitraryTurn, down: arbitraryTurn })
        .map((turns) => flapping({ ...ends, bothWays }, turns, rules)),
    ),
  fc
    .record({ ends: arbitraryEnds, bothWays: fc.boolean(), types: arbitraryRules.types })
    .map(({ ends, bothWays, types }) => clog({ ...ends, bothWays }, { types })),
);
/**
 * Messages leave on the full millisecond and arrive at 300 us behind it: faults begin and end at
 * other times, some while messages are in flight, so that no two things happen at once.
 */
const arbitraryFault: fc.Arbitrary<Fault> = fc
  .record({
    kind: arbitraryKind,
    tick: fc.nat(9),
    begin: fc.constantFrom(100, 500),
    ticks: fc.integer({ min: 1, max: 5 }),
    end: fc.constantFrom(200, 600),
  })
  .map(({ kind, tick, begin, ticks, end }) => ({
    ...kind,
    at: tick * EVERY + begin,
    lasting: ticks * EVERY + end - begin,
  }));
/** Each begins at a microsecond of its own, so that the links of no two turn at once. */
const arbitraryFaults = fc
  .array(arbitraryFault, { minLength: 1, maxLength: 5 })
  .map((faults) => faults.map((fault, i) => ({ ...fault, at: fault.at + i })));

const isDown = ({ kind }: Fault): boolean => kind === "crash" || kind === "stop";
const isActive = ({ at, lasting }: Fault, now: number): boolean => at <= now && now < at + lasting;

/** What must arrive, worked out from the schedule alone. */
function expectedDeliveries(faults: readonly Fault[]): string[] {
  const isUp = (host: string, now: number): boolean =>
    !faults.some((fault) => isDown(fault) && touches(fault, host, host) && isActive(fault, now));
  return CHATTERERS.flatMap((from) =>
    CHATTERERS.flatMap((to) => {
      const cuts = faults.filter((fault) => !isDown(fault) && touches(fault, from, to));
      const times = Array.from({ length: HORIZON / EVERY }, (_, i) => (i + 1) * EVERY);
      return onLink(
        cuts,
        times.filter((sentAt) => isUp(from, sentAt)),
      )
        .filter(({ at }) => at <= HORIZON && isUp(to, at))
        .map(({ message, at }) => delivery(from, to, Number(message), at));
    }),
  );
}

/** What a link that some faults cut brings of messages that are sent at some times. */
function onLink(faults: readonly Fault[], times: readonly number[]): readonly NaiveArrival[] {
  const link = new NaiveLink();
  const acts = times.map((at) => ({
    at,
    act: () => link.send(at, at, typeAt(at), LATENCY),
  }));
  for (const fault of faults) {
    for (const [begin, end] of spellsOf(fault)) {
      const cut = cutOf(fault);
      acts.push({ at: begin, act: () => link.begin(begin, cut) });
      acts.push({ at: end, act: () => link.end(end, cut) });
    }
  }
  acts.sort((a, b) => a.at - b.at);
  for (const { act } of acts) act();
  link.pass(Number.MAX_SAFE_INTEGER);
  return link.arrivals;
}

/** When a fault's links are cut, from and to. */
function spellsOf(fault: Fault): (readonly [number, number])[] {
  const last = fault.at + fault.lasting;
  if (fault.kind !== "flapping") return [[fault.at, last]];
  const spells: [number, number][] = [];
  for (let at = fault.at; at < last; at += fault.down + fault.up) {
    spells.push([at, Math.min(at + fault.down, last)]);
  }
  return spells;
}

function cutOf(fault: Fault): NaiveCut {
  if (fault.kind === "clog") return { inFlight: "hold", isClog: true, types: fault.types };
  if (!("inFlight" in fault)) throw new Error(`no cut: ${fault.kind}`);
  return { inFlight: fault.inFlight, isClog: false, types: fault.types };
}

describe("what a schedule lets through", () => {
  const span = { at: 100, lasting: 3 * EVERY };

  it.each<[string, FaultKind, readonly string[]]>([
    [
      "a partition: what crosses between its groups, not who is in none",
      partition([["n1", "n2"], ["n3"]]),
      ["n1->n3", "n2->n3", "n3->n1", "n3->n2"],
    ],
    [
      "a partition in three: what crosses between any two",
      partition([["n1"], ["n2"], ["n3"]]),
      ["n1->n2", "n1->n3", "n2->n1", "n2->n3", "n3->n1", "n3->n2"],
    ],
    [
      "an isolation: all from and to its hosts, also among themselves, never to oneself",
      isolate(["n1", "n2"]),
      [
        ...["n1->n2", "n1->n3", "n1->n4", "n2->n1", "n2->n3", "n2->n4"],
        ...["n3->n1", "n3->n2", "n4->n1", "n4->n2"],
      ],
    ],
    ["a one-way cut: one direction", oneWay(["n1"], ["n2", "n3"]), ["n1->n2", "n1->n3"]],
  ])("is all but, with %s", (_what, kind, stopped) => {
    const simulation = chatter([{ ...span, ...kind }]);
    simulation.run(2 * EVERY);
    const links = CHATTERERS.flatMap((from) => CHATTERERS.map((to) => `${from}->${to}`));
    const open = links.filter((link) => !stopped.includes(link));
    expect(deliveries(simulation)).toEqual(
      open.map((link) => `${link} sent at 1000, arrived at 1300`),
    );
    // At 3,100 it is over: everything passes again.
    simulation.run(4 * EVERY + 300);
    const after = deliveries(simulation).filter((line) => line.includes("sent at 4000"));
    expect(after.length).toBe(16);
  });

  it("is what each of its faults, taken alone, lets through", () => {
    const property = fc.property(arbitraryFaults, (faults) => {
      const simulation = chatter(faults, { latency: constant(LATENCY) });
      simulation.run(HORIZON);
      expect([...deliveries(simulation)].sort()).toEqual(expectedDeliveries(faults).sort());
      expect(simulation.hosts.filter(({ node }) => node === undefined).length).toBe(
        CHATTERERS.filter((host) =>
          faults.some(
            (fault) => isDown(fault) && touches(fault, host, host) && isActive(fault, HORIZON),
          ),
        ).length,
      );
    });
    fc.assert(property, { numRuns: 150 });
  });

  it("changes, without one fault, on links which that fault touched, and only there", () => {
    const noisy = { latency: uniform(1, 5_000), loss: 0.2, duplication: 0.2 };
    const property = fc.property(arbitraryFaults, fc.nat(), (faults, number) => {
      const removed = faults[number % faults.length]!;
      const [all, fewer] = [
        chatter(faults, noisy),
        chatter(
          faults.filter((fault) => fault !== removed),
          noisy,
        ),
      ];
      all.run(HORIZON);
      fewer.run(HORIZON);
      const isUntouched = (from: string, to: string): boolean => !touches(removed, from, to);
      expect(deliveries(fewer, isUntouched)).toEqual(deliveries(all, isUntouched));
    });
    fc.assert(property, { numRuns: 150 });
  });

  it("does not change on a link by who else talks on others", () => {
    const noisy = { latency: uniform(1, 5_000), loss: 0.2, duplication: 0.2 };
    const onLink = (from: string, to: string): boolean => from === "n1" && to === "n2";
    const silence: Fault = { kind: "crash", hosts: ["n3", "n4"], at: 0, lasting: HORIZON };
    const [all, fewer] = [chatter([], noisy), chatter([silence], noisy)];
    all.run(HORIZON);
    fewer.run(HORIZON);
    expect(deliveries(fewer).length).toBeLessThan(deliveries(all).length);
    expect(deliveries(fewer, onLink)).toEqual(deliveries(all, onLink));
  });
});

describe("the account", () => {
  const kinds: readonly FaultKind[] = [
    { kind: "crash", hosts: ["n1"] },
    { kind: "stop", hosts: ["n1"] },
    partition([["n1"], ["n2", "n3", "n4"]]),
    isolate(["n1"]),
    oneWay(["n1"], ["n2"]),
    bridge(["n1"], [["n2"], ["n3", "n4"]]),
    ring(CHATTERERS),
    flapping({ from: ["n1"], to: ["n2"] }, { down: EVERY, up: EVERY }),
    clog({ from: ["n1"], to: ["n2"] }),
  ];

  it.each(kinds.map((kind) => [kind.kind, kind] as const))(
    "of a %s that bit says so, while it lasts and after",
    (name, kind) => {
      const simulation = chatter([{ ...kind, at: 100, lasting: 3 * EVERY }]);
      expect(simulation.faults.get(name)).toEqual({ offered: 1, injected: 0, effective: 0 });
      simulation.run(2 * EVERY);
      expect(simulation.faults.get(name)).toEqual({ offered: 1, injected: 1, effective: 1 });
      simulation.run(HORIZON);
      expect(simulation.faults.get(name)).toEqual({ offered: 1, injected: 1, effective: 1 });
    },
  );

  it.each(kinds.map((kind) => [kind.kind, kind] as const))(
    "of a %s that could not bite says so: its host is down, its links are idle",
    (name, kind) => {
      const all: Fault = { kind: "stop", hosts: CHATTERERS, at: 100, lasting: 5 * EVERY };
      const simulation = chatter([all, { ...kind, at: 500, lasting: EVERY }]);
      simulation.run(HORIZON);
      const own = name === "stop" ? 1 : 0;
      expect(simulation.faults.get(name)).toEqual({
        ...{ offered: 1 + own, injected: 1 + own, effective: own },
      });
    },
  );

  it("of a cut that begins and ends between two messages has no effect in it", () => {
    const brief: Fault = { ...isolate(["n1"]), at: 1_400, lasting: 500 };
    const simulation = chatter([brief]);
    simulation.run(HORIZON);
    expect(simulation.faults.get("isolate")).toEqual({ offered: 1, injected: 1, effective: 0 });
  });

  it("of a cut that stops what is in flight alone has it as an effect", () => {
    // Sent at 1,000, due at 1,300.
    const effective = (inFlight: InFlight, lasting: number): number | undefined => {
      const simulation = chatter([{ ...isolate(["n1"], { inFlight }), at: 1_100, lasting }]);
      simulation.run(HORIZON);
      return simulation.faults.get("isolate")?.effective;
    };
    // Over before they are due, or after.
    for (const lasting of [50, 500]) {
      expect(effective("lose", lasting)).toBe(1);
      expect(effective("hold", lasting)).toBe(1);
      expect(effective("deliver", lasting)).toBe(0);
    }
  });

  it("does not credit a cut with what an earlier one on the link has stopped", () => {
    const earlier: Fault = { ...isolate(["n1"]), at: 900, lasting: 200 };
    const later: Fault = { ...isolate(["n1"]), at: 1_400, lasting: 500 };
    const simulation = chatter([earlier, later]);
    simulation.run(HORIZON);
    expect(simulation.faults.get("isolate")).toEqual({ offered: 2, injected: 2, effective: 1 });
  });

  it("names kinds that were planned, and no others", () => {
    const simulation = chatter([{ kind: "stop", hosts: ["n1"], at: 100, lasting: 5 }]);
    expect([...simulation.faults.keys()]).toEqual(["stop"]);
  });
});

describe("a fault that waits for its target", () => {
  /** `leader` is nobody before 50, then n1, and from 80 on n2. */
  const targets: SimulationOptions<string, ScriptedNode>["targets"] = {
    leader: ({ now }) => (now < 50 ? [] : now < 80 ? ["n1"] : ["n2"]),
    nobody: () => [],
  };
  const program = scripted({
    onStart: (env) => env.setTimer("tick", 10),
    onTimer: (env) => env.setTimer("tick", 10),
  });
  const simulate = (faults: readonly Fault[], calm = 1_000): Simulation<string, ScriptedNode> => {
    const servers = { n1: program, n2: program };
    return new Simulation({ seed: "1", servers, targets, faults, calm, trace: true });
  };
  const weather = (simulation: Simulation<string, ScriptedNode>): readonly string[] =>
    brief(simulation.trace).filter((line) => !/timer|send|deliver/.test(line));

  it("begins when there is one, and lasts its whole time from then on", () => {
    const simulation = simulate([{ kind: "stop", hosts: ["leader"], at: 15, lasting: 40 }]);
    simulation.run(49);
    expect(simulation.faults.get("stop")).toEqual({ offered: 1, injected: 0, effective: 0 });
    simulation.run(200);
    expect(weather(simulation).slice(2)).toEqual([
      "15 weather fault begins",
      "50 n1 stop",
      "50 weather fault begins",
      "90 weather fault ends",
      "90 n1 start",
    ]);
    expect(simulation.trace.find(({ kind }) => kind === "fault begins")?.note).toBe(
      "waits for its target",
    );
    expect(simulation.faults.get("stop")).toEqual({ offered: 1, injected: 1, effective: 1 });
  });

  it("releases those whom it struck, whoever the target is by then", () => {
    const simulation = simulate([{ kind: "crash", hosts: ["leader"], at: 60, lasting: 40 }]);
    simulation.run(200);
    // At 100 the leader is n2; it is n1 that starts again.
    expect(weather(simulation)).toContain("100 n1 start");
    expect(simulation.hosts.map(({ life }) => life)).toEqual([2, 1]);
  });

  it("waits for all of its targets", () => {
    const cut: Fault = {
      ...oneWay(["n2"], ["leader"]),
      ...{ at: 15, lasting: 40 },
    };
    const simulation = simulate([cut]);
    simulation.run(200);
    expect(weather(simulation)).toContain("50 weather fault begins");
    expect(weather(simulation)).toContain("90 weather fault ends");
  });

  it("waits for ever for nobody, and leaves the others alone", () => {
    const simulation = simulate([
      { kind: "stop", hosts: ["n1", "nobody"], at: 5, lasting: 10 },
      { kind: "crash", hosts: ["n2"], at: 5, lasting: 10 },
    ]);
    simulation.run(200);
    expect(simulation.faults.get("stop")).toEqual({ offered: 1, injected: 0, effective: 0 });
    expect(simulation.faults.get("crash")?.effective).toBe(1);
    expect(simulation.hosts.map(({ life }) => life)).toEqual([1, 2]);
  });

  it("may mean several hosts, and none of them twice", () => {
    const simulation = simulate([{ kind: "stop", hosts: ["everybody", "n1"], at: 5, lasting: 10 }]);
    simulation.run(15);
    expect(simulation.hosts.map(({ life }) => life)).toEqual([2, 2]);
    expect(heardBy(simulation, "n1")).toEqual(["start"]);
    expect(simulation.faults.get("stop")?.effective).toBe(1);
  });

  it("puts a host that two groups name into the first", () => {
    const cut: Fault = {
      ...partition([["n1"], ["everybody"]]),
      ...{ at: 5, lasting: 10 },
    };
    const seen: boolean[] = [];
    const simulation = new Simulation<string, ScriptedNode>({
      ...{ seed: "1", servers: { n1: program, n2: program }, targets, faults: [cut] },
      invariants: [{ name: "LOOK", onStep: ({ isCut }) => void seen.push(isCut("n1", "n2")) }],
    });
    simulation.run(20);
    // Two starts, the fault's beginning, two timers, its end, two timers.
    expect(seen).toEqual([false, false, true, true, true, false, false, false]);
  });

  it.each([
    ["ends when the calm begins", 70, "70 weather fault ends"],
    ["ends as planned, in the calm or not", 20, "55 weather fault ends"],
  ])("%s", (_, calm, last) => {
    const simulation = simulate([{ kind: "stop", hosts: ["leader"], at: 15, lasting: 40 }], calm);
    simulation.run(200);
    expect(weather(simulation)).toContain(last);
  });

  it("never begins when the calm begins before there is a target", () => {
    const simulation = simulate([{ kind: "stop", hosts: ["leader"], at: 15, lasting: 20 }], 40);
    simulation.run(200);
    expect(simulation.faults.get("stop")).toEqual({ offered: 1, injected: 0, effective: 0 });
  });

  it("is refused when nobody knows its name", () => {
    expect(() => simulate([{ kind: "stop", hosts: ["n9"], at: 5, lasting: 10 }])).toThrow(
      /^faults\[0\].hosts\[0\]: expected one of n1, n2, .* got "n9"$/,
    );
  });
});
