import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { uniform } from "../../src/sim/distribution.ts";
import { checkFault, type Fault, targetsOf } from "../../src/sim/fault.ts";
import { clockDrifts, clockSlews, clockSteps } from "../../src/sim/nemeses/clocks.ts";
import { crashPoints, pauses, slowCpus, wipes } from "../../src/sim/nemeses/hosts.ts";
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
  isolations,
  type Nemesis,
  oneWayCuts,
  partitions,
  type Rhythm,
  stops,
  swarm,
} from "../../src/sim/nemesis.ts";
import { Streams } from "../../src/sim/random.ts";

const SERVERS = ["n1", "n2", "n3", "n4", "n5"];
const traffic = {
  ...{ latencies, losses, burstLosses, duplications, reorderings, corruptions, bandwidths },
};
const kinds = {
  ...{ crashes, stops, clientStops, partitions, isolations, oneWayCuts, wipes, pauses },
  ...traffic,
  clockDrifts: (rhythm: Rhythm) => clockDrifts(rhythm, 1_000_000),
  clockSteps: (rhythm: Rhythm) => clockSteps(rhythm, 60_000_000),
  clockSlews: (rhythm: Rhythm) => clockSlews(rhythm, 500),
  slowCpus: (rhythm: Rhythm) => slowCpus(rhythm, uniform(1, 50)),
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
    length: fc.nat(100_000),
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
      expect(gaps.filter((gap) => gap < every.min || gap > every.max)).toEqual([]);
      const spans = faults.map((fault) => fault.lasting);
      expect(spans.filter((span) => span < lasting.min || span > lasting.max)).toEqual([]);
    });
    fc.assert(property);
  });

  it("are faults that a plan accepts", () => {
    const property = fc.property(arbitraryField, fc.string(), (area, seed) => {
      const targets = new Set([...area.servers, ...area.clients]);
      const faults = nemesis(often)(new Streams(seed), area);
      expect(faults.map((fault) => checkFault(fault, "fault", targets, area.until))).toEqual(
        faults,
      );
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

describe("what is drawn", () => {
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
  ])("of %s is either fate of messages in flight", (_name, nemesis) => {
    const fates = draw(nemesis(often)).map((fault) => "inFlight" in fault && fault.inFlight);
    expect(new Set(fates)).toEqual(new Set(["lose", "deliver"]));
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
