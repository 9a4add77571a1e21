import { describe, expect, it } from "vitest";
import { followsAsPrefix, lagShrinks } from "../../src/invariants/chain-sync.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import { HandMadeChain } from "../support/hand-made-chain.ts";

const PAIR = { leader: "a", follower: "b" };

describe("that one chain is a prefix of another", () => {
  const begun = () => {
    const world = new HandMadeChain(followsAsPrefix("PREFIX", PAIR));
    world.has(1, "a", ["x", "y"]);
    return world;
  };

  it("is accepted of any part of it", () => {
    const world = begun();
    expect(world.has(2, "b", ["x"])).toEqual([]);
    expect(world.has(3, "b", ["x", "y"])).toEqual([]);
  });

  it("is rejected of another block, of a block too many, and of a block that leaves", () => {
    const other = "PREFIX: b has another block 2 than a, or has it before";
    expect(begun().has(2, "b", ["x", "z"])).toEqual([other]);
    const many = "PREFIX: b has another block 3 than a, or has it before";
    expect(begun().has(2, "b", ["x", "y", "z"])).toEqual([many]);
    const left = "PREFIX: 1 blocks have left the chain of b";
    expect(begun().has(2, "b", ["x"], { orphaned: 1 })).toEqual([left]);
  });
});

describe("that a lag shrinks", () => {
  const names = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);
  const begun = (lagMax: number | undefined) => {
    const phase = { name: "fast", from: 0, until: seconds(1), rate: 100, lagMax };
    const world = new HandMadeChain(lagShrinks("LAG", PAIR, [phase]));
    world.has(0, "a", names(20));
    world.has(ms(20), "b", names(1));
    world.has(ms(40), "b", names(2));
    return world;
  };

  it("is accepted, and measured, when it is small at the end of a phase", () => {
    const world = begun(3);
    world.has(ms(500), "b", names(17), { adopted: 15 });
    world.has(ms(760), "b", names(19), { adopted: 2 });
    // It has caught up: from then on nothing counts until it is behind again.
    world.has(seconds(2), "b", names(20));
    world.has(seconds(2), "a", names(99));
    expect(world.end(seconds(3))).toEqual([]);
    expect(world.metrics.summary()).toMatchObject({
      ...{ "syncLagBlocks, fast": 1, "syncLagBlocksMax, fast": 20, breakEvenRate: 25 },
    });
  });

  it("is rejected when it is not", () => {
    expect(begun(17).end(seconds(3))).toEqual([
      "LAG: b is 18 blocks behind after 100 a second, expected 17 at most",
    ]);
  });

  it("is only measured where it may be of any size", () => {
    expect(begun(undefined).end(seconds(3))).toEqual([]);
  });
});
