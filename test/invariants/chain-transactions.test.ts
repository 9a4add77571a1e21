import { describe, expect, it } from "vitest";
import {
  acknowledgedTransfersStay,
  orphanedTransactionsReturn,
  transactionsAreOnce,
  type WaitingView,
} from "../../src/invariants/chain-transactions.ts";
import { chainOf, HandMadeChain, says } from "../support/hand-made-chain.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

const HONEST = () => false;

/** A chain of one block, and what waits for others. */
const waitingAt = (name: string, hashes: readonly string[]): WaitingView => ({
  ...chainOf(name),
  waiting: new Map(hashes.map((hash) => [hash, true])),
});

/** A chain of one block leaves it for another one, and these transactions wait then. */
const leaves = (...waiting: readonly string[]): string[] => {
  const world = new HandMadeWorld<WaitingView>(
    [
      orphanedTransactionsReturn<WaitingView>("TX-RETURN", HONEST),
      transactionsAreOnce<WaitingView>("TX-ONCE", HONEST),
    ],
    { a: waitingAt("a1", []) },
  );
  const tell = (at: number, orphaned: number): string[] => {
    const emitted = [says("tip changed", { height: 1, hash: "x", orphaned, adopted: 1 })];
    return world.event(at, { on: "a", kind: "timer", emitted });
  };
  tell(1, 0);
  world.host("a").node = waitingAt("b1", waiting);
  return tell(2, 1);
};

describe("the transactions of a block that leaves a chain", () => {
  it("wait for another one", () => {
    expect(leaves("a1 0")).toEqual([]);
  });

  it("are not lost", () => {
    expect(leaves()).toEqual(["TX-RETURN: a: transaction a1 0 left the chain, and is lost"]);
  });
});

it("a block above what is final is remembered, and nothing below", () => {
  const invariant = orphanedTransactionsReturn<WaitingView>("TX-RETURN", HONEST);
  const shown = (finalized: number, ...names: readonly string[]): WaitingView => {
    const { chain } = chainOf(...names);
    const final = { height: finalized, hash: chain!.canonical[finalized]! };
    return { chain: { ...chain!, finalized: final }, waiting: new Map() };
  };
  const world = new HandMadeWorld<WaitingView>([invariant], { a: shown(0, "a1") });
  const tell = (at: number, orphaned: number, adopted: number): string[] => {
    const emitted = [says("tip changed", { height: 4, hash: "x", orphaned, adopted })];
    return world.event(at, { on: "a", kind: "timer", emitted });
  };
  expect(tell(1, 0, 1)).toEqual([]);
  world.host("a").node = shown(2, "a1", "a2", "a3", "a4");
  expect(tell(2, 0, 3)).toEqual([]);
  const [followed] = (
    invariant.state as ReadonlyMap<string, { blocks: readonly unknown[] }>
  ).values();
  expect(followed?.blocks.length).toBe(2);
  world.host("a").node = shown(2, "a1", "a2", "a3", "b4");
  expect(tell(3, 1, 1)).toEqual(["TX-RETURN: a: transaction a4 0 left the chain, and is lost"]);
});

it("nothing waits that is in the chain", () => {
  expect(leaves("a1 0", "b1 0")).toEqual([
    "TX-ONCE: a: b1 0 is in its chain, and waits to be so again",
  ]);
});

describe("at the end of a run", () => {
  it("no transaction is in two blocks of a chain", () => {
    const world = new HandMadeWorld<WaitingView>(
      [transactionsAreOnce<WaitingView>("TX-ONCE", HONEST)],
      { a: waitingAt("a1", []) },
    );
    expect(world.end(2)).toEqual([]);
    const { chain } = chainOf("a1", "a2");
    const again = { ...chain!.blocks.get("a2")!, transactions: ["a1 0"] };
    world.host("a").node = {
      chain: { ...chain!, blocks: new Map([...chain!.blocks, ["a2", again]]) },
      waiting: new Map(),
    };
    expect(world.end(3)).toEqual(["TX-ONCE: a: a1 0 is there twice"]);
  });

  it("what was acknowledged is in every chain", () => {
    const world = new HandMadeChain(acknowledgedTransfersStay("ACCEPTED", HONEST));
    for (const host of ["a", "b", "c"]) world.has(1, host, ["a1"]);
    world.invoke("pay1", 2, { op: "transfer" });
    world.history.record("c1", "ok", { id: "pay1", result: { hash: "a1 0" } }, 3);
    expect(world.end(4)).toEqual([]);
    world.has(5, "b", ["b1"]);
    expect(world.end(6)).toEqual(["ACCEPTED: transfer pay1 was done, and b lacks it"]);
  });
});
