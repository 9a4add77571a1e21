import { describe, expect, it } from "vitest";
import {
  availabilityFollows,
  membershipIsTrue,
  nodeKeepsItsReplicas,
} from "../../src/invariants/storage-membership.ts";
import type { StorageView } from "../../src/invariants/storage-view.ts";
import type { Plain } from "../../src/sim/env.ts";
import { type Micros, ms, seconds } from "../../src/sim/time.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

const TERMS = {
  ...{ backend: "backend", discovery: "discovery", replication: 3 },
  ...{ silenceMax: seconds(60), absenceMax: seconds(15), lagMax: seconds(5) },
};

const chunk = (assigned: number) => ({ sizeBytes: 1, assigned, holders: new Map() });
const block = (assigned: number) => ({ file: "a/x", chunks: [chunk(assigned)] });

/** Two storage nodes, of which `n1` is heard of at 0 s. */
const made = () => {
  const blocks = new Map([["a/x", block(1)]]);
  const backend = { state: {}, blocks } as unknown as StorageView;
  const nodes = { backend, discovery: { state: {} }, n1: { state: {} }, n2: { state: {} } };
  const world = new HandMadeWorld<StorageView>([membershipIsTrue("MEMBERS", TERMS)], nodes);
  world.event(0, { on: "n1", kind: "start" });
  tell(world, 0, "n1");
  return world;
};

type World = ReturnType<typeof made>;

const tell = (world: World, at: Micros, name: string, type = "heartbeat", from = name) =>
  world.event(at, { on: "discovery", from, payload: { type, name, life: 1 } });

const list = (world: World, at: Micros, ...names: readonly string[]) => {
  const message = { type: "peerList", peers: names.map((name) => ({ name })) };
  const payload = { type: "peers", serial: 1 };
  return world.event(at, { on: "discovery", from: "c1", payload, sent: [{ to: "c1", message }] });
};

const store = (world: World, at: Micros, to: string) =>
  world.event(at, { on: "backend", sent: [{ to, message: { type: "store" } }] });

const open = (world: World, at: Micros) =>
  world.event(at, {
    on: "backend",
    emitted: [{ event: "block opened", data: { file: "a/x" } }],
  });

describe("that membership is true", () => {
  it("is accepted of a list of those who are heard of, up to the bound", () => {
    const world = made();
    tell(world, seconds(9), "n2");
    expect(list(world, seconds(15), "n1", "n2")).toEqual([]);
    expect(list(world, seconds(60), "n1", "n2")).toEqual([]);
  });

  it("is accepted when a node is not listed that has only just come, or cannot be heard of", () => {
    const world = made();
    expect(list(world, seconds(15), "n1")).toEqual([]);
    world.cut("n2", "discovery");
    world.event(seconds(15), { kind: "fault begins", payload: { kind: "oneWay", hosts: [] } });
    expect(list(world, seconds(50), "n1")).toEqual([]);
    expect(world.metrics.state.samples.get("delistedMs")).toEqual([35_000]);
  });

  it("is accepted when the discovery has only just started again", () => {
    const world = made();
    tell(world, seconds(1), "n2");
    world.host("discovery").life = 2;
    world.event(seconds(50), { on: "discovery", kind: "start" });
    expect(list(world, seconds(60), "n1")).toEqual([]);
  });

  it("is rejected when a node is listed that was silent for too long", () => {
    expect(list(made(), seconds(60) + 1, "n1")).toEqual([
      "MEMBERS: n1 is listed, and is silent for 60000.001 ms",
    ]);
  });

  it("is rejected when a node is listed that has never been heard of but by another's word", () => {
    const world = made();
    tell(world, seconds(61), "n1");
    tell(world, seconds(61), "n2", "register", "n1");
    expect(list(world, seconds(62), "n1", "n2")).toEqual([
      "MEMBERS: n2 is listed, and is silent for 62000 ms",
    ]);
  });

  it("is rejected when a node is not listed that has long been there", () => {
    const world = made();
    tell(world, seconds(1), "n2");
    expect(list(world, seconds(15) + 1, "n2")).toEqual([
      "MEMBERS: n1 is not listed, and has been there for 15000.001 ms",
    ]);
  });

  it("is rejected when a node is listed that has left, until it registers in another life", () => {
    const world = made();
    tell(world, seconds(1), "n1", "leave");
    tell(world, seconds(1), "n1", "heartbeat");
    expect(list(world, seconds(2), "n1")).toEqual(["MEMBERS: n1 is listed, and has left"]);
    const payload = { type: "register", name: "n1", life: 2 };
    world.event(seconds(3), { on: "discovery", from: "n1", payload });
    expect(list(world, seconds(4), "n1")).toEqual([]);
  });

  it("is accepted of replicas for those who are there, a little later than lists", () => {
    const world = made();
    expect(store(world, seconds(65), "n1")).toEqual([]);
    tell(world, seconds(66), "n1");
    tell(world, seconds(67), "n1", "leave");
    expect(store(world, seconds(70), "n1")).toEqual([]);
  });

  it("is rejected of a replica for a node that was silent, or has left", () => {
    const world = made();
    expect(store(world, seconds(65) + 1, "n1")).toEqual([
      "MEMBERS: n1 is given a replica, and is silent for 65000.001 ms",
    ]);
    tell(world, seconds(66), "n1");
    tell(world, seconds(66), "n1", "leave");
    expect(store(world, seconds(72), "n1")).toEqual([
      "MEMBERS: n1 is given a replica, and left 6000 ms ago",
    ]);
  });

  it("is rejected of a quorum of more than were heard of, or of fewer than are there", () => {
    const world = made();
    tell(world, seconds(1), "n2");
    world.event(seconds(1), { on: "n2", kind: "start" });
    expect(open(world, seconds(20))).toEqual([]);
    expect(open(world, seconds(30))).toEqual([
      "MEMBERS: a/x is meant for 1, and 2 have long been there",
    ]);
    world.host("n1").node = undefined;
    world.host("n2").node = undefined;
    world.event(seconds(31), { on: "n1", kind: "fault begins", payload: { kind: "crash" } });
    expect(open(world, seconds(90))).toEqual(["MEMBERS: a/x is meant for 1, and 0 were heard of"]);
  });

  it("does not expect those who stand still, or were drained", () => {
    const world = made();
    tell(world, seconds(1), "n2");
    world.event(seconds(2), { kind: "fault begins", payload: { kind: "pause", hosts: ["n1"] } });
    const data = undefined;
    world.event(seconds(3), { on: "n2", emitted: [{ event: "drained", data }] });
    expect(list(world, seconds(30))).toEqual([]);
    expect(world.metrics.state.samples.get("delistedMs")).toEqual([28_000, 27_000]);
  });
});

describe("that availability follows the schedule", () => {
  const parts = [
    { from: seconds(1), until: seconds(9), live: 2, registered: 2 },
    { from: seconds(20), until: seconds(29), live: 1, registered: 2 },
  ];
  const world = () => new HandMadeWorld([availabilityFollows("AVAILABLE", parts)], {});
  const asked = (at: Micros, live: number, registered: number) => (on: HandMadeWorld<unknown>) => {
    on.invoke(`at ${at}`, at, { op: "peers" });
    const result = { peers: Array.from({ length: live }, (): Plain => ({})), registered };
    on.history.record("c1", "ok", { id: `at ${at}`, result }, at + ms(4));
    return on.event(at + ms(4));
  };

  it("is accepted when each part shows what it should, whatever is shown in between", () => {
    const on = world();
    const steps = [asked(seconds(2), 2, 2), asked(seconds(15), 1, 1), asked(seconds(25), 1, 2)];
    expect(steps.flatMap((step) => step(on))).toEqual([]);
    expect(on.end(seconds(30))).toEqual([]);
    expect(on.metrics.state.samples.get("nodeAvailability")).toEqual([100, 100, 50]);
    expect(on.metrics.gauged("nodeAvailabilityLeast")).toBe(50);
  });

  it.each([
    [2, 2],
    [1, 1],
  ])("is rejected when %d of %d are shown, and one of two should be", (live, registered) => {
    expect(asked(seconds(25), live, registered)(world())).toEqual([
      `AVAILABLE: at 25000000: ${live} of ${registered} nodes live, expected 1 of 2`,
    ]);
  });

  it("is rejected when nobody was told anything in a part", () => {
    const on = world();
    asked(seconds(2), 2, 2)(on);
    expect(on.end(seconds(30))).toEqual(["AVAILABLE: nobody is told who is there from 20 s on"]);
  });
});

describe("that a node keeps its replicas", () => {
  const made = () =>
    new HandMadeWorld(
      [nodeKeepsItsReplicas("KEEPS", "n1", { from: seconds(5), until: seconds(9) })],
      { backend: {} },
    );
  const says = (event: string, node: string) => ({
    on: "backend",
    emitted: [{ event, data: { node, file: "a/x" } }],
  });

  it("is accepted when it passes a challenge, and others lose theirs", () => {
    const world = made();
    world.event(seconds(6), says("challenge passed", "n1"));
    expect(world.event(seconds(7), says("replica lost", "n2"))).toEqual([]);
    expect(world.end(seconds(10))).toEqual([]);
  });

  it("is rejected when one of its replicas is lost in the span", () => {
    const world = made();
    world.event(seconds(4), says("replica lost", "n1"));
    expect(world.event(seconds(6), says("replica lost", "n1"))).toEqual([
      "KEEPS: the replica of a/x at n1 counts as lost",
    ]);
  });

  it("is rejected when it passes no challenge in the span", () => {
    const world = made();
    world.event(seconds(4), says("challenge passed", "n1"));
    expect(world.end(seconds(10))).toEqual(["KEEPS: n1 has not passed a challenge"]);
  });
});
