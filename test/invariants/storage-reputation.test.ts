import { describe, expect, it } from "vitest";
import { measureLiars, reputationFollows } from "../../src/invariants/storage-reputation.ts";
import type { StorageView } from "../../src/invariants/storage-view.ts";
import type { Plain } from "../../src/sim/env.ts";
import { type Micros, seconds } from "../../src/sim/time.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

const made = (first = 50) => {
  const peers = new Map([["n1", { reputation: first }]]);
  const backend = { state: { peers }, blocks: new Map() } as StorageView;
  const world = new HandMadeWorld<StorageView>([reputationFollows("REPUTATION")], { backend });
  world.event(0, { on: "backend" });
  return { world, peers };
};

const PROOF = { type: "proof", proof: { leaf: 1 } };

/** What is emitted, and what the reputation is then. */
const told = (
  reputation: number,
  event: string,
  { first = 50, why = "", payload = {} as Plain },
) => {
  const { world, peers } = made(first);
  peers.set("n1", { reputation });
  return world.event(1, {
    on: "backend",
    payload,
    emitted: [{ event, data: { node: "n1", why } }],
  });
};

describe("that reputations follow what is found", () => {
  it.each([
    ["challenge passed", 51, {}],
    ["challenge missed", 45, {}],
    ["challenge failed", 40, { payload: { type: "proof" } }],
    ["challenge failed", 30, { payload: PROOF }],
    ["fetch failed", 40, { why: "missing" }],
    ["fetch failed", 30, { why: "corrupt" }],
    ["node silent", 45, {}],
    ["challenge passed", 100, { first: 100 }],
    ["challenge failed", 0, { first: 15, payload: PROOF }],
  ] as const)("is accepted when %s makes it %d", (event, reputation, how) => {
    expect(told(reputation, event, how)).toEqual([]);
  });

  it.each([
    ["challenge passed", 60, {}],
    ["challenge failed", 40, { payload: PROOF }],
    ["challenge passed", 101, { first: 100 }],
    ["replica held", 51, {}],
  ] as const)("is rejected when %s makes it %d", (event, reputation, how) => {
    const { first = 50 } = how as { first?: number };
    expect(told(reputation, event, how)).toEqual([
      `REPUTATION: n1 had the reputation ${first}, and has ${reputation} for no reason`,
    ]);
  });

  it("begins anew with another life of the backend, and is measured as it goes", () => {
    const { world, peers } = made();
    peers.set("n1", { reputation: 51 });
    world.event(1, {
      on: "backend",
      emitted: [{ event: "challenge passed", data: { node: "n1" } }],
    });
    world.host("backend").life = 2;
    peers.set("n1", { reputation: 50 });
    expect(world.event(2, { on: "backend" })).toEqual([]);
    expect(world.metrics.state.samples.get("reputation, n1")).toEqual([50, 51, 50]);
  });
});

describe("the measure of liars", () => {
  const says = (world: HandMadeWorld<StorageView>, at: Micros, event: string, node: string) =>
    world.event(at, {
      on: event === "lie" ? node : "backend",
      emitted: [{ event, data: { node } }],
    });

  it("counts who is found after the first lie, each once, and those found by audits", () => {
    const none = { state: {} };
    const world = new HandMadeWorld<StorageView>([measureLiars()], {
      ...{ backend: none, n1: none, n2: none, n3: none },
    });
    for (const node of ["n1", "n2", "n3"]) says(world, seconds(1), "lie", node);
    says(world, seconds(2), "lie", "n1");
    says(world, seconds(4), "challenge failed", "n1");
    says(world, seconds(5), "fetch failed", "n1");
    says(world, seconds(6), "fetch failed", "n2");
    says(world, seconds(7), "challenge failed", "backend");
    expect([...world.metrics.state.counts]).toEqual([
      ["liars", 3],
      ["liarsFound", 2],
      ["liarsFoundByAudits", 1],
    ]);
    expect(world.metrics.state.samples.get("liarFoundMs")).toEqual([3_000, 5_000]);
  });
});
