import { describe, expect, it } from "vitest";
import { FaultAtlas } from "../../../src/sim/faults/fault-atlas.ts";

describe("a fault atlas", () => {
  it("allows as many damaged hosts as it was told, and those again and again", () => {
    const atlas = new FaultAtlas(2);
    expect([atlas.allows(0), atlas.allows(0, 1), atlas.allows(0, 1, 2)]).toEqual([
      ...[true, true, false],
    ]);
    atlas.damage(4);
    atlas.damage(4);
    expect([atlas.allows(4), atlas.allows(4, 0), atlas.allows(0, 1)]).toEqual([true, true, false]);
    atlas.damage(0);
    expect([atlas.allows(0), atlas.allows(4, 0), atlas.allows(1)]).toEqual([true, true, false]);
    expect(atlas.state).toEqual({ damaged: [4, 0] });
  });

  it("of no host allows none", () => {
    expect(new FaultAtlas(0).allows(0)).toBe(false);
  });
});
