import { describe, expect, it } from "vitest";
import { healthIsSaid, roundTripsTake } from "../../src/invariants/chain-links.ts";
import type { Plain } from "../../src/sim/env.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { HandMadeChain } from "../support/hand-made-chain.ts";

/** One question that took so long, with this answer. */
function asked(invariant: Invariant, took: number, result: Plain): string[] {
  const world = new HandMadeChain(invariant);
  world.invoke("ask1", 1_000);
  world.history.record("c1", "ok", { id: "ask1", result }, 1_000 + took);
  return world.end(100_000);
}

describe("round trips", () => {
  const trips = (took: number): string[] =>
    asked(roundTripsTake("RTT", { ids: "ask", mean: 10_000, errorMax: 0.05 }), took, "");

  it("take what was injected", () => {
    expect([...trips(9_500), ...trips(10_500)]).toEqual([]);
  });

  it("take no longer, and no less", () => {
    expect(trips(10_501)).toEqual(["RTT: round trips take 10.501 ms, expected 10"]);
    expect(trips(9_000)).toEqual(["RTT: round trips take 9 ms, expected 10"]);
  });

  it("are measured", () => {
    const none = roundTripsTake("RTT", { ids: "probe", mean: 10_000, errorMax: 0.05 });
    expect(asked(none, 10_000, "")).toEqual(["RTT: no round trip was measured"]);
  });
});

describe("a node that hears too few", () => {
  const said = (result: Plain): string[] =>
    asked(healthIsSaid("HEALTH", { ids: "ask", isPartitioned: true }), 1, result);

  it("says so", () => {
    expect(said({ isPartitioned: true })).toEqual([]);
    expect(said({ isPartitioned: false })).toEqual(['HEALTH: ask1: {"isPartitioned":false}']);
  });
});
