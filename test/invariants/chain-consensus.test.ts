import { describe, expect, it } from "vitest";
import {
  blocksKeepComing,
  heightsStayClose,
  noForks,
  reorgsAreOfTheCut,
  reorgsAreShort,
  tipsFollowForkChoice,
} from "../../src/invariants/chain-consensus.ts";
import type { ChainView } from "../../src/invariants/chain-view.ts";
import { chainOf, HandMadeChain, says } from "../support/hand-made-chain.ts";

const HONEST = () => false;
const FOREVER = { from: 0, until: 1_000_000 };
const PROPOSED = says("block proposed", { height: 1, hash: "a1" });

/** The chain of one block that knows another block behind genesis, too. */
function forked(tip: string, other: string): ChainView {
  const { chain } = chainOf(tip);
  const blocks = new Map([...chain!.blocks, ...chainOf(other).chain!.blocks]);
  return { chain: { ...chain!, blocks, branches: new Map([[1, [tip, other]]]) } };
}

describe("fork choice", () => {
  const shown = (view: ChainView): string[] => {
    const world = new HandMadeChain(tipsFollowForkChoice("FORK-CHOICE", HONEST));
    world.host("a").node = view;
    return world.tells(1, "a", says("block imported", { height: 1, hash: "x", from: "b" }));
  };

  it("is the block with the lower hash of two of one height", () => {
    expect(shown(forked("a1", "b1"))).toEqual([]);
    expect(shown(forked("b1", "a1"))).toEqual([
      "FORK-CHOICE: a: its tip is 1 b1, and 1 a1 comes first",
    ]);
  });

  it("is the higher block", () => {
    const { chain } = chainOf("a1", "a2");
    expect(shown({ chain: { ...chain!, canonical: ["genesis", "a1"] } })).toEqual([
      "FORK-CHOICE: a: its tip is 1 a1, and 2 a2 comes first",
    ]);
  });

  it("descends from the justified block, however low that branch is", () => {
    const { chain } = forked("a1", "b1");
    expect(shown({ chain: { ...chain!, justified: { height: 1, hash: "b1" } } })).toEqual([
      "FORK-CHOICE: a: its tip is 1 a1, and justified 1 b1 comes first",
    ]);
  });

  it("is the same for those who know the same at the end", () => {
    const world = new HandMadeChain(tipsFollowForkChoice("FORK-CHOICE", HONEST));
    world.host("a").node = forked("a1", "b1");
    world.host("b").node = forked("b1", "a1");
    expect(world.end(2)).toEqual(["FORK-CHOICE: a and b know the same, and have other tips"]);
    world.host("b").node = forked("a1", "b1");
    expect(world.end(3)).toEqual([]);
  });
});

describe("a chain where nothing fails", () => {
  it("has no forks", () => {
    const world = new HandMadeChain(noForks("FORKS", FOREVER));
    expect(world.has(1, "a", ["a1"])).toEqual([]);
    expect(world.tells(2, "a", { event: "fork seen", data: {} })).toEqual(["FORKS: a sees a fork"]);
    expect(world.has(3, "a", ["b1"], { orphaned: 1 })).toEqual([
      "FORKS: a: 1 blocks left its chain",
    ]);
  });

  it("is as high on all servers but for a block", () => {
    const bounds = { ...FOREVER, apartMax: 1, mayLie: HONEST };
    const world = new HandMadeChain(heightsStayClose("HEIGHTS", bounds));
    expect(world.has(1, "a", ["a1"])).toEqual([]);
    expect(world.has(2, "a", ["a1", "a2"])).toEqual(["HEIGHTS: heights are 2, 0, 0"]);
  });

  it("gets a block so often", () => {
    const world = new HandMadeChain(
      blocksKeepComing("INTERVAL", { from: 0, until: 100, gapMax: 40 }),
    );
    expect(world.has(40, "a", ["a1"])).toEqual([]);
    expect(world.has(80, "a", ["a1", "a2"])).toEqual([]);
    expect(world.end(100)).toEqual([]);
    expect(world.has(90, "a", ["a1", "a2", "a3"])).toEqual([]);
    expect(world.end(131)).toEqual([]);
  });

  it("is late without one", () => {
    const world = new HandMadeChain(
      blocksKeepComing("INTERVAL", { from: 0, until: 100, gapMax: 40 }),
    );
    world.has(41, "a", ["a1"]);
    expect(world.end(42)).toEqual(["INTERVAL: no block for 0.041 ms, expected one every 0.04 ms"]);
  });
});

describe("a chain that leaves some blocks", () => {
  it("leaves no more than it may", () => {
    const world = new HandMadeChain(reorgsAreShort("DEPTH", 1));
    expect(world.has(1, "a", ["b1"], { orphaned: 1 })).toEqual([]);
    expect(world.has(2, "a", ["c1", "c2"], { orphaned: 2 })).toEqual([
      "DEPTH: a: 2 blocks left its chain, expected 1 at most",
    ]);
  });

  it("leaves no more than were made on its side of a cut", () => {
    const sides = [["a"], ["b", "c"]];
    const world = new HandMadeChain(reorgsAreOfTheCut("REORG", { from: 10, sides }));
    world.tells(9, "a", PROPOSED);
    world.tells(11, "a", PROPOSED);
    world.tells(12, "b", PROPOSED);
    expect(world.has(13, "a", ["b1"], { orphaned: 1 })).toEqual([]);
    expect(world.has(14, "c", ["a1", "a2"], { orphaned: 2 })).toEqual([
      "REORG: c: 2 blocks left its chain, and its side has made 1",
    ]);
  });

  it("leaves any number that others have made where it is on no side", () => {
    const world = new HandMadeChain(reorgsAreOfTheCut("REORG", { from: 10, sides: [["a"]] }));
    world.tells(11, "c", PROPOSED);
    expect(world.has(14, "c", ["a1", "a2"], { orphaned: 2 })).toEqual([]);
  });
});
