import { beforeEach, describe, expect, it } from "vitest";
import { bothSidesAreKept } from "../../src/invariants/chain-branches.ts";
import type { WaitingView } from "../../src/invariants/chain-transactions.ts";
import type { NodeId } from "../../src/sim/env.ts";
import { chainOf, says } from "../support/hand-made-chain.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

/** A chain of these blocks, the n-th of which has n transactions, and what waits for others. */
const viewOf = (names: readonly string[], ...waiting: readonly string[]): WaitingView => ({
  ...chainOf(...names),
  waiting: new Map(waiting.map((hash) => [hash, true])),
});

describe("what one side of a cut alone has", () => {
  let world: HandMadeWorld<WaitingView>;

  beforeEach(() => {
    const sides = [["a", "b"], ["c"]];
    world = new HandMadeWorld<WaitingView>(
      [bothSidesAreKept<WaitingView>("BOTH-SIDES", { from: 10, until: 20, sides })],
      { a: viewOf([]), b: viewOf([]), c: viewOf([]) },
    );
  });

  /** A client submits two, of which so many are refused; then these wait. */
  const submits = (at: number, on: NodeId, refused: number, ...waiting: string[]): string[] => {
    world.host(on).node = viewOf([], ...waiting);
    return world.event(at, {
      ...{ on, from: "c1", payload: { type: "submit", transactions: [1, 2] } },
      sent: [
        { to: "c1", message: { type: "submitted", refused: Array.from({ length: refused }) } },
      ],
    });
  };

  const makes = (at: number, on: NodeId, hash: string): string[] => {
    world.host(on).node = viewOf([hash]);
    const emitted = [says("block proposed", { height: 1, hash })];
    return world.event(at, { on, kind: "timer", emitted });
  };

  const endsWith = (...names: readonly string[]): string[] => {
    for (const { id } of world.servers) world.host(id).node = viewOf(names);
    return world.end(30);
  };

  it("is in every chain at the end", () => {
    submits(12, "a", 1, "old", "x1 0");
    submits(13, "c", 0, "x2 0", "x2 1");
    makes(14, "c", "x1");
    expect(endsWith("x1", "x2")).toEqual([]);
    expect(world.metrics.gauged("acceptedOnEachSide")).toBe(1);
    expect(world.metrics.gauged("paidOnEachBranch")).toBe(0);
  });

  it("is not lost, if it was accepted", () => {
    submits(12, "c", 1, "old", "new");
    expect(endsWith("x1")).toEqual(["BOTH-SIDES: one side had new, and a lacks it"]);
  });

  it("is not lost, if it was in a block", () => {
    makes(12, "a", "a1");
    makes(13, "c", "c1");
    expect(endsWith("a1")).toEqual(["BOTH-SIDES: one side had c1 0, and a lacks it"]);
    expect(world.metrics.gauged("paidOnEachBranch")).toBe(1);
  });

  it("is not lost by one server either", () => {
    makes(12, "a", "a1");
    endsWith("a1");
    world.host("b").node = viewOf([]);
    expect(world.end(31)).toEqual(["BOTH-SIDES: one side had a1 0, and b lacks it"]);
  });

  it("is not what both have, nor what was refused, nor what came before or after", () => {
    submits(9, "a", 0, "early", "too early");
    submits(12, "a", 2, "refused");
    submits(13, "a", 1, "both");
    submits(14, "c", 1, "both");
    submits(21, "c", 1, "late");
    expect(endsWith("x1")).toEqual([]);
    expect(world.metrics.gauged("acceptedOnEachSide")).toBe(0);
  });
});
