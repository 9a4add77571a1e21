import { describe, expect, it } from "vitest";
import {
  chainBeginsOnce,
  everybodyIsKnown,
  everybodyTellsOfAll,
  healthTellsOfPeers,
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

describe("a mesh that nodes tell of", () => {
  const toldAt = (at: number, ...peers: readonly number[]): HandMadeChain => {
    const world = new HandMadeChain(everybodyTellsOfAll("TOLD", { from: 10, within: 10 }));
    world.event(at);
    for (const [i, peersActive] of peers.entries()) {
      const [id, node] = [`q${i}`, ["a", "b", "c"][i % 3]!];
      world.invoke(id, at, { op: "ask", node, about: { kind: "health" } });
      world.history.record("c1", "ok", { id, result: { kind: "health", peersActive } }, at);
    }
    return world;
  };

  it("is full when the last answers of all say so", () => {
    const world = toldAt(11, 2, 1, 2, 2, 2);
    expect([...world.event(12), ...world.end(25)]).toEqual([]);
    expect(world.metrics.gauged("timeToFullMeshToldMs")).toBe(0.002);
  });

  it("is not full when one tells of fewer, or nothing", () => {
    const world = toldAt(11, 2, 1);
    world.event(12);
    expect(world.end(25)).toEqual([
      "TOLD: not by 0.02 ms: a tells of 2, b tells of 1, c tells of nothing",
    ]);
  });

  it("is not what was asked for before", () => {
    const world = toldAt(9, 2, 2, 2);
    world.event(12);
    expect(world.end(25)).toEqual([
      "TOLD: not by 0.02 ms: a tells of nothing, b tells of nothing, c tells of nothing",
    ]);
  });
});

describe("a node that is asked for its health", () => {
  const tells = (peersActive: number): string[] => {
    const world = new HandMadeWorld<PeersView>([healthTellsOfPeers<PeersView>("HEALTH")], {
      a: { ...chainOf(), peersActive: 1 },
    });
    const answer = { kind: "health", health: { peersActive } };
    return world.event(5, { on: "a", sent: [{ to: "c1", message: { type: "answer", answer } }] });
  };

  it("tells of those whom it can ask", () => {
    expect(tells(1)).toEqual([]);
  });

  it("does not tell of others", () => {
    expect(tells(2)).toEqual(["HEALTH: a tells of 2 peers, and can ask 1"]);
  });
});
