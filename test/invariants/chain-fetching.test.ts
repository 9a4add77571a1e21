import { describe, expect, it } from "vitest";
import {
  answersAreLimited,
  bansFollowFaults,
  importsAreOrdered,
  requestsAreBounded,
  syncEndsIdle,
} from "../../src/invariants/chain-fetching.ts";
import { claimsCostLittle } from "../../src/invariants/chain-fetching-measures.ts";
import { rulesFire, tipStays } from "../../src/invariants/chain-forgeries.ts";
import type { ChainView } from "../../src/invariants/chain-view.ts";
import type { Plain } from "../../src/sim/env.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { seconds } from "../../src/sim/time.ts";
import { chainOf } from "../support/hand-made-chain.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

const mayLie = (host: string): boolean => host === "m";

const worldOf = (invariant: Invariant<ChainView>) =>
  new HandMadeWorld<ChainView>([invariant], { b: chainOf("x", "y"), m: chainOf() });

const told = (event: string, data: Plain) => ({ event, data });

describe("that blocks are imported behind their parents, and once", () => {
  const imported = (hash: string) => told("block imported", { hash, height: 1 });

  it("accepts one after another, and again in another life", () => {
    const world = worldOf(importsAreOrdered("BS-ORDER", mayLie));
    expect(world.event(1, { on: "b", emitted: [imported("x"), imported("y")] })).toEqual([]);
    world.host("b").life = 2;
    expect(world.event(2, { on: "b", emitted: [imported("x")] })).toEqual([]);
  });

  it("rejects one that comes twice", () => {
    const world = worldOf(importsAreOrdered("BS-ORDER", mayLie));
    expect(world.event(1, { on: "b", emitted: [imported("x"), imported("x")] })).toEqual([
      "BS-ORDER: b: block 1 was imported twice",
    ]);
  });

  it("rejects one whose parent is not there", () => {
    const world = worldOf(importsAreOrdered("BS-ORDER", mayLie));
    expect(world.event(1, { on: "b", emitted: [imported("z")] })).toEqual([
      "BS-ORDER: b: block 1 was imported before its parent",
    ]);
  });
});

describe("that requests are bounded", () => {
  const bounded = () =>
    worldOf(requestsAreBounded("BS-WINDOW", { window: 2, attemptsPerPeer: 1, mayLie }));
  const asked = (request: number, hash: string) => ({
    kind: "timer" as const,
    sent: [{ to: "m", message: { type: "get bodies", request, hashes: [hash] } }],
    emitted: [told("batch requested", { request })],
  });

  it("accepts as many as the window, and one more when one is answered", () => {
    const world = bounded();
    world.event(1, { on: "b", ...asked(1, "x") });
    world.event(2, { on: "b", ...asked(2, "y") });
    const answer = { kind: "deliver", from: "m", payload: { type: "bodies", request: 1 } } as const;
    expect(world.event(3, { on: "b", ...asked(3, "z"), ...answer })).toEqual([]);
  });

  it("rejects one too many", () => {
    const world = bounded();
    world.event(1, { on: "b", ...asked(1, "x") });
    world.event(2, { on: "b", ...asked(2, "y") });
    expect(world.event(3, { on: "b", ...asked(3, "z") })).toEqual([
      "BS-WINDOW: b: 3 requests are under way",
    ]);
  });

  it("rejects that a peer is asked for the same blocks too often", () => {
    const world = bounded();
    world.event(1, { on: "b", ...asked(1, "x") });
    world.event(2, { on: "b", kind: "timer", emitted: [told("batch failed", { request: 1 })] });
    expect(world.event(3, { on: "b", ...asked(2, "x") })).toEqual([
      "BS-WINDOW: b: m is asked again, 2 times",
    ]);
  });

  it("rejects what is asked and not told", () => {
    expect(bounded().event(1, { on: "b", ...asked(1, "x"), emitted: [] })).toEqual([
      "BS-WINDOW: b: it asks for bodies, and does not tell",
    ]);
  });
});

describe("that sessions end", () => {
  const idle = () => worldOf(syncEndsIdle("BS-IDLE", { silenceMax: seconds(3), mayLie }));
  const began = { on: "b", emitted: [told("sync began", {})] };

  it("accepts one that is over", () => {
    const world = idle();
    world.event(seconds(1), began);
    world.event(seconds(4), { on: "b", emitted: [told("sync ended", {})] });
    world.event(seconds(9), { on: "b" });
    expect(world.end(seconds(10))).toEqual([]);
  });

  it("rejects one in which nothing happens", () => {
    const world = idle();
    world.event(seconds(1), began);
    expect(world.event(seconds(5), { on: "b" })).toEqual([
      "BS-IDLE: b: nothing has come of its session since 1 s",
    ]);
  });

  it("rejects one that is open at the end", () => {
    const world = idle();
    world.event(seconds(1), began);
    expect(world.end(seconds(2))).toEqual([]);
    expect(world.end(seconds(5))).toEqual(["BS-IDLE: b: a session is open at the end"]);
  });
});

describe("that claims nobody can keep cost little", () => {
  const cost = (height = 3) =>
    worldOf(claimsCostLittle("BS-CLAIM", { host: "b", height, lostMax: seconds(5), mayLie }));
  const began = (leader: string) => told("sync began", { leader });
  const ended = (imported = 0) => told("sync ended", { imported });

  it("accepts one timeout, what a liar has given, and what the honest take", () => {
    const world = cost();
    world.event(0, { on: "b", emitted: [began("m")] });
    expect(world.event(seconds(5), { on: "b", emitted: [ended(), began("m")] })).toEqual([]);
    expect(world.event(seconds(20), { on: "b", emitted: [ended(1), began("a")] })).toEqual([]);
    expect(world.event(seconds(30), { on: "b", emitted: [ended()] })).toEqual([]);
  });

  it("rejects another one", () => {
    const world = cost();
    world.event(0, { on: "b", emitted: [began("m")] });
    world.event(seconds(5), { on: "b", emitted: [ended(), began("m")] });
    expect(world.event(seconds(10), { on: "b", emitted: [ended()] })).toEqual([
      "BS-CLAIM: b has lost 10 s to liars, to m at last",
    ]);
  });

  it("asks no more of who is as high as it is to be", () => {
    const world = cost(2);
    world.event(0, { on: "b", emitted: [began("m")] });
    expect(world.event(seconds(10), { on: "b", emitted: [ended()] })).toEqual([]);
  });
});

describe("that a flood is not answered", () => {
  const answer = { to: "m", message: { type: "headers", request: 0, headers: [] } };
  const twice = { on: "b", kind: "deliver" as const, sent: [answer, answer] };

  it("accepts what may come at once, and as much again in a second", () => {
    const world = worldOf(answersAreLimited("BS-FLOOD", 2, mayLie));
    expect(world.event(0, twice)).toEqual([]);
    expect(world.event(1, twice)).toEqual([]);
    expect(world.event(seconds(1), twice)).toEqual([]);
  });

  it("rejects more", () => {
    const world = worldOf(answersAreLimited("BS-FLOOD", 2, mayLie));
    world.event(0, twice);
    world.event(1, twice);
    expect(world.event(seconds(0.5), twice)).toEqual([
      "BS-FLOOD: b: m is answered 5 times in 500 ms",
    ]);
  });
});

describe("that bans follow faults", () => {
  const bans = (areSpared = (_: string) => false) =>
    worldOf(bansFollowFaults("BS-BAN", { scoreMin: 20, areSpared, mayLie }));
  const fault = (score: number) => told("peer fault", { peer: "m", score });
  const banned = told("peer banned", { peer: "m" });
  const request = { sent: [{ to: "m", message: { type: "get headers", request: 1 } }] };

  it("accepts a ban below the least score, and none above", () => {
    const world = bans();
    expect(world.event(1, { on: "b", emitted: [fault(20)] })).toEqual([]);
    expect(world.event(2, { on: "b", emitted: [fault(19), banned] })).toEqual([]);
  });

  it.each([
    [20, [fault(20), banned]],
    [19, [fault(19)]],
  ])("rejects a score of %d with %j", (score, emitted) => {
    expect(bans().event(1, { on: "b", emitted })).toEqual([`BS-BAN: b: m has a score of ${score}`]);
  });

  it("rejects that who is banned is asked, and accepts it when the ban is over", () => {
    const world = bans();
    world.event(1, { on: "b", emitted: [fault(19), banned] });
    expect(world.event(2, { on: "b", ...request })).toEqual([
      "BS-BAN: b: m is banned, and asked for something",
    ]);
    world.event(3, { on: "b", emitted: [told("peer pardoned", { peer: "m" })] });
    expect(world.event(4, { on: "b", ...request })).toEqual([]);
  });

  it("rejects the ban of who is to be spared", () => {
    const world = bans((host) => host === "m");
    expect(world.event(1, { on: "b", emitted: [fault(19), banned] })).toEqual([
      "BS-BAN: b: m does not lie, and is banned",
    ]);
  });
});

describe("that each rule fires as often as it is broken", () => {
  const header = new Uint8Array([1, 2, 3]);
  const block = { type: "block", header };
  const forged = (rule: string) => ({
    ...{ on: "m", emitted: [told("forged", { rule })] },
    sent: [{ to: "b", message: block }],
  });
  const came = { on: "b", kind: "deliver", from: "m", payload: block } as const;
  const refused = (rule: string) => ({ emitted: [told("block refused", { peer: "m", rule })] });

  it("accepts a refusal by that rule", () => {
    const world = worldOf(rulesFire("BS-RULES", mayLie));
    world.event(1, forged("height gap"));
    world.event(2, { ...came, ...refused("height gap") });
    expect(world.end(3)).toEqual([]);
  });

  it("accepts that nothing is said of what comes from who is banned", () => {
    const world = worldOf(rulesFire("BS-RULES", mayLie));
    world.event(1, forged("height gap"));
    world.event(2, { on: "b", emitted: [told("peer banned", { peer: "m" })] });
    world.event(3, came);
    expect(world.end(4)).toEqual([]);
  });

  it("rejects another rule, and none", () => {
    const world = worldOf(rulesFire("BS-RULES", mayLie));
    world.event(1, forged("height gap"));
    world.event(2, { ...came, ...refused("not its slot") });
    expect(world.end(3)).toEqual(['BS-RULES: b: 1 blocks break "height gap", 0 were refused']);
  });

  it("rejects that a block of an honest host is refused", () => {
    const world = worldOf(rulesFire("BS-RULES", mayLie));
    const emitted = [told("block refused", { peer: "a", rule: "height gap" })];
    expect(world.event(1, { on: "b", emitted })).toEqual([
      "BS-RULES: b: a does not lie, and is refused: height gap",
    ]);
  });
});

describe("that a tip stays", () => {
  it("accepts the same one, and rejects another", () => {
    const world = worldOf(tipStays("BS-UNCHANGED", { host: "b", from: 10, until: 20 }));
    expect(world.event(10, { on: "b" })).toEqual([]);
    world.host("b").node = chainOf("x", "y", "z");
    expect(world.event(15, { on: "b" })).toEqual(["BS-UNCHANGED: b: its tip is another one, of 3"]);
    expect(world.event(21, { on: "b" })).toEqual([]);
  });
});
