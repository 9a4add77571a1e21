import { expect, it } from "vitest";
import { measureChain } from "../../src/invariants/chain-measures.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import { HandMadeChain, says } from "../support/hand-made-chain.ts";

const begun = () => new HandMadeChain(measureChain((host) => host === "c"));

const samples = (world: HandMadeChain, name: string) => world.metrics.state.samples.get(name);

it("measures what fetching takes by the block", () => {
  const world = begun();
  const began = says("sync began", { kind: "blocks", target: 4 });
  const ended = says("sync ended", { kind: "blocks", reason: "caught up", imported: 4 });
  world.tells(ms(10), "b", began);
  world.tells(ms(22), "b", ended);
  expect(samples(world, "syncMsPerBlock")).toEqual([3]);
});

it("measures nothing of a session that has fetched nothing, nor of liars", () => {
  const world = begun();
  const ended = says("sync ended", { kind: "blocks", reason: "timeout", imported: 0 });
  world.tells(ms(22), "b", ended);
  world.tells(ms(23), "c", { ...ended, data: { imported: 3 } });
  expect(samples(world, "syncMsPerBlock")).toBeUndefined();
});

it("measures how long a block takes to each server that was up when it was made", () => {
  const world = begun();
  const imported = says("block imported", { height: 1, hash: "x", from: "a" });
  world.host("c").node = undefined;
  world.tells(ms(10), "a", says("block proposed", { height: 1, hash: "x" }));
  world.tells(ms(16), "b", imported);
  world.host("b").life = 2;
  world.tells(ms(99), "b", imported);
  expect(samples(world, "propagationMs")).toEqual([6]);
});

it("measures the time between blocks, and how deep chains are left", () => {
  const world = begun();
  world.has(ms(100), "a", ["x"]);
  world.has(ms(130), "b", ["y"]);
  world.has(ms(150), "a", ["x", "z"]);
  world.has(ms(160), "b", ["x", "z"], { orphaned: 1, adopted: 2 });
  expect(samples(world, "blockIntervalMs")).toEqual([50]);
  expect(samples(world, "reorgDepth")).toEqual([1]);
});

it("measures ten times a second how far servers are behind", () => {
  const world = begun();
  world.has(ms(10), "a", ["x", "y"]);
  world.event(ms(90));
  world.event(ms(100));
  world.event(ms(150));
  world.end(seconds(1));
  expect(samples(world, "syncLagBlocks")).toEqual([0, 2, 0, 2]);
  expect(world.metrics.gauged("syncLagBlocksAtEnd")).toBe(2);
});

it("counts the transactions of the longest chain once, and none of a branch that was left", () => {
  const world = begun();
  world.has(ms(10), "a", ["x"]);
  world.has(ms(20), "a", ["x", "y"]);
  world.has(ms(30), "a", ["x", "z", "zz"], { orphaned: 1, adopted: 2 });
  world.end(seconds(1));
  expect(world.metrics.gauged("transactionsIncluded")).toBe(1 + 2 + 3);
});

it("counts blocks that are in nobody's chain in the end, liars' apart", () => {
  const orphanedWith = (others: readonly string[]): number => {
    const world = begun();
    world.has(ms(10), "a", ["x", "y", "yy"]);
    const left = world.host("a").node!.chain!.blocks;
    world.has(ms(20), "a", ["x", "z"], { orphaned: 2, adopted: 1 });
    const { chain } = world.host("a").node!;
    world.host("a").node = { chain: { ...chain!, blocks: new Map([...left, ...chain!.blocks]) } };
    world.has(ms(30), "b", others);
    world.has(ms(40), "c", ["x", "y", "yy"]);
    world.end(seconds(1));
    return world.metrics.gauged("blocksOrphaned");
  };
  expect(orphanedWith(["x", "z"])).toBe(2);
  expect(orphanedWith(["x", "y"])).toBe(1);
});

it("counts bodies that are fetched again in one life", () => {
  const world = begun();
  const ask = (request: number) => ({
    to: "a",
    message: { type: "get bodies", request, hashes: ["x", "y"] },
  });
  const bodies = (request: number, count: number) => ({
    ...{ on: "b", kind: "deliver" as const, from: "a" },
    payload: { type: "bodies", request, bodies: Array.from({ length: count }, () => []) },
  });
  world.event(1, { on: "b", kind: "timer", sent: [ask(1), ask(2)] });
  world.event(2, bodies(1, 1));
  world.event(3, bodies(2, 2));
  expect(world.metrics.counted("blocksFetched")).toBe(3);
  expect(world.metrics.counted("blocksFetchedTwice")).toBe(1);
  world.host("b").life = 2;
  world.event(4, { on: "b", kind: "timer", sent: [ask(3)] });
  world.event(5, bodies(3, 2));
  expect(world.metrics.counted("blocksFetchedTwice")).toBe(1);
});

it("counts what is offered, and what is refused and why", () => {
  const world = begun();
  const invoked = (id: string, operation: { op: string; [field: string]: string | number }) => ({
    event: "invoke",
    data: { id, operation },
  });
  const load = { op: "load", perSecond: 100, lasting: seconds(2) };
  world.event(1, { emitted: [invoked("t", { op: "transfer" }), invoked("l", load)] });
  const reason = (kind: string, index: number) => ({ index, reason: { kind } });
  const refused = [reason("busy", 0), reason("busy", 1), reason("known", 2)];
  const sent = [{ to: "c1", message: { type: "submitted", serial: 1, refused } }];
  world.event(2, { on: "a", kind: "deliver", payload: { type: "submit" }, sent });
  const broken = { peer: "b", hash: "x", rule: "state root" };
  world.tells(3, "a", says("block refused", broken));
  expect(world.metrics.summary()).toMatchObject({
    ...{ transactionsOffered: 201, "transactionsRefused, busy": 2 },
    ...{ "transactionsRefused, known": 1, "blocksRefused, state root": 1 },
  });
});
