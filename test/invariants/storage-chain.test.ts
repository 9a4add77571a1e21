import { describe, expect, it } from "vitest";
import { chainIsLinear } from "../../src/invariants/storage-chain.ts";
import type { Plain } from "../../src/sim/env.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

const GENESIS = "0".repeat(64);
const block = (index: number, hash: string, previous: string, file: string) => ({
  ...{ index, hash, previous, file },
  status: "confirmed",
});
const FIRST = block(0, "h0", GENESIS, "a/x");
const SECOND = block(1, "h1", "h0", "a/y");
const THIRD = block(2, "h2", "h1", "a/z");

/** What clients are told, in this order, each asking from `offset` on. */
const told = (...pages: readonly (readonly [offset: number, blocks: Plain])[]): string[] => {
  const world = new HandMadeWorld([chainIsLinear("SQ-CHAIN")], {});
  return pages.flatMap(([offset, blocks], i) => {
    world.invoke(`p${i}`, 2 * i, { op: "blocks", offset, limit: 10 });
    world.history.record("c1", "ok", { id: `p${i}`, result: { blocks } }, 2 * i + 1);
    return world.event(2 * i + 1);
  });
};

const uploaded = (pages: readonly [number, Plain][], file: string, blockIndex: number) => {
  const world = new HandMadeWorld([chainIsLinear("SQ-CHAIN")], {});
  world.invoke("u", 0, { op: "upload", file });
  world.history.record("c1", "ok", { id: "u", result: { file, blockIndex } }, 1);
  const [[offset, blocks] = [0, []]] = pages;
  world.invoke("p", 2, { op: "blocks", offset, limit: 10 });
  world.history.record("c1", "ok", { id: "p", result: { blocks } }, 3);
  return world.event(4);
};

describe("that the chain is linear", () => {
  it("is accepted of pages that overlap and grow, in any order", () => {
    expect(told([1, [SECOND]], [0, [FIRST]], [0, [FIRST, SECOND]], [1, [SECOND, THIRD]])).toEqual(
      [],
    );
  });

  it("is accepted when each uploader is told the block that is shown", () => {
    expect(uploaded([[0, [FIRST, SECOND]]], "a/y", 1)).toEqual([]);
  });

  it("is not asked of what was refused", () => {
    const world = new HandMadeWorld([chainIsLinear("SQ-CHAIN")], {});
    world.invoke("p", 0, { op: "blocks", offset: 0, limit: 10 });
    world.history.record("c1", "fail", { id: "p", result: "unauthenticated" }, 1);
    expect(world.event(2)).toEqual([]);
  });

  it.each([
    [
      "a link that is not the hash before",
      [0, [FIRST, { ...SECOND, previous: "h9" }]],
      "p0: block 1 does not have the hash of the one before it",
    ],
    [
      "a first block that follows on something",
      [0, [{ ...FIRST, previous: "h9" }]],
      "p0: block 0 does not have the hash of the one before it",
    ],
    ["a gap", [0, [FIRST, THIRD]], "p0: the block at 1 has the index 2"],
    [
      "a file with two blocks",
      [0, [FIRST, { ...SECOND, file: "a/x" }]],
      "p0: a/x is block 0, and 1 too",
    ],
  ] as const)("is rejected of %s", (_, page, message) => {
    expect(told(page as readonly [number, Plain])).toEqual([`SQ-CHAIN: ${message}`]);
  });

  it("is rejected when a later page shows another hash, or another file, at an index", () => {
    expect(told([0, [FIRST]], [0, [{ ...FIRST, hash: "h9" }]])).toEqual([
      "SQ-CHAIN: p1: block 0 has another hash now",
    ]);
    expect(told([0, [FIRST]], [0, [{ ...FIRST, file: "b/x" }]])).toEqual([
      "SQ-CHAIN: p1: block 0 is of a/x, and of b/x too",
    ]);
  });

  it("is rejected when the block before comes later and is not the one linked to", () => {
    expect(told([1, [SECOND]], [0, [{ ...FIRST, hash: "h9" }]])).toEqual([
      "SQ-CHAIN: p1: block 1 does not have the hash of the one before it",
    ]);
  });

  it("is rejected when an uploader was told another block", () => {
    expect(uploaded([[0, [FIRST, SECOND]]], "a/y", 0)).toEqual([
      "SQ-CHAIN: p: a/y is block 0, and 1 too",
    ]);
  });
});
