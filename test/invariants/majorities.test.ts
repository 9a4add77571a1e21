import { describe, expect, it } from "vitest";
import { majorityElects, majorityServes, minorityStops } from "../../src/invariants/majorities.ts";
import { seconds } from "../../src/sim/time.ts";
import { type Cluster, clusterUnder, elect, isolate } from "../support/hand-made-cluster.ts";

const WEATHER = { kind: "fault begins" } as const;
const all = (): boolean => true;

/** One of three is cut off, and the weather says so. */
function oneIsCutOff(cluster: Cluster, at: number): string[] {
  isolate(cluster, "n3");
  return cluster.event(at, WEATHER);
}

/** Nobody hears anybody. */
function allAreCutOff(cluster: Cluster, at: number): string[] {
  for (const id of ["n1", "n2"]) isolate(cluster, id);
  return oneIsCutOff(cluster, at);
}

describe("that a majority elects", () => {
  const elects = () => clusterUnder([majorityElects("ELECTS", { within: seconds(5) })]);

  it("is accepted of one that follows a leader in time, who may be gone later", () => {
    const cluster = elects();
    oneIsCutOff(cluster, 0);
    elect(cluster, "n1", 1, ["n2"]);
    expect(cluster.event(seconds(5), { on: "n1" })).toEqual([]);
    cluster.node("n1").role = "follower";
    expect(cluster.event(seconds(20), { on: "n1" })).toEqual([]);
  });

  it("is rejected of one that follows nobody for longer", () => {
    const cluster = elects();
    oneIsCutOff(cluster, seconds(1));
    expect(cluster.event(seconds(6), { on: "n1" })).toEqual([]);
    expect(cluster.event(seconds(6) + 1, { on: "n1" })).toEqual([
      "ELECTS: a majority is connected since 1 s, and follows nobody",
    ]);
  });

  it("begins anew with each change of the weather, and when a server comes up", () => {
    const cluster = elects();
    for (const at of [0, 5, 10].map(seconds)) oneIsCutOff(cluster, at);
    expect(cluster.event(seconds(15), { on: "n1", kind: "start" })).toEqual([]);
    expect(cluster.event(seconds(20), { on: "n1" })).toEqual([]);
  });

  it("is not asked of a minority, be it cut off or down", () => {
    const cluster = elects();
    allAreCutOff(cluster, 0);
    expect(cluster.event(seconds(20), { on: "n1" })).toEqual([]);
    cluster.heal();
    for (const id of ["n1", "n2"]) cluster.host(id).node = undefined;
    cluster.event(seconds(20), WEATHER);
    expect(cluster.event(seconds(40), { on: "n3" })).toEqual([]);
  });

  it("takes a link that works in one direction for none", () => {
    const cluster = elects();
    for (const [from, to] of [
      ["n1", "n2"],
      ["n2", "n3"],
      ["n3", "n1"],
    ] as const) {
      cluster.cut(from, to);
    }
    cluster.event(0, WEATHER);
    expect(cluster.event(seconds(20), { on: "n1" })).toEqual([]);
  });
});

describe("that a majority serves", () => {
  const serves = () => clusterUnder([majorityServes("SERVES", { within: seconds(5) }, isMeant)]);
  const isMeant = ({ id }: { readonly id: string }): boolean => id !== "other";

  it("is accepted when an operation is acknowledged in time", () => {
    const cluster = serves();
    oneIsCutOff(cluster, 0);
    for (const id of ["a", "b"]) cluster.invoke(id, 0);
    cluster.return("a", seconds(5));
    cluster.event(seconds(5), { on: "n1" });
    expect(cluster.event(seconds(20), { on: "n1" })).toEqual([]);
  });

  it("is rejected when one has waited for longer, whatever became of others", () => {
    const cluster = serves();
    oneIsCutOff(cluster, seconds(1));
    for (const id of ["a", "b", "other"]) cluster.invoke(id, seconds(1));
    cluster.return("other", seconds(2));
    cluster.return("b", seconds(2), "info");
    expect(cluster.event(seconds(6), { on: "n1" })).toEqual([]);
    expect(cluster.event(seconds(6) + 1, { on: "n1" })).toEqual([
      "SERVES: a majority is connected since 1 s, and serves nobody",
    ]);
  });

  it("is not asked when nobody waits, or there is no majority", () => {
    const cluster = serves();
    oneIsCutOff(cluster, 0);
    cluster.invoke("other", 0);
    expect(cluster.event(seconds(20), { on: "n1" })).toEqual([]);
    cluster.invoke("a", seconds(20));
    allAreCutOff(cluster, seconds(20));
    expect(cluster.event(seconds(40), { on: "n1" })).toEqual([]);
  });
});

describe("that a minority stops", () => {
  it("is accepted of what was asked for before, and of what ends otherwise", () => {
    const cluster = clusterUnder([minorityStops("STOPS", all)]);
    cluster.invoke("a", 1);
    allAreCutOff(cluster, 2);
    cluster.invoke("b", 2);
    cluster.return("a", 3);
    cluster.return("b", 4, "info");
    expect(cluster.event(5, { on: "n1" })).toEqual([]);
  });

  it("is rejected of an acknowledgement without a majority, and accepted with one", () => {
    const cluster = clusterUnder([minorityStops("STOPS", all)]);
    allAreCutOff(cluster, seconds(1));
    cluster.invoke("a", seconds(1));
    cluster.invoke("b", seconds(1));
    cluster.return("a", seconds(2));
    expect(cluster.event(seconds(2), { on: "n1" })).toEqual([
      "STOPS: a is acknowledged without a majority since 1 s",
    ]);
    cluster.heal();
    oneIsCutOff(cluster, seconds(3));
    cluster.return("b", seconds(3));
    expect(cluster.event(seconds(3), { on: "n1" })).toEqual([]);
  });
});
