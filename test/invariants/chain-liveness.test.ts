import { describe, expect, it } from "vitest";
import {
  type Convergence,
  heightsConverge,
  heightsFollow,
} from "../../src/invariants/chain-liveness.ts";
import { seconds } from "../../src/sim/time.ts";
import { HandMadeChain, says } from "../support/hand-made-chain.ts";

const begun = (options: Partial<Convergence> = {}) =>
  new HandMadeChain(
    heightsConverge("HEIGHT", { from: seconds(10), within: seconds(5), ...options }),
  );

describe("that heights converge", () => {
  it("is accepted once all servers have one tip in time", () => {
    const world = begun();
    world.has(seconds(8), "a", ["x"]);
    world.has(seconds(12), "b", ["x"]);
    world.has(seconds(15), "c", ["x"]);
    world.has(seconds(16), "a", ["x", "y"]);
    expect(world.end(seconds(20))).toEqual([]);
  });

  it("is rejected when a server is behind", () => {
    const world = begun();
    world.has(seconds(8), "a", ["x"]);
    world.has(seconds(12), "b", ["x"]);
    expect(world.end(seconds(20))).toEqual([
      "HEIGHT: not by 15 s: a is at 1 x, b is at 1 x, c is at 0 genesis",
    ]);
  });

  it("is rejected when heights are the same, and blocks are not", () => {
    const world = begun();
    world.has(seconds(11), "a", ["x"]);
    world.has(seconds(12), "b", ["y"]);
    world.has(seconds(13), "c", ["x"]);
    expect(world.end(seconds(20))).toEqual([
      "HEIGHT: not by 15 s: a is at 1 x, b is at 1 y, c is at 1 x",
    ]);
  });

  it("is rejected when there is no block at all, or too few", () => {
    expect(begun().end(seconds(20))).toHaveLength(1);
    const world = begun({ heightMin: 2, among: ["a", "b"] });
    world.has(seconds(11), "a", ["x"]);
    world.has(seconds(12), "b", ["x"]);
    expect(world.end(seconds(20))).toHaveLength(1);
  });

  it("is rejected when a server is down", () => {
    const world = begun({ among: ["a", "b"] });
    world.host("b").node = undefined;
    world.has(seconds(11), "a", ["x"]);
    expect(world.end(seconds(20))).toEqual(["HEIGHT: not by 15 s: a is at 1 x, b is not up"]);
  });

  it("asks nothing of liars", () => {
    const world = begun({ mayLie: (host) => host === "c" });
    world.has(seconds(11), "a", ["x"]);
    world.has(seconds(12), "b", ["x"]);
    expect(world.end(seconds(20))).toEqual([]);
  });
});

describe("that all follow a block", () => {
  const proposed = says("block proposed", { height: 2, hash: "y" });
  const follow = () => new HandMadeChain(heightsFollow("HEIGHT", { height: 2, within: 100 }));

  it("is accepted once all servers have it, or more, in time", () => {
    const world = follow();
    world.tells(10, "a", proposed);
    for (const host of ["a", "b", "c"]) world.has(110, host, ["x", "y", "z"]);
    expect(world.end(500)).toEqual([]);
  });

  it("is rejected when one of them is late", () => {
    const world = follow();
    world.tells(10, "a", proposed);
    for (const host of ["a", "b"]) world.has(20, host, ["x", "y"]);
    world.has(50, "c", ["x"]);
    const since = "what began at 0.01 ms was not answered within 0.1 ms";
    expect(world.end(111)).toEqual([`HEIGHT: ${since}: a is at 2 y, b is at 2 y, c is at 1 x`]);
  });
});
