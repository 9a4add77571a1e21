import { describe, expect, it } from "vitest";
import {
  type CommitPhase,
  commitsCarry,
  commitsTake,
  commitsTakeTheirSize,
  measureEmitted,
  measureGoodput,
} from "../../src/invariants/phases.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import { type Cluster, clusterUnder, elect, type Member } from "../support/hand-made-cluster.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

/** The leader makes an entry, and commits it `taking` later. */
function commit(cluster: Cluster, at: number, taking: number): void {
  const leader = cluster.node("n1");
  leader.lastIndex++;
  cluster.event(at, { on: "n1" });
  leader.commit = leader.lastIndex;
  cluster.event(at + taking, { on: "n1" });
}

function ledCluster(phases: readonly CommitPhase[]): Cluster {
  const cluster = clusterUnder([commitsTake("TAKES", phases)]);
  elect(cluster, "n1", 1, ["n2", "n3"]);
  cluster.event(0, { on: "n1" });
  return cluster;
}

describe("what commits take in a phase", () => {
  const fast = { name: "fast", from: 0, until: ms(999), atLeast: 0, atMost: ms(10) };
  const slow = {
    name: "slow",
    from: ms(1_000),
    until: ms(1_999),
    atLeast: ms(90),
    atMost: ms(110),
  };

  it("is judged by the median, and by when an entry was made", () => {
    const cluster = ledCluster([fast, slow]);
    for (const taking of [8, 9, 500]) commit(cluster, ms(taking), ms(taking));
    // Made in the first phase, committed in the second.
    commit(cluster, ms(998), ms(4));
    for (const taking of [90, 100, 900]) commit(cluster, ms(1_010), ms(taking));
    expect(cluster.end(seconds(5))).toEqual([]);
    const { gauges } = cluster.metrics.state;
    expect(gauges.get("commitMedianMs, fast")).toBe(8);
    expect(gauges.get("commitMaxMs, fast")).toBe(500);
    expect(gauges.get("commitMedianMs, slow")).toBe(100);
  });

  it.each([
    { taking: 89.999, says: "commits take 89.999 ms" },
    { taking: 110.001, says: "commits take 110.001 ms" },
  ])("may not be $taking ms when 90 to 110 are expected", ({ taking, says }) => {
    const cluster = ledCluster([slow]);
    commit(cluster, ms(1_000), taking * 1_000);
    expect(cluster.end(seconds(5))).toEqual([
      `TAKES: ${says} in the phase "slow", expected 90 to 110 ms`,
    ]);
  });

  it("may not be nothing, as nothing is committed", () => {
    const cluster = ledCluster([slow]);
    commit(cluster, ms(10), ms(1));
    expect(cluster.end(seconds(5))).toEqual(['TAKES: nothing is committed in the phase "slow"']);
  });
});

describe("the measures of phases", () => {
  const phases = [
    { name: "first", from: 0, until: seconds(2) },
    { name: "second", from: seconds(2) + 1, until: seconds(6) },
  ];

  it("count what nodes emit in each phase", () => {
    const world = new HandMadeWorld([measureEmitted("election started", phases)], { n1: {} });
    const emit = (at: number, times: number): void => {
      for (let i = 0; i < times; i++) world.metrics.emit("election started");
      world.event(at);
    };
    emit(seconds(1), 2);
    emit(seconds(3), 0);
    emit(seconds(6), 1);
    emit(seconds(7), 5);
    world.end(seconds(8));
    const { gauges } = world.metrics.state;
    expect(gauges.get("election started, first")).toBe(2);
    expect(gauges.get("election started, second")).toBe(1);
  });

  it("count what is acknowledged a second", () => {
    const world = new HandMadeWorld([measureGoodput(phases)], { n1: {} });
    for (const id of ["a", "b", "c", "d"]) world.invoke(id, 0);
    world.return("a", seconds(1));
    world.return("b", seconds(2), "info");
    world.return("c", seconds(2));
    world.return("d", seconds(7));
    world.end(seconds(8));
    const { gauges } = world.metrics.state;
    expect(gauges.get("goodput, first")).toBe(1);
    expect(gauges.get("goodput, second")).toBe(0);
  });
});

type Logged = Member & { entryAt(index: number): { readonly command: unknown } };

/** A leader whose every command is a number, its size, under one invariant. */
function loggedWorld(
  invariant: Invariant<Logged>,
): (at: number, size: number, taking: number) => string[] {
  const sizes: number[] = [];
  const node: Logged = {
    ...{ role: "leader", term: 1, leader: "n1", commit: 0, applied: 0, lastIndex: 0 },
    entryAt: (index) => ({ command: sizes[index - 1] }),
  };
  const world = new HandMadeWorld<Logged>([invariant], { n1: node });
  world.event(0, { on: "n1" });
  const commitIt = (at: number, size: number, taking: number): string[] => {
    if (size === 0) return world.end(at);
    sizes.push(size);
    node.lastIndex++;
    world.event(at, { on: "n1" });
    node.commit++;
    return world.event(at + taking, { on: "n1" });
  };
  return commitIt;
}

const sizeOf = (command: unknown): number => command as number;

describe("what commits carry in a phase", () => {
  const phase = { name: "narrow", from: seconds(10), until: seconds(20) };
  const limit = { ...phase, bytesPerSecond: 100, slackBytes: 50, shareMin: 0.5 };

  it.each([
    [499, "499 bytes are committed"],
    [500, undefined],
    [1_050, undefined],
    [1_051, "1051 bytes are committed"],
  ])("%i bytes: %s", (bytes, says) => {
    const commitIt = loggedWorld(commitsCarry("CARRY", [limit], sizeOf));
    commitIt(seconds(1), 9_999, 1);
    // Made before, committed in the phase; made in it, committed afterwards.
    commitIt(seconds(9), 100, seconds(1));
    commitIt(seconds(15), bytes - 100, seconds(1));
    commitIt(seconds(19), 9_999, seconds(2));
    expect(commitIt(seconds(30), 0, 0)).toEqual(
      says === undefined ? [] : [`CARRY: ${says} in the phase "narrow", expected 500 to 1050`],
    );
  });
});

describe("commits that take their size", () => {
  const proportion = { bytesPerSecond: 1_000, sizeMin: 500, tolerance: 0.2 };
  const commitOf = (size: number, taking: number): string[] =>
    loggedWorld(commitsTakeTheirSize("SIZE", proportion, sizeOf))(1, size, taking);

  it.each([
    [500, ms(400)],
    [1_000, ms(1_200)],
    [499, seconds(9)],
  ])("accept %i bytes in %i µs", (size, taking) => {
    expect(commitOf(size, taking)).toEqual([]);
  });

  it.each([
    [500, ms(399), "takes 399 ms, expected 500 ms"],
    [1_000, ms(1_201), "takes 1201 ms, expected 1000 ms"],
  ])("reject %i bytes in %i µs", (size, taking, says) => {
    expect(commitOf(size, taking)).toEqual([`SIZE: entry 1 of ${size} bytes ${says}`]);
  });
});
