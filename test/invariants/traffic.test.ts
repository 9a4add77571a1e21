import { describe, expect, it } from "vitest";
import { lossIsAsSet } from "../../src/invariants/traffic.ts";
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
