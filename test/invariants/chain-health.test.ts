import { describe, expect, it } from "vitest";
import {
  chainNodeAnswers,
  consensusIsUndisturbed,
  heightsOf,
  pagesCountTheChain,
} from "../../src/invariants/chain-health.ts";
import type { ChainView } from "../../src/invariants/chain-view.ts";
import { pagesAreTrue, standingIsTold } from "../../src/invariants/monitoring.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { chainOf, says } from "../support/hand-made-chain.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

class Watched extends HandMadeWorld<ChainView> {
  constructor(invariant: Invariant<ChainView>) {
    super([invariant], { a: chainOf("x", "y"), b: chainOf() });
  }
}

describe("what a page of the chain says", () => {
  const shown = (height: number, final: number) => {
    const sample = (name: string, value: number) => ({ name, node: "a", value, at: 5 });
    const read = () => [sample("block_height", height), sample("finalized_height", final)];
    const world = new Watched(pagesAreTrue("PAGE", { read, epoch: 0, truth: heightsOf }));
    const sent = [{ to: "m", message: { type: "exposition", serial: 1, text: "" } }];
    return world.event(5, { on: "a", sent });
  };

  it("is true when it has the heights of the node's chain", () => {
    expect(shown(2, 0)).toEqual([]);
  });

  it("is not when it has another height, of the tip or of what is final", () => {
    expect(shown(1, 0)).toEqual(["PAGE: a: block_height 1"]);
    expect(shown(2, 1)).toEqual(["PAGE: a: finalized_height 1"]);
  });
});

describe("that a node of the chain answers", () => {
  const probing = {
    ...{ collector: "m", nodes: ["a", "b"], interval: 60, timeout: 5 },
    canAnswer: chainNodeAnswers,
  };

  it.each([
    ["is down", undefined],
    ["has not read its disk", { chain: undefined }],
  ])("is not so while it %s", (_, node) => {
    const world = new Watched(standingIsTold("TOLD", probing));
    world.host("a").node = node;
    world.event(0, {});
    expect(world.end(66)).toEqual(["TOLD: a is down since 0 ms, and no report has said so"]);
  });

  it("is so when it shows its chain", () => {
    const world = new Watched(standingIsTold("TOLD", probing));
    world.event(0, {});
    expect(world.end(66)).toEqual(["TOLD: a is up since 0 ms, and no report has said so"]);
  });
});

describe("that consensus is undisturbed", () => {
  const finalized = (height: number) => [says("finalized", { height, hash: "x" })];
  const traceOf = (play: (world: Watched) => void) => {
    const world = new Watched(consensusIsUndisturbed("TRACE"));
    play(world);
    world.end(9);
    return world.metrics.gauged("consensusTrace");
  };
  const sends = (type: string) => [{ to: "b", message: { type } }];
  const usual = traceOf((world) => {
    world.event(1, { on: "a", emitted: finalized(1), sent: sends("votes") });
  });

  it("holds whatever is sent to a collector", () => {
    const same = new Watched(consensusIsUndisturbed("TRACE", () => usual));
    same.event(1, { on: "a", emitted: finalized(1), sent: sends("votes") });
    same.event(2, { on: "a", sent: sends("exposition") });
    expect(same.end(9)).toEqual([]);
  });

  it.each([
    ["another event", 1, finalized(2), "votes"],
    ["another time", 2, finalized(1), "votes"],
    ["another message", 1, finalized(1), "status"],
  ] as const)("is broken by %s", (_, at, emitted, type) => {
    const other = new Watched(consensusIsUndisturbed("TRACE", () => usual));
    other.event(at, { on: "a", emitted, sent: sends(type) });
    expect(other.end(9)).toHaveLength(1);
  });
});

describe("that pages count what the node told", () => {
  const imported = (from: string) => says("block imported", { height: 1, hash: "x", from });
  const turned = (orphaned: number, adopted: number) =>
    says("tip changed", { height: 1, hash: "x", orphaned, adopted });
  const told = [imported("sync"), imported("b"), turned(0, 1), turned(2, 3), turned(1, 2)];
  const right = {
    ...{ block_interval_seconds_count: 6, block_propagation_seconds_count: 1 },
    ...{ reorg_depth_blocks_count: 2, reorg_depth_blocks_sum: 3 },
    ...{ reorg_depth_max_blocks: 2, sync_blocks_total: 1 },
  };
  const shown = (page: Record<string, number>, restarts = 0) => {
    const read = () =>
      Object.entries(page).map(([name, value]) => ({ name, node: "a", value, at: 5 }));
    const world = new Watched(pagesCountTheChain("COUNTED", read));
    world.event(1, { on: "a", emitted: told });
    world.host("a").life += restarts;
    const sent = [{ to: "m", message: { type: "exposition", serial: 1, text: "" } }];
    return world.event(5, { on: "a", sent });
  };

  it("holds for a page that does", () => {
    expect(shown(right)).toEqual([]);
  });

  it.each(Object.entries(right))("is broken when %s is not %d", (name, value) => {
    const wrong = `COUNTED: a: ${name} ${value + 1}, and it told of ${value}`;
    expect(shown({ ...right, [name]: value + 1 })).toEqual([wrong]);
  });

  it("is broken by a page that goes on counting after a restart", () => {
    expect(shown(right, 1)).toEqual([
      "COUNTED: a: block_interval_seconds_count 6, and it told of 0",
    ]);
  });
});
