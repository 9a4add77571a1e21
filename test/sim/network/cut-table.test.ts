import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DELIVER, LINK, NETWORK } from "../../../src/sim/event.ts";
import { Metrics } from "../../../src/sim/metrics.ts";
import type { Cut, Link } from "../../../src/sim/network/cut.ts";
import { Network } from "../../../src/sim/network/network.ts";
import { defaultNetworkOptions } from "../../../src/sim/network/network-options.ts";
import { plainWire } from "../../../src/sim/network/wire.ts";
import { NONE, Scheduler } from "../../../src/sim/queue/scheduler.ts";
import { constant, type Distribution } from "../../../src/sim/random/distribution.ts";
import { type NaiveArrival, type NaiveCut, NaiveLink } from "../../support/naive-link.ts";

const [N1, N2, N3] = [0, 1, 2];
const LINKS: readonly Link[] = [[N1, N2]];

interface Wire {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly told: string[];
}

function wire(latency: Distribution = constant(100), loss = 0): Wire {
  const scheduler = new Scheduler();
  const options = { ...defaultNetworkOptions, latency, loss };
  const network = new Network(scheduler, ["n1", "n2", "n3"], {
    ...{ seed: "1", options, wire: plainWire, metrics: new Metrics() },
    ...{ deliverKind: DELIVER, releaseKind: NETWORK },
  });
  const told: string[] = [];
  network.cuts.observer = {
    onDrop: (from, to, message, reason) => void told.push(`${from}->${to} ${message} ${reason}`),
    onHold: (from, to, message) => void told.push(`${from}->${to} ${message} held`),
    onTurn: (links, isDown) => void told.push(`${links.join(" ")} ${isDown ? "down" : "up"}`),
    onRelease: (from, to, message, at) => void told.push(`${from}->${to} ${message} for ${at}`),
  };
  return { scheduler, network, told };
}

function cut(fields: Partial<Cut> = {}): Cut {
  return {
    ...{ links: LINKS, inFlight: "lose", isClog: false, types: [], turns: undefined },
    ...fields,
  };
}

/** All that arrives from now on, up to a time; links go up and down meanwhile. */
function arrivals({ scheduler, network }: Wire, until: number): NaiveArrival[] {
  const found: NaiveArrival[] = [];
  for (let slot = scheduler.pop(until); slot !== NONE; slot = scheduler.pop(until)) {
    const [kind, from, to] = [scheduler.kind[slot], scheduler.from[slot]!, scheduler.host[slot]!];
    const [message, sequence] = [scheduler.payload[slot], scheduler.sequence[slot]!];
    scheduler.free(slot);
    if (kind === LINK) network.cuts.turn(Number(message));
    else if (!network.cuts.isSevered(from, to, sequence, message)) {
      found.push({ message, at: scheduler.now });
    }
  }
  return found;
}

/** Goes to a time, with what is due before it; returns that. */
function to(link: Wire, now: number): NaiveArrival[] {
  const found = arrivals(link, now - 1);
  link.scheduler.advance(now);
  return found;
}

const messagesOf = (found: readonly NaiveArrival[]): unknown[] =>
  found.map(({ message }) => message);
const timed = (found: readonly NaiveArrival[]): string[] =>
  found.map(({ message, at }) => `${message} at ${at}`);

describe("a cut", () => {
  it("stops one direction of one link, and nothing else", () => {
    const link = wire();
    link.network.cuts.begin(cut());
    for (const from of [N1, N2, N3]) {
      for (const to of [N1, N2, N3]) link.network.send(from, to, `${from}->${to}`);
    }
    const reached = messagesOf(arrivals(link, 1_000));
    expect(reached.sort()).toEqual([
      ...["0->0", "0->2", "1->0", "1->1", "1->2", "2->0", "2->1", "2->2"],
    ]);
    expect(link.network.cuts.isCut(N1, N2)).toBe(true);
    expect(link.network.cuts.isCut(N2, N1)).toBe(false);
  });

  it.each([
    ["lose", ["after at 160"]],
    ["deliver", ["before at 100", "after at 160"]],
    ["hold", ["before at 110", "after at 160"]],
  ] as const)(
    "has messages in flight %s, even if it is over when they are due",
    (inFlight, found) => {
      const link = wire();
      link.network.send(N1, N2, "before");
      to(link, 50);
      const number = link.network.cuts.begin(cut({ inFlight }));
      link.network.send(N1, N2, "during");
      to(link, 60);
      expect(link.network.cuts.bitesOf(number)).toBe(inFlight === "deliver" ? 1 : 2);
      link.network.cuts.end(number);
      link.network.send(N1, N2, "after");
      expect(timed(arrivals(link, 1_000))).toEqual(found);
    },
  );

  it("tells before from after also within one instant", () => {
    const link = wire(constant(0));
    link.network.send(N1, N2, "before");
    link.network.cuts.end(link.network.cuts.begin(cut()));
    link.network.send(N1, N2, "after");
    expect(messagesOf(arrivals(link, 1_000))).toEqual(["after"]);
  });

  it("lasts until the last of several on the link has ended", () => {
    const link = wire();
    const [one, other] = [link.network.cuts.begin(cut()), link.network.cuts.begin(cut())];
    link.network.cuts.end(one);
    link.network.send(N1, N2, "too early");
    expect(arrivals(link, 1_000)).toEqual([]);
    link.network.cuts.end(other);
    link.network.send(N1, N2, "in time");
    expect(messagesOf(arrivals(link, 2_000))).toEqual(["in time"]);
  });

  it("concerns only the types that it names; what has none passes", () => {
    const link = wire();
    const number = link.network.cuts.begin(cut({ types: ["vote", "append"] }));
    const messages = [{ type: "vote" }, { type: "read" }, { type: 7 }, "vote", { type: "append" }];
    for (const message of messages) link.network.send(N1, N2, message);
    expect(messagesOf(arrivals(link, 1_000))).toEqual([{ type: "read" }, { type: 7 }, "vote"]);
    expect(link.network.cuts.bitesOf(number)).toBe(2);
    expect(link.network.cuts.isCut(N1, N2)).toBe(false);
  });

  it("tells what it stops, what it holds, and what it releases for when", () => {
    const link = wire();
    link.network.send(N1, N2, "a");
    link.network.send(N1, N2, "b");
    const holding = link.network.cuts.begin(cut({ inFlight: "hold" }));
    to(link, 10);
    link.network.cuts.end(holding);
    link.network.cuts.begin(cut());
    link.network.send(N1, N2, "c");
    arrivals(link, 1_000);
    expect(link.told).toEqual([
      ...["0->1 a held", "0->1 b held", "0->1 a for 110", "0->1 b for 110"],
      ...["0->1 c cut", "0->1 a cut in flight", "0->1 b cut in flight"],
    ]);
  });

  it("loses what another one holds, at once", () => {
    const link = wire();
    link.network.send(N1, N2, "held");
    link.network.cuts.begin(cut({ inFlight: "hold" }));
    const losing = link.network.cuts.begin(cut());
    expect(link.told).toEqual(["0->1 held held", "0->1 held cut in flight"]);
    expect(link.network.cuts.bitesOf(losing)).toBe(1);
  });

  it("has no part in what was lost before it, or held and let go while it lasts", () => {
    const link = wire();
    link.network.send(N1, N2, "lost");
    link.network.cuts.end(link.network.cuts.begin(cut()));
    const later = link.network.cuts.begin(cut());
    expect(link.network.cuts.bitesOf(later)).toBe(0);
    const holding = link.network.cuts.begin(cut({ inFlight: "hold" }));
    expect(link.network.cuts.bitesOf(holding)).toBe(0);
  });

  it("that keeps held what another one lets go has its part in it", () => {
    const link = wire();
    link.network.send(N1, N2, "held");
    const first = link.network.cuts.begin(cut({ inFlight: "hold" }));
    const second = link.network.cuts.begin(cut({ inFlight: "deliver" }));
    expect(link.network.cuts.bitesOf(second)).toBe(0);
    link.network.cuts.end(first);
    expect(link.network.cuts.bitesOf(second)).toBe(1);
    to(link, 500);
    link.network.cuts.end(second);
    expect(timed(arrivals(link, 1_000))).toEqual(["held at 600"]);
  });

  it("is no loss: the two are counted apart", () => {
    const link = wire(constant(100), 1);
    link.network.cuts.begin(cut());
    link.network.send(N1, N2, "cut");
    expect(link.network.state.lost).toBe(0);
    expect(link.told).toEqual(["0->1 cut cut"]);
  });

  it("cannot end where there is none", () => {
    expect(() => wire().network.cuts.end(3)).toThrow("no such cut: 3");
  });
});

describe("a clog", () => {
  const clog = cut({ inFlight: "hold", isClog: true });

  it("delays what is under way and what is sent, in the order of sending", () => {
    const latencies = { kind: "uniform", min: 1, max: 1_000 } as const;
    const [open, clogged] = [wire(latencies), wire(latencies)];
    for (const link of [open, clogged]) for (let i = 0; i < 10; i++) link.network.send(N1, N2, i);
    const number = clogged.network.cuts.begin(clog);
    for (const link of [open, clogged]) {
      for (let i = 10; i < 20; i++) link.network.send(N1, N2, i);
    }
    expect(arrivals(clogged, 5_000)).toEqual([]);
    clogged.scheduler.advance(5_000);
    clogged.network.cuts.end(number);
    const found = arrivals(clogged, 9_000);
    const straight = arrivals(open, 9_000);
    expect(messagesOf(straight)).not.toEqual(messagesOf(found));
    expect(messagesOf(found)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    // The slowest so far holds up those behind it.
    const due = (i: number): number => 5_000 + straight.find(({ message }) => message === i)!.at;
    const expected = found.map((_, i) => Math.max(...found.slice(0, i + 1).map((__, j) => due(j))));
    expect(found.map(({ at }) => at)).toEqual(expected);
    expect(clogged.told.length).toBe(40);
  });

  it("loses nothing, but does not bring back what chance has lost", () => {
    const link = wire(constant(100), 1);
    const number = link.network.cuts.begin(clog);
    link.network.send(N1, N2, "lost");
    expect(link.network.cuts.bitesOf(number)).toBe(0);
    link.network.cuts.end(number);
    expect(arrivals(link, 1_000)).toEqual([]);
    expect(link.network.state.lost).toBe(1);
  });
});

describe("a cut that takes turns", () => {
  const flapping = cut({ turns: { down: 30, up: 20 } });

  it("begins with lying on its links, and ends wherever it is", () => {
    const link = wire(constant(1));
    const number = link.network.cuts.begin(flapping);
    const found: unknown[] = [];
    for (let now = 5; now < 200; now += 10) {
      found.push(...messagesOf(to(link, now)));
      if (now === 125) link.network.cuts.end(number);
      link.network.send(N1, N2, now);
      const isDown = now < 125 && now % 50 < 30;
      expect(link.network.cuts.isCut(N1, N2)).toBe(isDown);
    }
    expect(found).toEqual([35, 45, 85, 95, 125, 135, 145, 155, 165, 175, 185]);
    expect(link.scheduler.count).toBe(1);
    const turned = link.told.filter((line) => !line.includes("->"));
    expect(turned).toEqual(["0,1 up", "0,1 down", "0,1 up", "0,1 down"]);
  });
});

type Step =
  | { readonly act: "send"; readonly type: string; readonly latency: number }
  | { readonly act: "begin"; readonly cut: NaiveCut }
  | { readonly act: "end"; readonly which: number };

const arbitraryCut: fc.Arbitrary<NaiveCut> = fc.oneof(
  fc.record({
    inFlight: fc.constantFrom("lose" as const, "hold" as const, "deliver" as const),
    isClog: fc.constant(false),
    types: fc.subarray(["a", "b"]),
  }),
  fc.record({
    inFlight: fc.constant("hold" as const),
    isClog: fc.constant(true),
    types: fc.subarray(["a", "b"]),
  }),
);
const arbitraryStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant("send" as const),
      type: fc.constantFrom("a", "b", "c"),
      latency: fc.nat(50),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("begin" as const), cut: arbitraryCut }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("end" as const), which: fc.nat(3) }) },
);
/** In the end every cut ends. */
const arbitrarySteps = fc
  .array(fc.tuple(fc.nat(10), arbitraryStep), { maxLength: 60, size: "max" })
  .map((steps) => [...steps, ...steps.map(() => [0, { act: "end", which: 0 }] as const)]);

/** Plays steps on the table of cuts, through a network of latencies that the steps choose. */
class Played {
  readonly link = wire();
  readonly found: NaiveArrival[] = [];
  readonly cuts: number[] = [];

  play(now: number, step: Step, message: { readonly type: string }): void {
    const { network, scheduler } = this.link;
    const { cuts } = network;
    this.found.push(...to(this.link, now));
    if (step.act === "begin") this.cuts.push(cuts.begin({ ...cut(), ...step.cut }));
    else if (step.act === "end") {
      const [number] = this.cuts.splice(step.which % Math.max(1, this.cuts.length), 1);
      if (number !== undefined) cuts.end(number);
    } else if (!cuts.stops(N1, N2, message) && !cuts.holds(N1, N2, message, step.latency)) {
      scheduler.schedule(now + step.latency, DELIVER, N2, N1, message);
    }
  }
}

describe("cuts on one link, of every kind and in any order", () => {
  it("do to each message what a naive link does to it", () => {
    const property = fc.property(arbitrarySteps, (steps) => {
      const [played, naive] = [new Played(), new NaiveLink()];
      const naiveCuts: NaiveCut[] = [];
      let now = 0;
      steps.forEach(([wait, step], i) => {
        now += wait;
        const message = { type: step.act === "send" ? step.type : "", i };
        played.play(now, step, message);
        if (step.act === "send") naive.send(now, message, step.type, step.latency);
        else if (step.act === "begin") {
          const own = { ...step.cut };
          naiveCuts.push(own);
          naive.begin(now, own);
        } else {
          const [ended] = naiveCuts.splice(step.which % Math.max(1, naiveCuts.length), 1);
          if (ended !== undefined) naive.end(now, ended);
        }
      });
      naive.pass(10_000);
      played.found.push(...to(played.link, 10_000));
      const inOrder = (list: readonly NaiveArrival[]): string[] =>
        list.map((arrival) => JSON.stringify(arrival)).sort();
      expect(inOrder(played.found)).toEqual(inOrder(naive.arrivals));
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});
