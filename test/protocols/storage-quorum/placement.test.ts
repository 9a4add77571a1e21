import { describe, expect, it } from "vitest";
import { placeReplicas } from "../../../src/protocols/storage-quorum/placement.ts";

const CANDIDATES = [
  { name: "n3", freeBytes: 100 },
  { name: "n1", freeBytes: 100 },
  { name: "n2", freeBytes: 300 },
  { name: "n4", freeBytes: 50 },
];

describe("replicas are placed", () => {
  it("where most room is, and by name where it is the same", () => {
    expect(placeReplicas(CANDIDATES, 3, 10)).toEqual(["n2", "n1", "n3"]);
  });

  it("only where there is room, to the last byte", () => {
    expect(placeReplicas(CANDIDATES, 4, 100)).toEqual(["n2", "n1", "n3"]);
    expect(placeReplicas(CANDIDATES, 4, 101)).toEqual(["n2"]);
    expect(placeReplicas(CANDIDATES, 4, 301)).toEqual([]);
  });

  it("on all there are when there are fewer than asked for", () => {
    expect(placeReplicas(CANDIDATES, 9, 10)).toEqual(["n2", "n1", "n3", "n4"]);
  });

  it("nowhere when none are asked for, or nobody is there", () => {
    expect(placeReplicas(CANDIDATES, 0, 10)).toEqual([]);
    expect(placeReplicas([], 3, 10)).toEqual([]);
  });

  it("without a change of the candidates", () => {
    placeReplicas(CANDIDATES, 3, 10);
    expect(CANDIDATES.map(({ name }) => name)).toEqual(["n3", "n1", "n2", "n4"]);
  });
});
