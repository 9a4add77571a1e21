import { describe, expect, it } from "vitest";
import { challengesAreFresh } from "../../src/invariants/storage-challenges.ts";
import type { StorageView } from "../../src/invariants/storage-view.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

/** Leaves of ten bytes: nine of the large replica, and one of the small one. */
const made = () => {
  const holderOf = (address: string) => new Map([["n1", { replica: { node: "n1", address } }]]);
  const chunks = [
    { sizeBytes: 90, assigned: 1, holders: holderOf("large") },
    { sizeBytes: 9, assigned: 1, holders: holderOf("small") },
  ];
  const backend = { state: {}, blocks: new Map([["a/x", { file: "a/x", chunks }]]) };
  const nodes = { backend: backend as unknown as StorageView };
  return new HandMadeWorld<StorageView>([challengesAreFresh("FRESH", 10)], nodes);
};

/** Challenges one after the other, each with a nonce of its own. */
const challenged = (leaves: readonly number[], address = "large") => {
  const world = made();
  const broken = leaves.flatMap((leaf, i) => {
    const message = { type: "challenge", address, nonce: Uint8Array.of(i), leaf };
    return world.event(i, { on: "backend", sent: [{ to: "n1", message }] });
  });
  return [...broken, ...world.end(1_000)];
};

const DRAWN = [4, 0, 7, 7, 2, 8, 1, 3, 5, 0, 6, 2, 2, 8, 4, 1, 7, 3, 0, 5, 5, 6, 1, 8, 3, 2, 4, 6];

describe("that challenges are fresh", () => {
  it("is accepted of leaves that are drawn", () => {
    expect(challenged([...DRAWN, ...DRAWN])).toEqual([]);
  });

  it("is accepted of a few that are the same, and of replicas of few leaves", () => {
    expect(challenged(Array.from({ length: 29 }, () => 0))).toEqual([]);
    expect(
      challenged(
        Array.from({ length: 99 }, () => 0),
        "small",
      ),
    ).toEqual([]);
  });

  it("is rejected when more than half are for one leaf", () => {
    const [...often] = DRAWN.flatMap((leaf) => [leaf, 3]);
    expect(challenged([...often, 3, 3, 3])).toEqual([
      "FRESH: more than half of all challenges are for leaf 3",
    ]);
  });

  it("is rejected when they go on leaf by leaf", () => {
    expect(challenged(Array.from({ length: 40 }, (_, i) => i % 9))).toEqual([
      "FRESH: more than half of all challenges go on by 1",
    ]);
  });

  it("is rejected when a nonce is used again", () => {
    const world = made();
    const message = { type: "challenge", address: "small", nonce: Uint8Array.of(1, 2), leaf: 0 };
    const again = { on: "backend", sent: [{ to: "n1", message }] };
    expect([...world.event(1, again), ...world.event(2, again)]).toEqual([
      "FRESH: the nonce 1 2 is used again",
    ]);
  });
});
