import { describe, expect, it } from "vitest";
import {
  type LateView,
  measureRepeats,
  staleChangesNothing,
} from "../../src/invariants/raft-stale.ts";
import type { EventKind } from "../../src/sim/invariant.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

type Node = { -readonly [Field in keyof LateView]: LateView[Field] };
type World = HandMadeWorld<Node>;

function worldOf(): World {
  const node: Node = {
    term: 5,
    votedFor: "n1",
    commit: 1,
    applied: 1,
    lastIndex: 2,
    roleMemory: { kind: "leader", progress: new Map([["n2", { match: 7 }]]) },
  };
  const requestIn = (message: unknown) => (message as { request?: string }).request;
  return new HandMadeWorld([staleChangesNothing("STALE"), measureRepeats(requestIn)], { n1: node });
}

function deliver(world: World, payload: object, kind: EventKind = "deliver"): string[] {
  return world.event(1, { on: "n1", kind, payload });
}

describe("a message of an older term", () => {
  const stale = { type: "appendReply", term: 4, accepted: true, match: 9 };
  const learn = (node: Node): void => {
    node.roleMemory = { kind: "leader", progress: new Map([["n2", { match: 9 }]]) };
  };

  it("may change nothing, and is counted", () => {
    const world = worldOf();
    deliver(world, {}, "start");
    expect(deliver(world, stale)).toEqual([]);
    expect(deliver(world, stale)).toEqual([]);
    expect(world.metrics.counted("stale appendReply")).toBe(2);
  });

  it.each<[string, (node: Node) => void]>([
    ["progress", learn],
    ["term", (node) => (node.term = 6)],
    ["vote", (node) => (node.votedFor = "n2")],
    ["log", (node) => node.lastIndex++],
    ["commit index", (node) => node.commit++],
    ["applied index", (node) => node.applied++],
    ["role", (node) => (node.roleMemory = { kind: "follower" })],
  ])("is rejected when it changes the %s", (_, change) => {
    const world = worldOf();
    deliver(world, {}, "start");
    change(world.node("n1"));
    expect(deliver(world, stale)).toEqual([
      "STALE: n1 in term 5 is changed by an older appendReply",
    ]);
  });

  it("is none when its term is the receiver's or newer, or is not that of its sender", () => {
    const world = worldOf();
    deliver(world, {}, "start");
    for (const message of [
      { ...stale, term: 5 },
      { ...stale, term: 6 },
      { ...stale, type: "preVoteReply" },
      { type: "request", request: "a" },
    ]) {
      world.node("n1").commit++;
      expect(deliver(world, message)).toEqual([]);
    }
    expect([...world.metrics.state.counts]).toEqual([]);
  });

  it("is no matter for a server that has just restarted", () => {
    const world = worldOf();
    deliver(world, {}, "start");
    world.host("n1").life++;
    world.node("n1").commit = 0;
    expect(deliver(world, stale)).toEqual([]);
  });

  it("is no matter of timers", () => {
    const world = worldOf();
    deliver(world, {}, "start");
    world.node("n1").commit++;
    expect(deliver(world, stale, "timer")).toEqual([]);
  });
});

describe("what a leader knows a member to hold", () => {
  const matchOf = (match: number): Node["roleMemory"] => ({
    kind: "leader",
    progress: new Map([["n2", { match }]]),
  });

  it("may rise, and begin anew in another term or life", () => {
    const world = worldOf();
    deliver(world, {}, "start");
    world.node("n1").roleMemory = matchOf(8);
    expect(deliver(world, { type: "appendReply", term: 5 })).toEqual([]);
    Object.assign(world.node("n1"), { term: 6, roleMemory: matchOf(0) });
    expect(deliver(world, {}, "timer")).toEqual([]);
    world.node("n1").roleMemory = matchOf(3);
    expect(deliver(world, {}, "timer")).toEqual([]);
    world.host("n1").life++;
    world.node("n1").roleMemory = matchOf(1);
    expect(deliver(world, {}, "start")).toEqual([]);
  });

  it("is rejected when it falls", () => {
    const world = worldOf();
    deliver(world, {}, "start");
    world.node("n1").roleMemory = matchOf(6);
    expect(deliver(world, { type: "appendReply", term: 5 })).toEqual([
      "STALE: the match index of n2 falls from 7 to 6",
    ]);
  });
});

describe("what comes again", () => {
  it("is counted by requests, and by entries that the log reached to", () => {
    const world = worldOf();
    deliver(world, { request: "a" }, "start");
    deliver(world, { request: "a" });
    deliver(world, { request: "b" });
    deliver(world, { request: "a" });
    deliver(world, { request: "b" }, "timer");
    deliver(world, { entries: [{ index: 1 }, { index: 2 }, { index: 3 }] });
    world.node("n1").lastIndex = 3;
    deliver(world, { entries: [{ index: 3 }] });
    deliver(world, { entries: [{ index: 3 }] });
    const { counts } = world.metrics.state;
    expect(counts.get("requests received again")).toBe(1);
    expect(counts.get("entries received again")).toBe(3);
  });
});
