import { describe, expect, it } from "vitest";
import {
  isInMinority,
  minorityAcknowledgesNothing,
  minorityCommitsNothing,
  minorityLeaderStepsDown,
  nobodyLeads,
  nothingIsAcknowledged,
  nothingIsCommitted,
  oneLeaderATerm,
  oneLeaderAt,
} from "../../src/invariants/no-quorum.ts";
import type { World } from "../../src/sim/invariant.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import { clusterUnder, elect, isolate, type Member } from "../support/hand-made-cluster.ts";

const span = { from: seconds(1), until: seconds(2) };

describe("that nobody leads in a span", () => {
  it("is accepted of leaders before and after, and of one that is down", () => {
    const cluster = clusterUnder([nobodyLeads("NOBODY", span)]);
    elect(cluster, "n1", 1, ["n2"]);
    expect(cluster.event(seconds(1) - 1)).toEqual([]);
    expect(cluster.event(seconds(2) + 1)).toEqual([]);
    cluster.host("n1").node = undefined;
    expect(cluster.event(seconds(1))).toEqual([]);
  });

  it("is rejected of a leader, with a majority or by its claim alone", () => {
    const cluster = clusterUnder([nobodyLeads("NOBODY", span)]);
    elect(cluster, "n1", 1, ["n2"]);
    expect(cluster.event(seconds(1))).toEqual(["NOBODY: n1 leads in term 1"]);
    cluster.node("n2").leader = undefined;
    expect(cluster.event(seconds(2))).toEqual(["NOBODY: n1 leads in term 1"]);
  });
});

describe("that nothing is committed in a span", () => {
  it("is accepted when a server learns of what another had committed", () => {
    const cluster = clusterUnder([nothingIsCommitted("NOTHING", span)]);
    cluster.node("n1").commit = 5;
    expect(cluster.event(seconds(1) - 1, { on: "n1" })).toEqual([]);
    cluster.node("n2").commit = 5;
    expect(cluster.event(seconds(2), { on: "n2" })).toEqual([]);
    cluster.node("n2").commit = 6;
    expect(cluster.event(seconds(2) + 1, { on: "n2" })).toEqual([]);
  });

  it.each([seconds(1), seconds(2)])("is rejected when one rises above all, at %i us", (at) => {
    const cluster = clusterUnder([nothingIsCommitted("NOTHING", span)]);
    cluster.node("n1").commit = 5;
    cluster.event(seconds(1) - 1, { on: "n1" });
    cluster.node("n2").commit = 6;
    expect(cluster.event(at, { on: "n2" })).toEqual([
      "NOTHING: the commit index rises from 5 to 6",
    ]);
  });
});

describe("that nothing is acknowledged in a span", () => {
  it.each([
    [seconds(1) - 1, "ok", []],
    [seconds(1), "ok", ["NOTHING: a is acknowledged"]],
    [seconds(2), "ok", ["NOTHING: a is acknowledged"]],
    [seconds(2) + 1, "ok", []],
    [seconds(2), "info", []],
    [seconds(2), "fail", []],
  ] as const)("at %d µs, %s: %j", (at, outcome, broken) => {
    const cluster = clusterUnder([nothingIsAcknowledged("NOTHING", span)]);
    cluster.invoke("a", 0);
    expect(cluster.event(0)).toEqual([]);
    cluster.return("a", at, outcome);
    expect(cluster.event(at)).toEqual(broken);
    expect(cluster.event(at)).toEqual([]);
  });
});

describe("a server in the minority", () => {
  /** Whether n1 is in the minority of so many when these links are cut. */
  function isCutOff(size: number, ...cuts: readonly (readonly [string, string])[]): boolean {
    let found = false;
    const look = (world: World<Member>) => {
      found = isInMinority(world.servers[0]!, world);
      return undefined;
    };
    const cluster = clusterUnder([{ name: "look", onStep: look }], size);
    for (const [from, to] of cuts) cluster.cut(from, to);
    cluster.event(0);
    return found;
  }

  it("reaches at most half of the servers, itself included", () => {
    expect(isCutOff(3)).toBe(false);
    expect(isCutOff(3, ["n1", "n2"])).toBe(false);
    expect(isCutOff(3, ["n1", "n2"], ["n1", "n3"])).toBe(true);
    expect(isCutOff(4, ["n1", "n2"], ["n1", "n3"])).toBe(true);
    expect(isCutOff(5, ["n1", "n2"], ["n1", "n3"])).toBe(false);
  });

  it("does not reach whom only one direction of a link joins", () => {
    expect(isCutOff(3, ["n1", "n2"], ["n3", "n1"])).toBe(true);
    expect(isCutOff(3, ["n2", "n3"], ["n3", "n2"])).toBe(false);
  });
});

describe("that the minority commits nothing", () => {
  function cutOffLeader(lastIndex: number) {
    const cluster = clusterUnder([minorityCommitsNothing("MINORITY")]);
    elect(cluster, "n1", 1, ["n2", "n3"]);
    Object.assign(cluster.node("n1"), { lastIndex, commit: 0 });
    cluster.event(ms(10), { on: "n1" });
    isolate(cluster, "n1");
    cluster.event(ms(20), { kind: "fault begins" });
    return cluster;
  }

  it("is accepted of what some log held when the cut came", () => {
    const cluster = cutOffLeader(2);
    cluster.node("n1").commit = 2;
    expect(cluster.event(ms(30), { on: "n1" })).toEqual([]);
  });

  it("is rejected of what was proposed since", () => {
    const cluster = cutOffLeader(2);
    Object.assign(cluster.node("n1"), { lastIndex: 3, commit: 3 });
    expect(cluster.event(ms(30), { on: "n1" })).toEqual([
      "MINORITY: n1, in the minority since 20 ms, commits 3 after 2",
    ]);
  });

  it("is accepted after the heal, and of the majority all along", () => {
    const cluster = cutOffLeader(2);
    elect(cluster, "n2", 2, ["n3"]);
    Object.assign(cluster.node("n2"), { lastIndex: 5, commit: 5 });
    expect(cluster.event(ms(30), { on: "n2" })).toEqual([]);
    cluster.heal();
    expect(cluster.event(ms(40), { kind: "fault ends" })).toEqual([]);
    Object.assign(cluster.node("n1"), { lastIndex: 6, commit: 6 });
    expect(cluster.event(ms(50), { on: "n1" })).toEqual([]);
  });

  it("is rejected in a second cut too, whatever the weather does elsewhere", () => {
    const cluster = cutOffLeader(2);
    cluster.heal();
    cluster.event(ms(30), { kind: "fault ends" });
    isolate(cluster, "n1");
    cluster.event(ms(40), { kind: "fault begins" });
    cluster.node("n1").lastIndex = 3;
    expect(cluster.event(ms(50), { on: "n1" })).toEqual([]);
    cluster.event(ms(60), { kind: "fault begins" });
    cluster.node("n1").commit = 3;
    expect(cluster.event(ms(70), { on: "n1" })).toEqual([
      "MINORITY: n1, in the minority since 40 ms, commits 3 after 2",
    ]);
  });
});

describe("that the minority acknowledges nothing", () => {
  function asked(server: string | undefined, invokedAt: number) {
    const askedAlone = (operation: unknown) => (operation as { server?: string }).server;
    const cluster = clusterUnder([minorityAcknowledgesNothing("MINORITY", askedAlone)]);
    isolate(cluster, "n1");
    cluster.event(ms(100), { kind: "fault begins" });
    cluster.invoke("a", invokedAt, server === undefined ? {} : { server });
    cluster.heal();
    cluster.event(ms(500), { kind: "fault ends" });
    cluster.return("a", ms(600));
    return cluster.event(ms(600));
  }

  it("is rejected of what was asked of a server that was cut off", () => {
    expect(asked("n1", ms(100))).toEqual([
      "MINORITY: a, asked of n1 in the minority, is acknowledged",
    ]);
    expect(asked("n1", ms(449))).toHaveLength(1);
  });

  it("is accepted of what was asked before the cut, or when it was about to heal", () => {
    expect(asked("n1", ms(99))).toEqual([]);
    expect(asked("n1", ms(450))).toEqual([]);
  });

  it("is accepted of what was asked of another, or of nobody in particular", () => {
    expect(asked("n2", ms(200))).toEqual([]);
    expect(asked(undefined, ms(200))).toEqual([]);
  });

  it("is rejected while the cut lasts", () => {
    const cluster = clusterUnder([minorityAcknowledgesNothing("MINORITY", () => "n1")]);
    isolate(cluster, "n1");
    cluster.event(ms(100), { kind: "fault begins" });
    cluster.invoke("a", ms(150));
    cluster.return("a", ms(160));
    expect(cluster.event(ms(160))).toHaveLength(1);
  });
});

describe("that a leader in the minority steps down", () => {
  function cutOffLeader() {
    const cluster = clusterUnder([minorityLeaderStepsDown("STEP-DOWN", ms(100))]);
    elect(cluster, "n1", 1, ["n2", "n3"]);
    cluster.event(ms(10));
    isolate(cluster, "n1");
    cluster.event(ms(20), { kind: "fault begins" });
    return cluster;
  }

  it("is accepted when it does in time, and measured", () => {
    const cluster = cutOffLeader();
    cluster.node("n1").role = "follower";
    expect(cluster.event(ms(120), { on: "n1" })).toEqual([]);
    expect(cluster.event(ms(999), { on: "n1" })).toEqual([]);
    expect(cluster.metrics.state.samples.get("stepDownMs")).toEqual([100]);
  });

  it("is accepted when the cut heals in time", () => {
    const cluster = cutOffLeader();
    cluster.heal();
    expect(cluster.event(ms(120), { kind: "fault ends" })).toEqual([]);
    expect(cluster.event(ms(999), { on: "n1" })).toEqual([]);
  });

  it("is rejected when it goes on", () => {
    const cluster = cutOffLeader();
    expect(cluster.event(ms(120), { on: "n1" })).toEqual([]);
    expect(cluster.event(ms(121), { on: "n2" })).toEqual([
      "STEP-DOWN: n1 leads without a majority since 20 ms",
    ]);
  });
});

describe("that one leader is left from a time on", () => {
  it("is accepted of two before, and of one after", () => {
    const cluster = clusterUnder([oneLeaderAt("ONE", seconds(1))]);
    for (const id of ["n1", "n3"]) cluster.node(id).role = "leader";
    expect(cluster.event(seconds(1) - 1)).toEqual([]);
    cluster.host("n3").node = undefined;
    expect(cluster.event(seconds(1))).toEqual([]);
  });

  it("is rejected of two claims, with a majority or not", () => {
    const cluster = clusterUnder([oneLeaderAt("ONE", seconds(1))]);
    for (const id of ["n1", "n3"]) cluster.node(id).role = "leader";
    expect(cluster.event(seconds(1))).toEqual(["ONE: n1 and n3 claim to lead"]);
  });
});

describe("that a term has one leader", () => {
  it("is accepted of one that leads on, and of another in a later term", () => {
    const cluster = clusterUnder([oneLeaderATerm("ONE")]);
    elect(cluster, "n1", 1, []);
    expect(cluster.event(1, { on: "n1" })).toEqual([]);
    expect(cluster.event(2, { on: "n1" })).toEqual([]);
    elect(cluster, "n2", 2, []);
    expect(cluster.event(3, { on: "n2" })).toEqual([]);
  });

  it("is rejected of two, be the first gone and the second going down as it wins", () => {
    const cluster = clusterUnder([oneLeaderATerm("ONE")]);
    elect(cluster, "n1", 1, []);
    cluster.event(1, { on: "n1" });
    cluster.host("n1").node = undefined;
    elect(cluster, "n2", 1, []);
    expect(cluster.event(2, { on: "n2", falls: true })).toEqual([
      "ONE: term 1 has two leaders: n1, n2",
    ]);
  });
});
