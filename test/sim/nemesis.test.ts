import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkFault, checkFaults, type Fault, targetsOf } from "../../src/sim/fault.ts";
import { clockDrifts, clockSlews, clockSteps } from "../../src/sim/nemeses/clocks.ts";
import {
  bridges,
  clogs,
  flappings,
  isolations,
  oneWayCuts,
  partitions,
  rings,
  swizzleClogs,
} from "../../src/sim/nemeses/cuts.ts";
import {
  bitRots,
  failedSyncs,
  fullDisks,
  lostWrites,
  misdirectedWrites,
  slowDisks,
} from "../../src/sim/nemeses/disk.ts";
import { byzantines, crashPoints, pauses, slowCpus, wipes } from "../../src/sim/nemeses/hosts.ts";
import {
  dataLimits,
  halfOpens,
  slicers,
  slowCloses,
  streamDowns,
  streamResets,
  streamTimeouts,
} from "../../src/sim/nemeses/streams.ts";
import {
  bandwidths,
  burstLosses,
  corruptions,
  duplications,
  latencies,
  losses,
  reorderings,
} from "../../src/sim/nemeses/traffic.ts";
import {
  all,
  type Battlefield,
  clientStops,
  crashes,
  type Nemesis,
  type Rhythm,
  stops,
  swarm,
} from "../../src/sim/nemesis.ts";
import { uniform } from "../../src/sim/random/distribution.ts";
import { Streams } from "../../src/sim/random/random.ts";
import { faultNames } from "../../src/sim/targets.ts";

const SERVERS = ["n1", "n2", "n3", "n4", "n5"];
const traffic = {
  ...{ latencies, losses, burstLosses, duplications, reorderings, corruptions, bandwidths },
};
const turns = { up: { min: 1, max: 20 }, down: { min: 5, max: 50 } };
const kinds = {
  ...{ crashes, stops, clientStops, partitions, isolations, oneWayCuts, bridges, rings, clogs },
  flappings: (rhythm: Rhythm) => flappings(rhythm, turns),
  ...{ wipes, pauses },
  ...traffic,
  clockDrifts: (rhythm: Rhythm) => clockDrifts(rhythm, 1_000_000),
  clockSteps: (rhythm: Rhythm) => clockSteps(rhythm, 60_000_000),
  clockSlews: (rhythm: Rhythm) => clockSlews(rhythm, 500),
  byzantines: (rhythm: Rhythm) => byzantines(rhythm, ["forgets", "lies"]),
  slowCpus: (rhythm: Rhythm) => slowCpus(rhythm, uniform(1, 50)),
  slowDisks: (rhythm: Rhythm) => slowDisks(rhythm, uniform(1, 50)),
  fullDisks: (rhythm: Rhythm) => fullDisks(rhythm, 1_000),
  failedSyncs: (rhythm: Rhythm) => failedSyncs(rhythm, 0.5),
  lostWrites: (rhythm: Rhythm) => lostWrites(rhythm, 0.5),
  misdirectedWrites: (rhythm: Rhythm) => misdirectedWrites(rhythm, 0.5),
  bitRots: (rhythm: Rhythm) => bitRots(rhythm, 10, 100),
  ...{ streamDowns, halfOpens },
  streamResets: (rhythm: Rhythm) => streamResets(rhythm, 1_000),
  streamTimeouts: (rhythm: Rhythm) => streamTimeouts(rhythm, 1_000),
  slowCloses: (rhythm: Rhythm) => slowCloses(rhythm, 1_000),
  slicers: (rhythm: Rhythm) => slicers(rhythm, 100, 1_000),
  dataLimits: (rhythm: Rhythm) => dataLimits(rhythm, 1_000),
  crashPoints: (rhythm: Rhythm) => crashPoints(rhythm, ["before sync", "emit leader"], 3),
};
const CLIENTS = ["c1", "c2"];
const field: Battlefield = { servers: SERVERS, clients: CLIENTS, from: 1_000, until: 100_000 };
const often: Rhythm = { every: { min: 500, max: 1_500 }, lasting: { min: 10, max: 3_000 } };

const draw = (nemesis: Nemesis, seed = "1"): readonly Fault[] => nemesis(new Streams(seed), field);

const arbitrarySpan = fc
  .tuple(fc.integer({ min: 1, max: 5_000 }), fc.nat(5_000))
  .map(([min, more]) => ({ min, max: min + more }));
const arbitraryField = fc
  .record({
    count: fc.integer({ min: 2, max: SERVERS.length }),
    from: fc.nat(50_000),
    // Of the shortest rhythm, a few thousand faults.
    length: fc.nat(20_000),
  })
  .map(({ count, from, length }) => ({
    ...{ servers: SERVERS.slice(0, count), clients: CLIENTS, from, until: from + length },
  }));

describe.each(Object.entries(kinds))("%s", (name, nemesis) => {
  it("keep within the battlefield and their rhythm, in order of time", () => {
    const rhythm = fc.record({ every: arbitrarySpan, lasting: arbitrarySpan });
    const property = fc.property(rhythm, arbitraryField, fc.string(), (given, area, seed) => {
      const faults = nemesis(given)(new Streams(seed), area);
      const gaps = faults.slice(1).map(({ at }, i) => at - faults[i]!.at);
      const outside = ({ at, lasting }: Fault): boolean =>
        at < area.from || at + lasting > area.until;
      const { every, lasting } = given;
      expect(faults.filter(outside)).toEqual([]);
      // A disk that is full is not full in another way as well: some are left out.
      const longest = name === "fullDisks" ? area.until : every.max;
      expect(gaps.filter((gap) => gap < every.min || gap > longest)).toEqual([]);
      const spans = faults.map((fault) => fault.lasting);
      expect(spans.filter((span) => span < lasting.min || span > lasting.max)).toEqual([]);
    });
    fc.assert(property);
  });

  it("are faults that a plan accepts", () => {
    const property = fc.property(arbitraryField, fc.string(), (area, seed) => {
      const targets = faultNames([...area.servers, ...area.clients], {}, ["forgets", "lies"]);
      const faults = nemesis(often)(new Streams(seed), area);
      expect(checkFaults(faults, "faults", targets, area.until)).toEqual(faults);
    });
    fc.assert(property);
  });

  it("strike everybody they are for sooner or later", () => {
    const struck = new Set(draw(nemesis(often)).flatMap(targetsOf));
    expect([...struck].sort()).toEqual(name === "clientStops" ? CLIENTS : SERVERS);
  });

  it("are drawn from the seed", () => {
    expect(draw(nemesis(often), "1")).toEqual(draw(nemesis(often), "1"));
    expect(draw(nemesis(often), "2")).not.toEqual(draw(nemesis(often), "1"));
  });
});

describe("swizzleClogs", () => {
  const rhythm: Rhythm = { every: { min: 5_000, max: 6_000 }, lasting: { min: 1, max: 4_000 } };
  /** One after the other, as they do not overlap. */
  const swizzles = (seed: string): Fault[][] => {
    const groups: Fault[][] = [];
    let last = 0;
    for (const fault of draw(swizzleClogs(rhythm), seed)) {
      if (fault.at >= last + 1_000) groups.push([]);
      groups.at(-1)!.push(fault);
      last = Math.max(last, fault.at + fault.lasting);
    }
    return groups;
  };

  it("clog some servers, one by one, and unclog them one by one in another order", () => {
    const sizes = new Set<number>();
    let isShuffled = false;
    for (const clogs of ["1", "2", "3"].flatMap(swizzles)) {
      const hosts = clogs.map((fault) => targetsOf(fault)[0]);
      const begins = clogs.map(({ at }) => at);
      const ends = clogs.map(({ at, lasting }) => at + lasting);
      const byEnd = clogs.toSorted((a, b) => a.at + a.lasting - (b.at + b.lasting));
      expect(new Set(hosts).size).toBe(clogs.length);
      expect(Math.min(...ends)).toBeGreaterThan(Math.max(...begins));
      sizes.add(clogs.length);
      isShuffled ||= byEnd.map((fault) => targetsOf(fault)[0]).join() !== hosts.join();
    }
    expect(sizes).toEqual(new Set([1, 2, 3, 4, 5]));
    expect(isShuffled).toBe(true);
  });

  it("keep within the battlefield, in order of time, and are faults that a plan accepts", () => {
    const property = fc.property(arbitraryField, fc.string(), (area, seed) => {
      const targets = faultNames([...area.servers, ...area.clients], {});
      const faults = swizzleClogs(often)(new Streams(seed), area);
      expect(faults.map((fault) => checkFault(fault, "fault", targets, area.until))).toEqual(
        faults,
      );
      expect(faults.filter(({ at }) => at < area.from)).toEqual([]);
      expect(faults).toEqual(faults.toSorted((a, b) => a.at - b.at));
    });
    fc.assert(property);
  });
});

describe("what is drawn", () => {
  it("of a bridge is one server, and the others in two halves", () => {
    const shapes = draw(bridges(often)).map((fault) =>
      fault.kind === "bridge" ? [fault.bridge, ...fault.halves].map((part) => part.length) : [],
    );
    expect(new Set(shapes.map(String))).toEqual(new Set(["1,2,2"]));
  });

  it("of a ring is all servers in any order, if there are enough", () => {
    const orders = draw(rings(often)).map((fault) => targetsOf(fault));
    expect(orders.filter((order) => order.toSorted().join() !== SERVERS.join())).toEqual([]);
    expect(new Set(orders.map(String)).size).toBeGreaterThan(20);
    expect(rings(often)(new Streams("1"), { ...field, servers: ["n1", "n2", "n3"] })).toEqual([]);
    expect(bridges(often)(new Streams("1"), { ...field, servers: ["n1", "n2"] })).toEqual([]);
  });

  it("of Byzantine hosts is one of those that may be, and one of the behaviours", () => {
    const faults = draw(byzantines(often, ["forgets", "lies"], ["n2", "n4"]));
    expect(new Set(faults.flatMap(targetsOf))).toEqual(new Set(["n2", "n4"]));
    const behaviours = faults.map((fault) => "behaviour" in fault && fault.behaviour);
    expect(new Set(behaviours)).toEqual(new Set(["forgets", "lies"]));
  });

  it("of flapping links is how long they are up and down, one way or both", () => {
    const faults = draw(kinds.flappings(often)).filter(({ kind }) => kind === "flapping");
    const flaps = faults.flatMap((fault) => (fault.kind === "flapping" ? [fault] : []));
    expect(flaps.filter(({ up, down }) => up < 1 || up > 20 || down < 5 || down > 50)).toEqual([]);
    expect(new Set(flaps.map(({ up }) => up)).size).toBeGreaterThan(10);
    expect(new Set(flaps.map(({ bothWays }) => bothWays))).toEqual(new Set([true, false]));
  });

  it("of a partition is all servers in two groups, neither empty, of every size", () => {
    const groups = draw(partitions(often)).map((fault) =>
      fault.kind === "partition" ? fault.groups : [],
    );
    expect(groups.filter((both) => both.length !== 2)).toEqual([]);
    expect(groups.map((both) => both.flat().toSorted())).toEqual(groups.map(() => SERVERS));
    expect(new Set(groups.map(([one]) => one!.length))).toEqual(new Set([1, 2, 3, 4]));
  });

  it("of a one-way cut is one server, and one or all of the others, in either direction", () => {
    const shapes = draw(oneWayCuts(often)).map((fault) =>
      fault.kind === "oneWay" ? `${fault.from.length} to ${fault.to.length}` : "",
    );
    expect(new Set(shapes)).toEqual(new Set(["1 to 1", "1 to 4", "4 to 1"]));
  });

  it("of clocks goes both ways, as far as it may", () => {
    const ppm = (nemesis: Nemesis): number[] =>
      draw(nemesis).map((fault) => ("ppm" in fault ? fault.ppm : Number.NaN));
    const drifts = ppm(clockDrifts(often, 1_000_000));
    expect(Math.min(...drifts)).toBe(-500_000);
    expect(Math.max(...drifts)).toBeGreaterThan(800_000);
    const slews = ppm(clockSlews(often, 500));
    expect(slews.filter((each) => each === 0 || Math.abs(each) > 500)).toEqual([]);
    const steps = draw(clockSteps(often, 1_000)).map((fault) => ("by" in fault ? fault.by : 0));
    expect(steps.filter((by) => by === 0 || Math.abs(by) > 1_000)).toEqual([]);
    expect(new Set(steps.map(Math.sign))).toEqual(new Set([1, -1]));
  });

  it("of streams is one way or both, to one server or all, of all connections or half", () => {
    const shapes = draw(slicers(often, 10, 10)).map((fault) =>
      fault.kind === "slicer"
        ? `${fault.to.length} ${fault.bothWays} ${fault.probability} ${fault.from.length}`
        : "",
    );
    const to = ["1", "4"];
    const all = to.flatMap((count) => [
      ...[`${count} true 1 1`, `${count} false 1 1`],
      ...[`${count} true 0.5 1`, `${count} false 0.5 1`],
    ]);
    expect([...new Set(shapes)].sort()).toEqual(all.sort());
  });

  it("of crash points is any of the points, after any number of passes", () => {
    const faults = draw(crashPoints(often, ["after sync", "between sends"], 2));
    const drawn = faults.map((fault) =>
      fault.kind === "crashPoint" ? `${fault.point} ${fault.after}` : "",
    );
    expect(new Set(drawn).size).toBe(6);
  });

  it.each([
    ["partitions", partitions],
    ["isolations", isolations],
    ["oneWayCuts", oneWayCuts],
    ["bridges", bridges],
    ["rings", rings],
  ])("of %s is every fate of messages in flight, and the types as they are given", (_, nemesis) => {
    const fates = draw(nemesis(often)).map((fault) => "inFlight" in fault && fault.inFlight);
    expect(new Set(fates)).toEqual(new Set(["lose", "hold", "deliver"]));
    const given = draw(nemesis(often, { inFlight: ["hold"], types: ["vote"] }));
    const rules = given.map((fault) => "inFlight" in fault && [fault.inFlight, ...fault.types]);
    expect(new Set(rules.map(String))).toEqual(new Set(["hold,vote"]));
  });

  it.each([
    ["crashes", crashes, "crash"],
    ["stops", stops, "stop"],
  ])("of %s is one server at a time", (_name, nemesis, kind) => {
    const faults = draw(nemesis(often));
    expect(new Set(faults.map((fault) => fault.kind))).toEqual(new Set([kind]));
    expect(new Set(faults.map((fault) => targetsOf(fault).length))).toEqual(new Set([1]));
  });
});

describe("several nemeses", () => {
  it("strike together, in order of time", () => {
    const both = draw(all(crashes(often), partitions(often)));
    const apart = [...draw(crashes(often)), ...draw(partitions(often))];
    expect(both).toEqual(apart.sort((a, b) => a.at - b.at));
    expect(both.map(({ at }) => at)).toEqual(both.map(({ at }) => at).toSorted((a, b) => a - b));
  });

  it("draw each from a stream of its own: leaving one out changes no other", () => {
    const three = draw(all(crashes(often), isolations(often), oneWayCuts(often)));
    const two = draw(all(crashes(often), oneWayCuts(often)));
    expect(two).toEqual(three.filter(({ kind }) => kind !== "isolate"));
  });

  it("of a swarm strike in about half of the runs each, in any company", () => {
    const seeds = Array.from({ length: 400 }, (_, i) => String(i));
    const companies = seeds.map((seed) => {
      const faults = draw(swarm(crashes(often), stops(often)), seed);
      return [...new Set(faults.map(({ kind }) => kind))].sort().join(" and ");
    });
    const shares = ["", "crash", "stop", "crash and stop"].map(
      (company) => companies.filter((each) => each === company).length,
    );
    // 100 of 400 expected for each company, with a standard deviation of 9.
    expect(Math.min(...shares)).toBeGreaterThan(60);
    expect(shares.reduce((sum, share) => sum + share)).toBe(400);
  });

  it("wait for a target, when they are given one, with draws of their own", () => {
    const aimed = draw(crashes(often, "leader"));
    expect(new Set(aimed.flatMap((fault) => targetsOf(fault)))).toEqual(new Set(["leader"]));
    expect(aimed.map(({ at }) => at)).not.toEqual(draw(crashes(often)).map(({ at }) => at));
  });

  it("of a swarm that strike do so as they would alone", () => {
    const seeds = Array.from({ length: 20 }, (_, i) => String(i));
    const striking = seeds.filter((seed) => draw(swarm(crashes(often)), seed).length > 0);
    expect(striking.length).toBeGreaterThan(0);
    expect(striking.map((seed) => draw(swarm(crashes(often)), seed))).toEqual(
      striking.map((seed) => draw(crashes(often), seed)),
    );
  });
});
