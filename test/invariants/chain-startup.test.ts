import { describe, expect, it } from "vitest";
import {
  chainBeginsOnce,
  everybodyIsKnown,
  nobodyBeginsAlone,
  type PeersView,
} from "../../src/invariants/chain-startup.ts";
import { chainOf, HandMadeChain, says } from "../support/hand-made-chain.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

const FIRST = says("block proposed", { height: 1, hash: "a1" });

describe("the first block", () => {
  const begun = (): HandMadeChain =>
    new HandMadeChain(nobodyBeginsAlone("CONTACT", (host) => (host === "a" ? [] : ["a"])));

  it("is made by who knows of nobody, or has heard somebody", () => {
    const world = begun();
    world.event(1, { on: "b", kind: "deliver", from: "a", payload: { type: "status" } });
    expect([...world.tells(2, "a", FIRST), ...world.tells(3, "b", FIRST)]).toEqual([]);
  });

  it("is not made by who has heard nobody, in this life", () => {
    const world = begun();
    world.event(1, { on: "b", kind: "deliver", from: "a", payload: { type: "status" } });
    world.host("b").life = 2;
    expect(world.tells(2, "b", FIRST)).toEqual(["CONTACT: b makes block 1, and has heard nobody"]);
  });

  it("is one", () => {
    const world = new HandMadeChain(chainBeginsOnce("ONE-START"));
    expect([...world.tells(1, "a", FIRST), ...world.tells(2, "a", FIRST)]).toEqual([]);
    expect(world.tells(3, "b", says("block proposed", { height: 1, hash: "b1" }))).toEqual([
      "ONE-START: b makes another first block",
    ]);
  });
});

describe("a mesh", () => {
  const meshOf = (...peers: readonly number[]): HandMadeWorld<PeersView> => {
    const nodes = peers.map((peersActive, i) => [`n${i}`, { ...chainOf(), peersActive }]);
    return new HandMadeWorld<PeersView>(
      [everybodyIsKnown<PeersView>("MESH", { from: 0, within: 10 })],
      Object.fromEntries(nodes),
    );
  };

  it("is full when all can ask all others", () => {
    const world = meshOf(2, 2, 2);
    world.event(5);
    expect(world.end(20)).toEqual([]);
  });

  it("is not full in time", () => {
    const world = meshOf(2, 1, 2);
    world.event(5);
    expect(world.end(20)).toEqual(["MESH: not by 0.01 ms: n0 knows 2, n1 knows 1, n2 knows 2"]);
  });
});
