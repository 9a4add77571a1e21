import { describe, expect, it } from "vitest";
import {
  lostReplicasAreFound,
  silentNodesAreDoubted,
} from "../../src/invariants/storage-losses.ts";
import type { StorageView } from "../../src/invariants/storage-view.ts";
import { type Micros, seconds } from "../../src/sim/time.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

const TERMS = { challengeInterval: seconds(30), challengeTimeout: seconds(10) };
const ROT = { kind: "fault begins", payload: { kind: "bitRot", hosts: ["n1"] } } as const;

/** `n1` holds `count` replicas, one for each chunk of a file; all its files have the same bytes. */
const made = (count = 1, keepsLeaf?: () => boolean) => {
  const chunks = Array.from({ length: count }, (_, i) => ({
    ...{ sizeBytes: 3, assigned: 1 },
    holders: new Map([
      ["n1", { replica: { node: "n1", address: `r${i}` }, isProven: true as boolean }],
    ]),
  }));
  const block = { file: "a/x", status: "confirmed", chunks };
  const backend = { state: {}, blocks: new Map([["a/x", block]]) } as unknown as StorageView;
  const n1: StorageView = { state: {}, ...(keepsLeaf === undefined ? {} : { keepsLeaf }) };
  const world = new HandMadeWorld<StorageView>([lostReplicasAreFound("FOUND", TERMS)], {
    ...{ backend, n1 },
  });
  world.host("n1").bytes = Uint8Array.of(1, 2, 3);
  for (const [chunk] of chunks.entries()) says(world, 0, "replica held", chunk);
  return { world, chunks };
};

type World = ReturnType<typeof made>["world"];

const says = (world: World, at: Micros, event: string, chunk = 0, also: readonly string[] = []) => {
  const data = { file: "a/x", chunk, node: "n1" };
  const emitted = [...also, event].map((name) => ({ event: name, data }));
  return world.event(at, { on: "backend", emitted });
};

const rot = (world: World, at: Micros) => {
  world.host("n1").bytes = Uint8Array.of(1, 2, 7);
  return world.event(at, ROT);
};

describe("that lost replicas are found", () => {
  it("is accepted when the only replica is found missing within an interval and an answer", () => {
    const { world } = made();
    rot(world, seconds(100));
    expect(world.event(seconds(140))).toEqual([]);
    expect(says(world, seconds(140), "replica lost", 0, ["challenge failed"])).toEqual([]);
    expect(world.event(seconds(999))).toEqual([]);
    expect(world.metrics.state.samples.get("detectionMs")).toEqual([40_000]);
    expect(world.metrics.counted("foundByAudits")).toBe(1);
  });

  it("is rejected when that takes longer", () => {
    const { world } = made();
    rot(world, seconds(100));
    expect(world.event(seconds(140) + 1)).toEqual([
      "FOUND: the replica a/x#0@n1 was lost and not found missing within 40000 ms, " +
        "of 1 replicas at n1",
    ]);
  });

  it("allows for two rounds of three replicas, and for no more", () => {
    const { world } = made(3);
    rot(world, seconds(100));
    for (const chunk of [0, 1]) says(world, seconds(110), "replica lost", chunk);
    expect(world.event(seconds(260))).toEqual([]);
    expect(world.event(seconds(260) + 1)).toHaveLength(1);
  });

  it("allows for an interval more for each challenge that the node lets go by", () => {
    const { world } = made();
    rot(world, seconds(100));
    says(world, seconds(130), "challenge missed");
    expect(world.event(seconds(170))).toEqual([]);
    expect(world.event(seconds(170) + 1)).toHaveLength(1);
  });

  it("is rejected when it is found too late", () => {
    const { world } = made();
    rot(world, seconds(100));
    expect(says(world, seconds(141), "replica lost")).toHaveLength(1);
  });

  it("does not ask for those of a node that is down until it is up again", () => {
    const { world } = made();
    world.host("n1").node = undefined;
    rot(world, seconds(100));
    expect(world.event(seconds(500))).toEqual([]);
    world.host("n1").node = { state: {} };
    world.host("n1").bytes = new Uint8Array(0);
    world.event(seconds(600), ROT);
    expect(world.event(seconds(640))).toEqual([]);
    expect(world.event(seconds(640) + 1)).toHaveLength(1);
  });

  it("does not ask for one of which a leaf was kept, but measures it", () => {
    const { world } = made(1, () => true);
    rot(world, seconds(100));
    expect(world.event(seconds(900))).toEqual([]);
    expect(says(world, seconds(950), "replica lost", 0, ["fetch failed"])).toEqual([]);
    expect(world.metrics.state.samples.get("partialDetectionMs")).toEqual([850_000]);
    expect(world.metrics.counted("foundByFetches")).toBe(1);
  });

  it("is accepted when the holder is silent, and is believed no more", () => {
    const { world, chunks } = made();
    rot(world, seconds(100));
    chunks[0]!.holders.get("n1")!.isProven = false;
    expect(says(world, seconds(130), "challenge missed")).toEqual([]);
    expect(world.event(seconds(999))).toEqual([]);
    expect(world.metrics.counted("foundBySilence")).toBe(1);
  });
});

describe("that silent nodes are doubted", () => {
  const terms = { ...TERMS, missedChallengesMax: 3, type: "latency" };
  const begun = () => {
    const { chunks } = made(2);
    const block = { file: "a/x", status: "confirmed", chunks };
    const backend = { state: {}, blocks: new Map([["a/x", block]]) } as unknown as StorageView;
    const world = new HandMadeWorld<StorageView>([silentNodesAreDoubted("DOUBTED", terms)], {
      backend,
    });
    const payload = { kind: "latency", from: ["n1"] };
    world.event(seconds(50), { kind: "fault begins", payload });
    return { world, chunks };
  };

  it("is accepted when none of its replicas counts in time", () => {
    const { world, chunks } = begun();
    expect(world.event(seconds(150))).toEqual([]);
    for (const { holders } of chunks) holders.get("n1")!.isProven = false;
    expect(world.event(seconds(150))).toEqual([]);
    expect(world.event(seconds(999))).toEqual([]);
    expect(world.metrics.state.samples.get("doubtedMs")).toEqual([100_000]);
  });

  it("is rejected when one does still", () => {
    const { world, chunks } = begun();
    chunks[0]!.holders.get("n1")!.isProven = false;
    expect(world.event(seconds(150) + 1)).toEqual([
      "DOUBTED: n1 answers no challenge for 100000.001 ms, and is believed",
    ]);
  });
});
