import { describe, expect, it } from "vitest";
import { answersAre, localListsAgree } from "../../src/invariants/answers.ts";
import {
  commitsDoNotGetFaster,
  measureCommitsIn,
  visibleEverywhere,
} from "../../src/invariants/benchmarks.ts";
import { type CatchUpView, joinsCatchUp, measureSlope } from "../../src/invariants/catch-up.ts";
import { driftStaysBelow, measureKinds } from "../../src/invariants/operation-times.ts";
import { stateStays, tasksMove } from "../../src/invariants/orchestrator-state.ts";
import { measureAcks } from "../../src/invariants/phases.ts";
import { placementIsBestFit } from "../../src/invariants/placement.ts";
import { memoryStaysWithin } from "../../src/invariants/snapshots.ts";
import { measureQuotient, workloadsAreDone } from "../../src/invariants/throughput.ts";
import type { Plain } from "../../src/sim/env.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import { clusterUnder, elect } from "../support/hand-made-cluster.ts";
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

  it("counts no bytes that leave when it is level", () => {
    const world = joining(true);
    world.event(ms(20), { on: "n1", sent: [CHUNK] });
    Object.assign(world.node("n2"), { applied: 7 });
    world.event(ms(40), { on: "n2", emitted: INSTALLED });
    world.event(ms(50), { on: "n1", sent: [CHUNK] });
    world.end(ms(99));
    expect(world.metrics.gauged("snapshotBytesSent, 5")).toBe(40);
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

describe("what a server keeps", () => {
  const bounds = { entries: 3, sessions: 1, requests: 2 };
  const kept = (fields: object) => {
    const node = { lastIndex: 9, base: { index: 6, term: 1 }, machine: { sessions: new Map() } };
    const server = { ...node, waitingRequests: 2, ...fields };
    const world = new HandMadeWorld(memoryStaysWithin("KEPT", bounds), { n1: server });
    return world.event(1, { on: "n1" });
  };

  it("is accepted up to its bounds", () => {
    expect(kept({ machine: { sessions: new Map([["a", 1]]) } })).toEqual([]);
  });

  it.each([
    ["KEPT-ENTRIES", { lastIndex: 10 }],
    ["KEPT-SESSIONS", { machine: { sessions: new Map(["a", "b"].map((id) => [id, 1])) } }],
    ["KEPT-REQUESTS", { waitingRequests: 3 }],
  ])("is rejected beyond them: %s", (name, fields) => {
    expect(kept(fields).map((message) => message.split(":")[0])).toEqual([name]);
  });
});

it("acknowledgements are counted by phase, both ends included", () => {
  const phases = [
    { name: "a", from: 0, until: 5 },
    { name: "b", from: 6, until: 9 },
  ];
  const world = new HandMadeWorld([measureAcks(phases)], {});
  for (const [id, outcome, at] of [
    ["x", "ok", 5],
    ["y", "info", 5],
    ["z", "ok", 6],
  ] as const) {
    world.history.record(id, "invoke", { id, operation: {} }, 1);
    world.history.record(id, outcome, { id }, at);
  }
  world.end(9);
  expect(Object.fromEntries(world.metrics.state.gauges)).toEqual({ "acked, a": 1, "acked, b": 1 });
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

/** How long each kind of operation takes in a round, in ms. */
type Spans = Readonly<Record<string, number>>;

const SPANS: Spans = {
  "create write": 9,
  "start write": 8,
  "list log": 7,
  "status log": 6,
  "list index": 5,
  "status index": 4,
  "list local": 3,
  "status local": 2,
};

/** A round of one operation of each kind; the client says how it reads but locally. */
function roundOf(spans: Spans): Told[] {
  return Object.entries(spans).map(([kind, span]) => {
    const [op, way] = kind.split(" ") as [string, string];
    const reads = way === "index" ? { read: "index" } : {};
    return [{ op, isLocal: way === "local", ...reads }, undefined, 0, ms(span)];
  });
}

describe("the measure of kinds of operations", () => {
  const judge = (...rounds: readonly Spans[]) =>
    toldOf(measureKinds("KINDS", rounds.length), rounds.flatMap(roundOf));

  it("tells writes and each way of reading apart", () => {
    const { said, gauges } = judge(SPANS, SPANS);
    expect(said).toEqual([]);
    for (const [kind, span] of Object.entries(SPANS)) {
      const [op, way] = kind.split(" ");
      expect(gauges.get(`${op}MeanMs, ${way}`)).toBe(span);
    }
  });

  it("gives median, 99th percentile and mean", () => {
    const { gauges } = judge(SPANS, { ...SPANS, "start write": 20 });
    const figures = ["P50", "P99", "Mean"].map((figure) => gauges.get(`start${figure}Ms, write`));
    expect(figures).toEqual([8, 20, 14]);
  });

  it.each([
    { kind: "status index", span: 8, says: { readsTakeNoLongerThanWrites: 1, localIsFastest: 1 } },
    { kind: "status index", span: 9, says: { readsTakeNoLongerThanWrites: 0, localIsFastest: 1 } },
    { kind: "status local", span: 4, says: { readsTakeNoLongerThanWrites: 1, localIsFastest: 0 } },
  ])("compares: $kind in $span ms", ({ kind, span, says }) => {
    const { gauges } = judge({ ...SPANS, [kind]: span });
    expect(Object.fromEntries(gauges)).toMatchObject(says);
  });

  it("takes the growth of a local list from the first quarter of rounds to the last", () => {
    const lists = [3, 5, 50, 50, 50, 50, 8, 10].map((list) => ({ ...SPANS, "list local": list }));
    expect(judge(...lists).gauges.get("listGrowsMs")).toBe(5);
  });

  it("is broken when a kind was acknowledged less often than there were rounds", () => {
    const { "status log": _, ...without } = SPANS;
    expect(judge(SPANS, without).said).toEqual([
      'KINDS: "status, log" is acknowledged 1 times, not 2',
    ]);
  });
});

describe("the measure of commits by phase", () => {
  const phases = [
    { name: "quiet", from: 0, until: ms(99) },
    { name: "busy", from: ms(100), until: ms(199) },
    { name: "empty", from: ms(200), until: ms(299) },
  ];

  it("counts an entry in the phase in which it is made, and gives no figure of none", () => {
    const cluster = clusterUnder([measureCommitsIn("commit", phases)]);
    elect(cluster, "n1", 1, ["n2", "n3"]);
    cluster.event(0, { on: "n1" });
    for (const [madeAt, committedAt] of [
      [10, 14],
      [20, 26],
      [99, 110],
      [150, 200],
    ] as const) {
      cluster.node("n1").lastIndex++;
      cluster.event(ms(madeAt), { on: "n1" });
      cluster.node("n1").commit++;
      cluster.event(ms(committedAt), { on: "n1" });
    }
    expect(cluster.end(seconds(1))).toEqual([]);
    const { samples, gauges } = cluster.metrics.state;
    expect(samples.get("commitMs, quiet")).toEqual([4, 6, 11]);
    expect(Object.fromEntries(gauges)).toEqual({
      "commitP50Ms, quiet": 6,
      "commitP99Ms, quiet": 11,
      "commitMeanMs, quiet": 7,
      "commitP50Ms, busy": 50,
      "commitP99Ms, busy": 50,
      "commitMeanMs, busy": 50,
    });
  });
});

describe("the quotient of two figures", () => {
  it("is how many times the one is the other, and nothing where the other is 0", () => {
    const invariants = [
      measureQuotient("gain", "fast", "slow"),
      measureQuotient("no", "fast", "0"),
    ];
    const world = new HandMadeWorld(invariants, {});
    world.metrics.gauge("fast", 30);
    world.metrics.gauge("slow", 20);
    expect(world.end(1)).toEqual([]);
    const { gauges } = world.metrics.state;
    expect([gauges.get("gain"), gauges.get("no")]).toEqual([1.5, undefined]);
  });
});
