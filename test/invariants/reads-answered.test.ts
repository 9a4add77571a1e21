import { describe, expect, it } from "vitest";
import {
  measureReads,
  measureShare,
  readsAreAnswered,
} from "../../src/invariants/reads-answered.ts";
import type { Plain } from "../../src/sim/env.ts";
import { seconds } from "../../src/sim/time.ts";
import { clusterUnder, elect, isolate, type Member } from "../support/hand-made-cluster.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

const isRead = (operation: Plain): boolean => operation === "read";
const within = (): ReturnType<typeof readsAreAnswered> =>
  readsAreAnswered("ANSWERED", seconds(2), isRead);

describe("that reads are answered in time", () => {
  it("is accepted of one that waits no longer, and of what is no read", () => {
    const cluster = clusterUnder([within()]);
    elect(cluster, "n1", 1, ["n2", "n3"]);
    cluster.event(1, { on: "n1" });
    cluster.invoke("r1", 1, "read");
    cluster.invoke("w1", 1, "write");
    cluster.return("r1", seconds(2) + 1);
    expect(cluster.event(seconds(2) + 1, { on: "n1" })).toEqual([]);
    expect(cluster.end(seconds(9))).toEqual([]);
  });

  it("is rejected of one that is answered later", () => {
    const cluster = clusterUnder([within()]);
    elect(cluster, "n1", 1, ["n2", "n3"]);
    cluster.event(1, { on: "n1" });
    cluster.invoke("r1", seconds(1), "read");
    cluster.return("r1", seconds(4));
    expect(cluster.event(seconds(4))).toEqual([
      "ANSWERED: r1 has waited for 3 s, and n1 in term 1 led all the time",
    ]);
  });

  it("is rejected of one that is open when the leader falls, or the run ends", () => {
    const cluster = clusterUnder([within()]);
    elect(cluster, "n1", 1, ["n2", "n3"]);
    cluster.event(seconds(1), { on: "n1" });
    cluster.invoke("r1", seconds(1), "read");
    expect(cluster.end(seconds(4))).toHaveLength(1);
    cluster.node("n1").role = "follower";
    expect(cluster.event(seconds(4), { on: "n1" })).toHaveLength(1);
  });

  it("does not count the time without a leader that can talk to a majority", () => {
    const cluster = clusterUnder([within()]);
    elect(cluster, "n1", 1, ["n2", "n3"]);
    cluster.event(1, { on: "n1" });
    cluster.invoke("r1", seconds(1), "read");
    isolate(cluster, "n1");
    expect(cluster.event(seconds(2))).toEqual([]);
    expect(cluster.event(seconds(8))).toEqual([]);
    cluster.heal();
    expect(cluster.event(seconds(9))).toEqual([]);
    cluster.return("r1", seconds(11));
    expect(cluster.event(seconds(11))).toEqual([]);
  });
});

describe("reads are measured", () => {
  it("that are refused, and those that are answered after another has become leader", () => {
    const world = new HandMadeWorld<Pick<Member, "role" | "term">>([measureReads(isRead)], {
      n1: { role: "leader", term: 1 },
      n2: { role: "follower", term: 1 },
    });
    world.event(1, { on: "n1" });
    for (const id of ["r1", "r2", "r3", "w1"]) world.invoke(id, 2, id === "w1" ? id : "read");
    world.return("r1", 3);
    world.event(3, { on: "n1" });
    Object.assign(world.node("n2"), { role: "leader", term: 2 });
    world.event(4, { on: "n2" });
    world.return("r2", 5);
    world.return("r3", 5, "info");
    world.return("w1", 5, "info");
    world.event(5);
    expect(world.metrics.counted("reads across a change")).toBe(1);
    expect(world.metrics.counted("reads refused")).toBe(1);
  });

  it("by how long the median of some is, of that of others", () => {
    const world = new HandMadeWorld([measureShare("a", "b"), measureShare("a", "c")], { n1: {} });
    for (const value of [1, 2, 90]) world.metrics.observe("a", value);
    for (const value of [1, 8, 8]) world.metrics.observe("b", value);
    world.end(1);
    expect(world.metrics.gauged("a, % of b")).toBe(25);
    expect(world.metrics.state.gauges.has("a, % of c")).toBe(false);
  });
});
