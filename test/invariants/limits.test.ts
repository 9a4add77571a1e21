import { describe, expect, it } from "vitest";
import {
  appendsStayWithin,
  gaugesStayWithin,
  measureGauges,
  uncommittedStaysWithin,
} from "../../src/invariants/limits.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

describe("a gauge of a server", () => {
  const world = () =>
    new HandMadeWorld(
      [gaugesStayWithin("MEMORY", (gauge) => (gauge === "queue" ? 10 : undefined))],
      { n1: {} },
    );

  it.each([
    ["queue", 10, []],
    ["queue", 11, ["MEMORY: n1 has 11 bytes queue, at most 10 are allowed"]],
    ["other", 11, []],
  ])("%s of %i bytes: %j", (gauge, bytes, broken) => {
    const made = world();
    made.host("n1").gauges.set(gauge, { bytes, bytesMax: 99 });
    expect(made.event(0, { on: "n1" })).toEqual(broken);
  });
});

describe("an append", () => {
  const entries = (...sizes: number[]) => ({ entries: sizes.map((command) => ({ command })) });
  const send = (message: unknown): string[] => {
    const limit = appendsStayWithin("APPEND-SIZE", 10, (command) => command as number);
    const world = new HandMadeWorld([limit], { n1: {} });
    return world.event(0, { on: "n1", sent: [{ to: "n2", message }] });
  };

  it.each([[entries()], [entries(4, 6)], [entries(99)], [{ type: "vote" }], ["text"]])(
    "%j is accepted",
    (message) => {
      expect(send(message)).toEqual([]);
    },
  );

  it("with more bytes is rejected", () => {
    const message = "APPEND-SIZE: an append has 2 entries with 11 bytes, at most 10 may be";
    expect(send(entries(5, 6))).toEqual([message]);
  });
});

describe("the measure of gauges", () => {
  it("takes the most of each kind, over all servers", () => {
    const world = new HandMadeWorld([measureGauges()], { n1: {}, n2: {} });
    world.host("n1").gauges.set("inflight n2", { bytes: 1, bytesMax: 7 });
    world.host("n1").gauges.set("inflight n3", { bytes: 1, bytesMax: 9 });
    world.host("n2").gauges.set("inflight n1", { bytes: 5, bytesMax: 8 });
    world.host("n2").gauges.set("uncommitted", { bytes: 0, bytesMax: 3 });
    world.end(1);
    expect([...world.metrics.state.gauges]).toEqual([
      ["most bytes, inflight", 9],
      ["most bytes, uncommitted", 3],
    ]);
  });
});

describe("what a leader has uncommitted", () => {
  const broken = (role: string, commit: number, ...sizes: number[]): string[] => {
    const entryAt = (index: number) => ({ command: sizes[index - 1]! });
    const node = { role, commit, lastIndex: sizes.length, entryAt };
    const limit = uncommittedStaysWithin("QUEUE", 10, (command) => command as number);
    return new HandMadeWorld([limit], { n1: node }).event(0, { on: "n1" });
  };

  it.each<[string, number, number[]]>([
    ["leader", 1, [99, 4, 6]],
    ["leader", 0, [99]],
    ["leader", 2, [99, 99]],
    ["follower", 0, [4, 7]],
  ])("a %s that has committed %i of %j is accepted", (role, commit, sizes) => {
    expect(broken(role, commit, ...sizes)).toEqual([]);
  });

  it("is rejected above the bound", () => {
    const message = "QUEUE: is 11, expected at most 10, at 0 ms: bytes uncommitted on n1";
    expect(broken("leader", 1, 99, 4, 7)).toEqual([message]);
  });
});
