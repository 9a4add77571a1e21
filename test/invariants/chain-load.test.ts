import { describe, expect, it } from "vitest";
import { acceptedAreIncluded, includedWithin } from "../../src/invariants/chain-load.ts";
import { mempoolIsBounded, peersKeepLimits } from "../../src/invariants/chain-load-limits.ts";
import { measureLoad } from "../../src/invariants/chain-load-measures.ts";
import type { LoadView } from "../../src/invariants/chain-load-view.ts";
import type { ShownBlock } from "../../src/invariants/chain-view.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { says } from "../support/hand-made-chain.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

interface LoadedNode extends LoadView {
  readonly nonces: Readonly<Record<string, number>>;
}

/** Blocks of transactions by name, from genesis on; a block's hash is its height. */
function nodeOf(
  blocks: readonly (readonly string[])[],
  nonces: Readonly<Record<string, number>> = {},
  waiting: readonly string[] = [],
): LoadedNode {
  const bodies = [[], ...blocks];
  const header = { parent: "", timestamp: 0, producer: "", stateRoot: "" };
  const known = bodies.map((transactions, height): [string, ShownBlock] => [
    String(height),
    { header: { ...header, hash: String(height), height }, body: undefined, transactions },
  ]);
  const genesis = { height: 0, hash: "0" };
  const canonical = known.map(([hash]) => hash);
  return {
    chain: {
      ...{ blocks: new Map(known), canonical, base: 0 },
      ...{ justified: genesis, finalized: genesis, transactions: new Map(), branches: new Map() },
    },
    waiting: new Map(waiting.map((hash) => [hash, true])),
    ...{ importsQueued: 0, heldBack: 0 },
    nonces,
  };
}

/** A transaction in two bytes: its sender, and its nonce. */
const bytes = (...pairs: readonly (readonly [number, number])[]) =>
  pairs.map((pair) => Uint8Array.from(pair));
const source = {
  read: ([from = 0, nonce = 0]: Uint8Array) => {
    return { hash: `${from}.${nonce}`, from: String(from), nonce };
  },
  nonceOf: ({ nonces }: LoadedNode, from: string) => nonces[from] ?? 0,
};

class LoadedWorld extends HandMadeWorld<LoadedNode> {
  constructor(invariant: Invariant<LoadedNode>) {
    super([invariant], { a: nodeOf([]), b: nodeOf([]) });
  }

  submit(at: number, transactions: Uint8Array[], refused: readonly object[] = []): string[] {
    const payload = { type: "submit", serial: 1, transactions };
    const sent = [{ to: "c1", message: { type: "submitted", serial: 1, refused } }];
    return this.event(at, { on: "a", payload, sent });
  }

  has(at: number, on: string, node: LoadedNode, adopted: number): string[] {
    this.host(on).node = node;
    const height = node.chain!.canonical.length - 1;
    const change = { height, hash: String(height), orphaned: 0, adopted };
    return this.event(at, { on, kind: "timer", emitted: [says("tip changed", change)] });
  }
}

describe("that what was accepted is in the chain, once", () => {
  const world = () => new LoadedWorld(acceptedAreIncluded("ACCEPTED", source));

  it("holds when each sender's transactions are in every chain", () => {
    const one = world();
    one.submit(1, bytes([1, 0], [1, 1], [2, 0]), [{ index: 2, reason: { kind: "busy" } }]);
    one.submit(2, bytes([2, 0]));
    const node = nodeOf([["1.0"], ["1.1", "2.0"]], { 1: 2, 2: 1 });
    expect([...one.has(3, "a", node, 2), ...one.has(3, "b", node, 2), ...one.end(4)]).toEqual([]);
  });

  it("is broken when one is in no block of some server", () => {
    const one = world();
    one.submit(1, bytes([1, 0], [1, 1]));
    one.has(3, "a", nodeOf([["1.0", "1.1"]], { 1: 2 }), 1);
    one.has(3, "b", nodeOf([["1.0"]], { 1: 1 }), 1);
    expect(one.end(4)).toEqual(["ACCEPTED: b: of 1, 2 were accepted and 1 included"]);
  });

  it("is broken when one is in two blocks", () => {
    const one = world();
    one.submit(1, bytes([1, 0]));
    const node = nodeOf([["1.0"], ["1.0"]], { 1: 1 });
    one.has(3, "a", node, 2);
    one.has(3, "b", node, 2);
    expect(one.end(4)).toEqual(["ACCEPTED: a: 1 were accepted, and 2 are in its chain"]);
  });

  it("is broken when a reorganisation has lost one", () => {
    const one = world();
    one.submit(1, bytes([1, 0]));
    one.has(2, "b", nodeOf([["1.0"]], { 1: 1 }), 1);
    one.has(2, "a", nodeOf([["1.0"]], { 1: 1 }), 1);
    one.has(3, "a", nodeOf([[], []]), 2);
    expect(one.end(4)).toEqual(["ACCEPTED: a: of 1, 1 were accepted and 0 included"]);
  });

  it("does not ask for what waits for a lower nonce that was refused", () => {
    const one = world();
    one.submit(1, bytes([1, 0], [1, 1]), [{ index: 0, reason: { kind: "busy" } }]);
    expect(one.end(4)).toEqual([]);
  });
});

describe("that what was accepted is included in time", () => {
  /** Who submits does so to `a`. */
  const world = (ofA = 5_000) =>
    new LoadedWorld(includedWithin("INCLUDED", source, (host) => (host === "a" ? ofA : 0)));

  it("holds when it is, and measures how long the last one has waited", () => {
    const one = world();
    one.submit(1_000, bytes([1, 0]));
    expect(one.has(6_000, "b", nodeOf([["1.0"]]), 1)).toEqual([]);
    expect(one.end(90_000)).toEqual([]);
    expect(one.metrics.state.samples.get("inclusionMs")).toEqual([5]);
  });

  it("is broken when it comes late", () => {
    const one = world();
    one.submit(1_000, bytes([1, 0]));
    const late = "INCLUDED: b: one of a has waited for 5.001 ms";
    expect(one.has(6_001, "b", nodeOf([["1.0"]]), 1)).toEqual([late]);
  });

  it("holds as long as who has accepted it has", () => {
    const one = world(6_000);
    one.submit(1_000, bytes([1, 0]));
    expect(one.has(6_001, "b", nodeOf([["1.0"]]), 1)).toEqual([]);
  });

  it("is broken when it does not come at all", () => {
    const one = world();
    one.submit(1_000, bytes([1, 0]));
    expect(one.end(7_000)).toEqual(["INCLUDED: 1.0 was accepted 6 ms ago and is in no block"]);
  });
});

describe("that a mempool is bounded, and says so", () => {
  const world = () => new LoadedWorld(mempoolIsBounded({ mempoolCount: 2, mempoolPerSender: 100 }));
  const busy = [{ index: 0, reason: { kind: "busy" } }];

  it("holds when a full one refuses as busy", () => {
    const one = world();
    one.host("a").node = nodeOf([], {}, ["1.0", "2.0"]);
    expect(one.submit(1, bytes([3, 0]), busy)).toEqual([]);
    expect(one.metrics.counted("transactionsBusy")).toBe(1);
  });

  it("is broken when it takes more", () => {
    const one = world();
    one.host("a").node = nodeOf([], {}, ["1.0", "2.0", "3.0"]);
    expect(one.submit(1, bytes([3, 0]))).toEqual(["TB-BOUNDED: a: 3 wait, of 2"]);
  });

  it("holds when a reorganisation gives back more", () => {
    const one = world();
    const node = nodeOf([[]], {}, ["1.0", "2.0", "3.0"]);
    expect(one.has(1, "a", node, 1)).toEqual([]);
  });

  it("is broken when one with room refuses, and by any other reason", () => {
    const one = world();
    expect(one.submit(1, bytes([3, 0]), busy)).toEqual([
      "TB-BUSY: a: refused a good transaction: busy",
    ]);
    const invalid = [{ index: 0, reason: { kind: "invalid", rule: "bad signature" } }];
    expect(one.submit(2, bytes([3, 0]), invalid)).toEqual([
      "TB-BUSY: a: refused a good transaction: bad signature",
    ]);
  });
});

describe("that peers keep their limits", () => {
  it("is broken by a flood, and by nothing else", () => {
    const world = new HandMadeWorld([peersKeepLimits("LIMITS")], { a: nodeOf([]) });
    const fault = (name: string) => [{ event: "peer fault", data: { peer: "b", fault: name } }];
    expect(world.event(1, { on: "a", emitted: fault("timeout") })).toEqual([]);
    expect(world.event(2, { on: "a", emitted: fault("flood") })).toEqual([
      "LIMITS: a: b sends more than it may",
    ]);
  });
});

describe("the measures of a load", () => {
  it("count what was included while it was offered, and how full blocks were", () => {
    const span = { from: 1_000_000, lasting: 2_000_000, blockTransactions: 4 };
    const world = new LoadedWorld(measureLoad(span));
    const operation = { op: "load" };
    world.history.record("c1", "invoke", { id: "load", operation }, 1_000_000);
    const result = { offered: 6, made: 6, accepted: 6, refused: 2 };
    world.history.record("c1", "ok", { id: "load", result }, 3_000_000);
    world.has(2_000_000, "a", nodeOf([["1", "2", "3", "4"]]), 1);
    world.has(2_000_000, "b", nodeOf([["1", "2", "3", "4"]]), 1);
    world.has(
      3_500_000,
      "a",
      nodeOf([
        ["1", "2", "3", "4"],
        ["5", "6"],
      ]),
      1,
    );
    world.end(4_000_000);
    expect(world.metrics.summary()).toMatchObject({
      ...{ includedPerS: 2, offeredPerS: 3, refusalPercent: 25, loadDoneMs: 500 },
      blockFillPercent: { count: 2, p50: 50, max: 100 },
    });
  });
});
