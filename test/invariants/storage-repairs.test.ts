import { describe, expect, it } from "vitest";
import {
  fullNodesAreSpared,
  lostReplicasAreReplaced,
  restartedNodesProve,
} from "../../src/invariants/storage-repairs.ts";
import type { StorageView } from "../../src/invariants/storage-view.ts";
import type { Plain } from "../../src/sim/env.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { type Micros, seconds } from "../../src/sim/time.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

/** A file of one chunk, with holders of which each is proven. */
const made = (invariant: Invariant<StorageView>, ...names: readonly string[]) => {
  const holders = new Map(
    names.map((node) => [node, { replica: { node, address: node }, isProven: true as boolean }]),
  );
  const block = {
    ...{ file: "a/x", status: "confirmed" },
    chunks: [{ sizeBytes: 3, assigned: 2, holders }],
  };
  const backend = { state: {}, blocks: new Map([["a/x", block]]) } as unknown as StorageView;
  const world = new HandMadeWorld<StorageView>([invariant], { backend });
  return { world, holders };
};

type World = ReturnType<typeof made>["world"];

const says = (world: World, at: Micros, event: string, node: string, also: object = {}) =>
  world.event(at, {
    ...{ on: "backend", kind: "timer" },
    emitted: [{ event, data: { file: "a/x", chunk: 0, node, ...also } }],
  });

describe("that lost replicas are replaced", () => {
  const begun = () =>
    made(lostReplicasAreReplaced("REPAIRED", { replication: 2, within: seconds(10) }), "n1");
  const proven = (node: string, isProven = true) => ({
    replica: { node, address: node },
    isProven,
  });

  it("is accepted when there are as many again in time", () => {
    const { world, holders } = begun();
    says(world, seconds(5), "replica lost", "n2");
    holders.set("n3", proven("n3"));
    expect(says(world, seconds(15), "replica held", "n3")).toEqual([]);
    expect(world.event(seconds(99), { kind: "timer" })).toEqual([]);
    expect(world.metrics.state.samples.get("repairMs")).toEqual([10_000]);
  });

  it("is rejected when there are not, or the new one is not trusted", () => {
    const { world, holders } = begun();
    says(world, seconds(5), "replica lost", "n2");
    holders.set("n3", proven("n3", false));
    says(world, seconds(6), "replica held", "n3");
    expect(world.event(seconds(15), { kind: "timer" })).toEqual([]);
    expect(world.event(seconds(15) + 1, { kind: "timer" })).toEqual([
      "REPAIRED: the lost replica of a/x#0 is not replaced within 10000 ms",
    ]);
  });

  it("counts the bytes that are fetched and stored for it", () => {
    const { world } = begun();
    const fetched = { type: "fetched", data: new Uint8Array(7) };
    const store = { to: "n3", message: { type: "store", data: new Uint8Array(7) } };
    world.event(1, { on: "backend", payload: fetched, sent: [store] });
    world.event(2, { on: "backend", payload: fetched });
    expect(world.metrics.counted("repairBytes")).toBe(14);
  });
});

describe("that restarted nodes prove what they have", () => {
  const begun = () => {
    const { world, holders } = made(restartedNodesProve("ANEW"), "n1");
    holders.get("n1")!.isProven = false;
    return { world, holders };
  };
  const told = (world: World, at: Micros, life: number) => {
    const payload = { type: "peerList", peers: [{ name: "n1", life }] };
    return world.event(at, { on: "backend", payload });
  };

  it("is accepted when a node in a new life counts only once it has passed a challenge", () => {
    const { world, holders } = begun();
    expect(told(world, 1, 1)).toEqual([]);
    holders.get("n1")!.isProven = true;
    expect(says(world, 2, "challenge passed", "n1")).toEqual([]);
    expect(told(world, 3, 1)).toEqual([]);
  });

  it("is rejected when it counts at once", () => {
    const { world, holders } = begun();
    told(world, 1, 1);
    holders.get("n1")!.isProven = true;
    says(world, 2, "challenge passed", "n1");
    expect(told(world, 3, 2)).toEqual([
      "ANEW: n1 counts as a holder of chunk 0 of a/x, and has not proven it",
    ]);
  });
});

describe("that full nodes are spared", () => {
  const begun = () => made(fullNodesAreSpared("SPARED")).world;
  const store = (world: World, at: Micros, to: string, payload: Plain = {}) =>
    world.event(at, { on: "backend", payload, sent: [{ to, message: { type: "store" } }] });

  it("is accepted of others, and of it once it was told of anew", () => {
    const world = begun();
    says(world, 1, "replica refused", "n1", { error: "full" });
    says(world, 1, "replica refused", "n2", { error: "io" });
    expect(store(world, 2, "n2")).toEqual([]);
    expect(store(world, 3, "n1", { type: "peerList" })).toEqual([]);
  });

  it("is rejected of it before that", () => {
    const world = begun();
    says(world, 1, "replica refused", "n1", { error: "full" });
    expect(store(world, 2, "n1")).toEqual([
      "SPARED: n1 has said that it is full, and is sent more",
    ]);
  });
});
