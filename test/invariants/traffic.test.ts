import { describe, expect, it } from "vitest";
import {
  largeEntriesAreSentFewTimes,
  lossIsAsSet,
  measureHeartbeatGaps,
} from "../../src/invariants/traffic.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

/** Of `sent` messages in the phase so many arrive; and others before and after it, all lost. */
function lose(sent: number, lost: number, probability: number): HandMadeWorld<object> {
  const phase = { name: "storm", from: 1_000, until: 2_000, probability };
  const world = new HandMadeWorld([lossIsAsSet("LOSS", [phase])], { n1: {} });
  const message = { to: "n1", message: {} };
  for (const at of [999, 2_001]) world.event(at, { kind: "timer", sent: [message] });
  for (let i = 0; i < sent; i++) {
    world.event(1_000 + (i % 1_001), { kind: "timer", sent: [message] });
    if (i >= lost) world.event(1_000 + (i % 1_001), { kind: "deliver" });
  }
  return world;
}

describe("a loss as it is set", () => {
  it("may differ by one in a hundred", () => {
    // Six standard deviations are less: 0.6 in a hundred.
    const world = lose(10_000, 199, 0.01);
    expect(world.end(3_000)).toEqual([]);
    expect(world.metrics.gauged("lost %, storm")).toBe(1.99);
  });

  it("may differ by more when messages are few", () => {
    expect(lose(100, 79, 0.5).end(3_000)).toEqual([]);
  });

  it.each([
    { sent: 10_000, lost: 201, probability: 0.01 },
    { sent: 100, lost: 81, probability: 0.5 },
    { sent: 100, lost: 19, probability: 0.5 },
    { sent: 1_000, lost: 0, probability: 0.1 },
    { sent: 0, lost: 0, probability: 0.1 },
  ])("is not $lost of $sent messages for $probability", ({ sent, lost, probability }) => {
    expect(lose(sent, lost, probability).end(3_000)).toEqual([
      `LOSS: ${lost} of ${sent} messages are lost in the phase "storm", not ${probability}`,
    ]);
  });
});

describe("the measure of heartbeats", () => {
  it("takes the waits between appends at each server, by phases", () => {
    const phases = [
      { name: "calm", from: 0, until: 10_000 },
      { name: "storm", from: 10_001, until: 90_000 },
    ];
    const world = new HandMadeWorld([measureHeartbeatGaps(phases)], { n1: {}, n2: {} });
    const hear = (on: string, at: number, type = "append"): void => {
      world.event(at, { on, payload: { type } });
    };
    hear("n1", 1_000);
    hear("n2", 2_000);
    hear("n1", 3_000);
    hear("n1", 6_000, "vote");
    hear("n2", 7_000);
    hear("n1", 40_000);
    world.host("n2").life++;
    hear("n2", 80_000);
    world.event(85_000, { on: "n2", kind: "timer", payload: "append" });
    world.end(90_000);
    const { gauges } = world.metrics.state;
    expect(gauges.get("heartbeatGapMaxMs, calm")).toBe(5);
    expect(gauges.get("heartbeatGapMaxMs, storm")).toBe(37);
    expect(gauges.get("heartbeatGapP99Ms, storm")).toBe(37);
  });
});

describe("a large entry", () => {
  type Node = { term: number };
  const world = () => {
    const sizeOf = (command: unknown) => command as number;
    const limits = { sizeMin: 100, timesMax: 2 };
    return new HandMadeWorld<Node>([largeEntriesAreSentFewTimes("SENT-AGAIN", limits, sizeOf)], {
      n1: { term: 1 },
      n2: { term: 1 },
    });
  };
  const send = (
    made: HandMadeWorld<Node>,
    size: number,
    { on = "n1", to = "n3", index = 5 } = {},
  ) => made.event(0, { on, sent: [{ to, message: { entries: [{ index, command: size }] } }] });

  it("may be sent so many times to each follower by each leader in each term", () => {
    const made = world();
    for (const term of [1, 2]) {
      for (const { node } of made.servers) if (node) node.term = term;
      for (const where of [{}, { to: "n2" }, { on: "n2" }, { index: 6 }]) {
        expect(send(made, 100, where)).toEqual([]);
        expect(send(made, 100, where)).toEqual([]);
      }
    }
    expect(made.metrics.gauged("times a large entry is sent")).toBe(2);
  });

  it("is rejected when it is sent more often, among others", () => {
    const made = world();
    send(made, 100);
    send(made, 100);
    const entries = [
      { index: 4, command: 1 },
      { index: 5, command: 100 },
    ];
    expect(made.event(0, { on: "n1", sent: [{ to: "n3", message: { entries } }] })).toEqual([
      "SENT-AGAIN: entry 5 is sent to n3 3 times",
    ]);
  });

  it("is none when it is smaller", () => {
    const made = world();
    for (let i = 0; i < 5; i++) expect(send(made, 99)).toEqual([]);
  });
});
