import { describe, expect, it } from "vitest";
import {
  holdsOnlySome,
  nothingIsLeftOver,
  placementIsEven,
  replicatesBy,
} from "../../src/invariants/storage-placement.ts";
import { block, HandMadeStorage } from "../support/hand-made-storage.ts";

const file = "c1/f";

describe("replication", () => {
  const world = (): HandMadeStorage =>
    new HandMadeStorage(replicatesBy("COMPLETE", { replicas: 3, files: 1, from: 5, by: 10 }));

  it("may be complete in the end", () => {
    const storage = world();
    storage.has(block(file, "confirmed", ["n1", "n2", "n3"]));
    storage.event(10, { on: "backend" });
    expect(storage.end(20)).toEqual([]);
  });

  it.each([
    ["no file", [], "none"],
    ["a file that is pending", [block(file, "pending", ["n1", "n2", "n3"])], "none"],
    [
      "a chunk that lacks a replica",
      [block(file, "confirmed", ["n1", "n2", "n3"], ["n1"])],
      "3, 1",
    ],
  ])("with %s is rejected", (_what, blocks, counts) => {
    const storage = world();
    for (const one of blocks) storage.has(one);
    storage.event(6, { on: "backend" });
    const message = `not by 0.01 ms: of 3 replicas, its chunks have ${counts}`;
    expect(storage.end(20)).toEqual([`COMPLETE: ${message}`]);
  });

  it("on a disk that has lost its replica is rejected", () => {
    const storage = world();
    storage.has(block(file, "confirmed", ["n1", "n2", "n3"]));
    storage.host("n2").bytes = new Uint8Array(1);
    storage.event(6, { on: "backend" });
    expect(storage.end(20)).toHaveLength(1);
  });
});

describe("some of the chunks", () => {
  const world = (): HandMadeStorage =>
    new HandMadeStorage(holdsOnlySome("SOME", { all: "n1", some: "n2", by: 10 }));

  it("are seen", () => {
    const storage = world();
    storage.has(block(file, "pending", ["n1", "n2"], ["n1"]));
    storage.event(1);
    expect(storage.end(20)).toEqual([]);
  });

  it("are all of them", () => {
    const storage = world();
    storage.has(block(file, "pending", ["n1", "n2"], ["n1", "n2"]));
    storage.event(1);
    expect(storage.end(20)).toHaveLength(1);
  });
});

describe("placement", () => {
  const spread = (...holders: string[][]): string[] => {
    const nodes = ["n1", "n2", "n3"];
    const world = new HandMadeStorage(placementIsEven("EVEN", { nodes, spreadMax: 1 }));
    world.has(block(file, "confirmed", ...holders));
    return world.end(1);
  };

  it("is even when the counts differ by one", () => {
    expect(spread(["n1", "n2"], ["n1", "n3"])).toEqual([]);
  });

  it("is uneven when they differ by two", () => {
    const message = "the most and the fewest differ by more than 1: n1 2, n2 1, n3 0";
    expect(spread(["n1", "n2"], ["n1"])).toEqual([`EVEN: ${message}`]);
  });
});

describe("what is left over", () => {
  const store = (address: string) => ({ to: "n1", message: { type: "store", address } });
  const ended = (status: "confirmed" | "rejected", startedAt = 0): string[] => {
    const world = new HandMadeStorage(nothingIsLeftOver("LEFT-OVER", 50));
    world.has(block(file, status, ["n1"]));
    world.event(1, { on: "backend", sent: [store(`${file}#0@n1`)] });
    world.event(startedAt + 1, { on: "n1", kind: "start" });
    return world.end(100);
  };

  it("is nothing of a confirmed file", () => {
    expect(ended("confirmed")).toEqual([]);
  });

  it("is a replica of a rejected one", () => {
    const message = "c1/f#0@n is on the disk of n1, and of no confirmed file";
    expect(ended("rejected")).toEqual([`LEFT-OVER: ${message}`]);
  });

  it("is not asked of a node that has just been started", () => {
    expect(ended("rejected", 60)).toEqual([]);
  });
});
