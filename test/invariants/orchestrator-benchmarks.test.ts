import { describe, expect, it } from "vitest";
import { answersAre, localListsAgree } from "../../src/invariants/answers.ts";
import { commitsDoNotGetFaster, visibleEverywhere } from "../../src/invariants/benchmarks.ts";
import { type CatchUpView, joinsCatchUp, measureSlope } from "../../src/invariants/catch-up.ts";
import { driftStaysBelow } from "../../src/invariants/operation-times.ts";
import { stateStays, tasksMove } from "../../src/invariants/orchestrator-state.ts";
import { placementIsBestFit } from "../../src/invariants/placement.ts";
import { workloadsAreDone } from "../../src/invariants/throughput.ts";
import type { Plain } from "../../src/sim/env.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

const JOIN = { server: "n2", at: ms(10), count: 5, bySnapshot: true };

function joining(bySnapshot: boolean) {
  const nodes: Record<string, CatchUpView> = {
    n1: { commit: 7, applied: 7, snapshot: undefined },
    n2: { commit: 0, applied: 0, snapshot: { bytes: new Uint8Array(40) } },
  };
  const join = { ...JOIN, bySnapshot };
  return new HandMadeWorld<CatchUpView>([joinsCatchUp("JOIN", [join], ms(50))], nodes);
}

const CHUNK = { to: "n2", message: { type: "snapshot", data: new Uint8Array(40) } };
const INSTALLED = [{ event: "snapshot installed", data: undefined }];

describe("that joins catch up", () => {
  it("is accepted of who is level in time, with what that took and cost", () => {
    const world = joining(true);
    world.event(ms(10), { on: "n1" });
    world.event(ms(20), { on: "n1", sent: [CHUNK] });
    Object.assign(world.node("n2"), { applied: 7 });
    expect(world.event(ms(40), { on: "n2", emitted: INSTALLED })).toEqual([]);
    expect(world.end(ms(99))).toEqual([]);
    expect(Object.fromEntries(world.metrics.state.gauges)).toEqual({
      "catchUpMs, 5": 30,
      "snapshotBytes, 5": 40,
      "snapshotBytesSent, 5": 40,
      "transferMs, 5": 20,
      "bytesPerS, 5": 2_000,
    });
  });

  it("is rejected of who is late, or never level", () => {
    const world = joining(true);
    world.event(ms(10), { on: "n1" });
    expect(world.event(ms(61), { on: "n1" })).toEqual([
      "JOIN: n2 has not caught up 50 ms after it was asked to",
    ]);
    expect(world.end(ms(62))).toEqual(["JOIN: n2 has not caught up"]);
  });

  it("is rejected of a snapshot where none may be, and of none where one must be", () => {
    const needless = joining(false);
    Object.assign(needless.node("n2"), { applied: 7 });
    needless.event(ms(20), { on: "n2", emitted: INSTALLED });
    expect(needless.end(ms(99))).toEqual(["JOIN: n2 has installed 1 snapshots"]);
    const without = joining(true);
    Object.assign(without.node("n2"), { applied: 7 });
    without.event(ms(20), { on: "n2" });
    expect(without.end(ms(99))).toEqual(["JOIN: n2 has installed 0 snapshots"]);
  });
});

describe("the slope of a figure", () => {
  it("is 100 of a straight line, and 200 where the second part is twice as steep", () => {
    const world = new HandMadeWorld([measureSlope("size", [1, 2, 4])], {});
    world.metrics.gauge("size, 1", 10);
    world.metrics.gauge("size, 2", 20);
    world.metrics.gauge("size, 4", 40);
    world.end(1);
    expect(world.metrics.gauged("size, slope %")).toBe(100);
    world.metrics.gauge("size, 4", 60);
    world.end(1);
    expect(world.metrics.gauged("size, slope %")).toBe(200);
  });
});

/** A history of one client; each operation with its result, from a time to another. */
type Told = readonly [operation: Plain, result: Plain, from: number, until: number];

function toldOf(invariant: Invariant, history: readonly Told[]) {
  const world = new HandMadeWorld([invariant], {});
  for (const [i, [operation, result, from, until]] of history.entries()) {
    world.history.record("c", "invoke", { id: `r${i}`, operation }, from);
    world.history.record("c", "ok", { id: `r${i}`, result }, until);
  }
  return { said: world.end(seconds(60)), gauges: world.metrics.state.gauges };
}

describe("that answers are what is expected", () => {
  const judge = (result: Plain) =>
    toldOf(
      answersAre("TOLD", () => ["capacity"]),
      [[{ op: "submit" }, result, 1, 2]],
    ).said;

  it("is accepted of the error with a reason, and rejected of others or without one", () => {
    expect(judge({ error: "capacity", reason: "full" })).toEqual([]);
    expect(judge(undefined)).toEqual(["TOLD: r0 is answered with none, expected capacity"]);
    expect(judge({ error: "exists", reason: "there" })).toHaveLength(1);
    expect(judge({ error: "capacity", reason: "" })).toEqual(["TOLD: r0 is told no reason"]);
  });
});

describe("that local lists agree", () => {
  const list = (value: Plain): Told => [{ op: "list", isLocal: true }, { value }, 5, 6];
  const judge = (...lists: readonly Told[]) => toldOf(localListsAgree("LISTS", 5, 2), lists).said;

  it("is accepted of equal ones, and rejected of different ones or too few", () => {
    expect(judge(list({ a: {} }), list({ a: {} }))).toEqual([]);
    expect(judge(list({ a: {} }), list({ b: {} }))).toHaveLength(1);
    expect(judge(list({ a: {} }))).toEqual(["LISTS: 1 lists are read, not 2"]);
  });
});

describe("that the drift stays below a bound", () => {
  const load = (last: number) =>
    toldOf(driftStaysBelow("DRIFT", { from: 0, slice: seconds(1) }, 20), [
      [{ op: "create" }, undefined, 0, ms(100)],
      [{ op: "create" }, undefined, seconds(9), seconds(9) + ms(last)],
    ]);

  it("is accepted of a load that is as fast in the end, and rejected of one that is not", () => {
    expect(load(119).said).toEqual([]);
    expect(load(119).gauges.get("driftPercent")).toBe(19);
    expect(load(121).said).toEqual([
      "DRIFT: operations take 21.0 % more in the end than in the beginning",
    ]);
  });
});

const ROOM = { cpu: 4, memory: 8_192, disk: 10 };
const NEEDS = { cpu: 2, memory: 2_048, disk: 0 };
const register = (worker: string): Told => [{ op: "register", worker, capacity: ROOM }, {}, 1, 2];
const submit = (result: Plain, needs = NEEDS): Told => [{ op: "submit", needs }, result, 3, 4];

describe("that placement is the best fit", () => {
  const judge = (...history: readonly Told[]) =>
    toldOf(placementIsBestFit("FIT", 9), [register("w2"), register("w1"), ...history]);

  it("is accepted of the fullest worker with room, the first by name of equal ones", () => {
    const [one, two] = [{ worker: "w1" }, { worker: "w2" }];
    const { said, gauges } = judge(submit(one), submit(one), submit(two), submit(two), submit({}));
    expect(said).toEqual([]);
    expect(gauges.get("cpuUsed %, w1")).toBe(100);
    expect(gauges.get("memoryUsed %, w1")).toBe(50);
  });

  it("is rejected of another worker, of a wait in spite of room, and of too much", () => {
    expect(judge(submit({ worker: "w2" })).said).toEqual(["FIT: r2 is told w2, expected w1"]);
    expect(judge(submit({})).said).toEqual(["FIT: r2 is told waits, expected w1"]);
    const huge = { ...NEEDS, cpu: 5 };
    expect(judge(submit({ worker: "w1" }, huge)).said).toEqual([
      "FIT: r2 is told w1, expected capacity",
    ]);
  });
});

function stateOf(tasks: readonly [string, { status: string; worker: string | undefined }][]) {
  return { workers: new Map(), vms: new Map(), tasks: new Map(tasks) };
}

describe("that the state stays", () => {
  it("is accepted of entries that change nothing, and rejected of one that does", () => {
    const node = { applied: 1, machine: { state: stateOf([]) } };
    const world = new HandMadeWorld([stateStays("STAYS", { from: 0, until: 9 })], { n1: node });
    world.event(1, { on: "n1" });
    node.applied = 3;
    expect(world.event(2, { on: "n1" })).toEqual([]);
    expect(world.metrics.counted("appliedInVain")).toBe(2);
    node.machine.state.tasks.set("t", { status: "pending", worker: undefined });
    node.applied = 4;
    expect(world.event(3, { on: "n1" })).toEqual(["STAYS: n1 holds something else than at 0 ms"]);
  });
});

describe("that tasks move", () => {
  const judge = (status: string, worker: string | undefined) => {
    const node = { applied: 1, machine: { state: stateOf([["t", { status, worker }]]) } };
    const invariant = tasksMove("MOVED", { tasks: ["t"], from: "w1" }, { by: 5 });
    const world = new HandMadeWorld([invariant], { n1: node });
    return [...world.event(1), ...world.event(9)];
  };

  it("is accepted of one that is elsewhere, and rejected of one that waits or stays", () => {
    expect(judge("assigned", "w2")).toEqual([]);
    expect(judge("pending", undefined)).toHaveLength(1);
    expect(judge("running", "w1")).toHaveLength(1);
  });
});

describe("that workloads are done", () => {
  it("is accepted when all is acknowledged, with its rate, and rejected when one is not", () => {
    const load = { name: "load", count: 2 };
    const world = new HandMadeWorld([workloadsAreDone("DONE", [load])], { n1: {}, n2: {} });
    world.invoke("load.0", ms(10));
    world.event(ms(10), { on: "n1", sent: [{ to: "n2", message: {} }] });
    world.return("load.0", ms(20));
    world.invoke("load.1", ms(20));
    world.event(ms(20), { on: "n1", sent: [{ to: "c1", message: {} }] });
    expect(world.end(ms(30))).toEqual(['DONE: 1 of 2 operations of "load" are acknowledged']);
    world.return("load.1", ms(30));
    world.event(ms(30), { on: "n1" });
    expect(world.end(ms(40))).toEqual([]);
    expect(world.metrics.gauged("opsPerS, load")).toBe(100);
    expect(world.metrics.gauged("messagesPerOp, load")).toBe(0.5);
  });
});

describe("that writes are visible everywhere", () => {
  it("is accepted when those who take part have it in time, and rejected when one has not", () => {
    const phase = { name: "p", size: 2, from: 0, until: ms(100) };
    const nodes = { n1: { applied: 4 }, n2: { applied: 3 }, n3: { applied: 0 } };
    const world = new HandMadeWorld([visibleEverywhere("SEEN", [phase], ms(50))], nodes);
    world.invoke("a", ms(10));
    world.return("a", ms(20));
    world.event(ms(20), { from: "n1" });
    expect(world.event(ms(61))).toEqual(["SEEN: a is not everywhere 50 ms later"]);
    world.node("n2").applied = 4;
    expect(world.event(ms(62))).toEqual([]);
    expect(world.end(ms(70))).toEqual([]);
    expect(world.metrics.gauged("visibleP50Ms, p")).toBe(52);
  });
});

describe("the commits of phases", () => {
  it.each([
    [10, 9.6, 1],
    [10, 9.4, 0],
  ])("are %d ms and %d ms: %d", (first, second, expected) => {
    const world = new HandMadeWorld([commitsDoNotGetFaster(["a", "b"], 5)], {});
    world.metrics.gauge("commitP50Ms, a", first);
    world.metrics.gauge("commitP50Ms, b", second);
    world.end(1);
    expect(world.metrics.gauged("commitsDoNotGetFaster")).toBe(expected);
  });
});
