import { beforeEach, describe, expect, it } from "vitest";
import { changesAreDone } from "../../src/invariants/membership.ts";
import type { NodeId } from "../../src/sim/env.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

const changes = [
  { at: 10, voters: ["n1", "n2"] },
  { at: 50, voters: ["n2", "n3"] },
];

let world: HandMadeWorld<object>;

beforeEach(() => {
  world = new HandMadeWorld([changesAreDone("CHANGES", changes, 20)], { n1: {} });
});

/** A member tells who decides; what is broken then. */
function applied(at: number, voters: readonly NodeId[], outgoing: readonly NodeId[] = []) {
  const data = { voters: [...voters], outgoing: [...outgoing], learners: [] };
  return world.event(at, { on: "n1", emitted: [{ event: "configuration applied", data }] });
}

describe("that changes are done in time", () => {
  it("is accepted of changes that are in force by then, in whatever order they name voters", () => {
    expect(applied(30, ["n2", "n1"])).toEqual([]);
    expect(world.event(50)).toEqual([]);
    expect(applied(70, ["n2", "n3"])).toEqual([]);
    expect(world.event(999)).toEqual([]);
    expect(world.metrics.state.samples.get("changeDoneMs")).toEqual([0.02, 0.02]);
  });

  it("is rejected of one that is not, or not yet by itself", () => {
    expect(applied(20, ["n1", "n2"], ["n3"])).toEqual([]);
    expect(applied(30, ["n1", "n3"])).toEqual([]);
    expect(world.event(31)).toEqual(["CHANGES: n1, n2 do not decide, asked for 0.021 ms ago"]);
  });

  it("is rejected of a later one, too", () => {
    applied(11, ["n1", "n2"]);
    expect(world.event(70)).toEqual([]);
    expect(applied(71, ["n1", "n2"])).toHaveLength(1);
  });
});
