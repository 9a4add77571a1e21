// What a node says in numbers of what happened to it.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { BuiltBlock } from "../../../src/protocols/block-sync/build-block.ts";
import type { BlockSyncMessage } from "../../../src/protocols/block-sync/messages.ts";
import { readMetricsPage, type Sample } from "../../../src/protocols/monitoring/metrics-page.ts";
import { ms, seconds } from "../../../src/sim/time.ts";
import {
  type LoneChainNode,
  loneChainNode,
  statusAtGenesis,
} from "../../support/lone-chain-node.ts";
import { openMetricsFaults } from "../../support/open-metrics.ts";
import { blockOf, genesis, resigned } from "./chain-of-three.ts";
import { alice, carol, pays } from "./chain-support.ts";

/** A block so long after genesis, on another one. Slots are 100 us. */
function blockAt(time: number, on?: BuiltBlock): BuiltBlock {
  const parent = on && { header: on.block.header, trie: on.executed.trie };
  return blockOf(time / 100, [], parent);
}

function bring({ node, env }: LoneChainNode, { block }: BuiltBlock): void {
  node.onMessage("n2", { type: "block", header: block.header.bytes, body: block.body });
  node.onTimer(env.fire("import"));
}

function bringInvalid({ node }: LoneChainNode, { block: { header } }: BuiltBlock): void {
  node.onMessage("n2", { type: "block", header: header.bytes, body: [new Uint8Array(1)] });
}

/** The time by the node's wall clock since genesis becomes that. */
function passUntil({ env }: LoneChainNode, time: number): void {
  env.pass(time + genesis.block.header.timestamp - env.wallClock());
}

function pageOf({ node, env }: LoneChainNode): string {
  env.takeSent();
  node.onMessage("m1", { type: "scrape", serial: 1 });
  const [{ message } = { message: undefined }] = env.takeSent();
  return message?.type === "exposition" ? message.text : "";
}

function samplesOf(alone: LoneChainNode): readonly Sample[] {
  return readMetricsPage(pageOf(alone))!;
}

function readOf(alone: LoneChainNode, name: string): number | undefined {
  return samplesOf(alone).find((sample) => sample.name === name)?.value;
}

/** By rule, how many blocks have broken it. */
function refusedBy(alone: LoneChainNode): Record<string, number> {
  const samples = samplesOf(alone).filter(({ name }) => name === "blocks_refused_total");
  return Object.fromEntries(samples.map(({ labels, value }) => [labels.rule!, value]));
}

/** By bucket that is not empty, how many values lie in it and in none before it. */
function bucketsOf(alone: LoneChainNode, name: string): Record<string, number> {
  const buckets = samplesOf(alone).filter((sample) => sample.name === `${name}_bucket`);
  const counted = buckets.map(({ labels, value }, index) => {
    return [labels.le!, value - (buckets[index - 1]?.value ?? 0)] as const;
  });
  return Object.fromEntries(counted.filter(([, count]) => count > 0));
}

/** Two blocks, and a branch of three that takes their place at last. */
function forked(): LoneChainNode {
  const alone = loneChainNode();
  const first = blockAt(ms(300));
  const second = blockAt(ms(900), first);
  passUntil(alone, ms(1_100));
  bring(alone, first);
  bring(alone, second);
  const branch = [blockAt(ms(301))];
  branch.push(blockAt(ms(901), branch[0]));
  branch.push(blockAt(seconds(6), branch[1]));
  bring(alone, branch[0]!);
  bring(alone, branch[1]!);
  passUntil(alone, seconds(6) + ms(20));
  bring(alone, branch[2]!);
  return alone;
}

describe("a node's metrics", () => {
  it("count the depth of a reorganisation once, and nothing for blocks on top", () => {
    const alone = forked();
    expect(bucketsOf(alone, "reorg_depth_blocks")).toEqual({ "2.0": 1 });
    expect(readOf(alone, "reorg_depth_blocks_sum")).toBe(2);
    expect(readOf(alone, "reorg_depth_max_blocks")).toBe(2);
    expect(readOf(alone, "blocks_orphaned_total")).toBe(2);
  });

  it("count the time between blocks of the chain, those of the branch when it is taken", () => {
    const alone = forked();
    // 300 and 600 ms; then 301, 600 and 5,099 ms.
    expect(bucketsOf(alone, "block_interval_seconds")).toEqual({ "0.5": 2, "1.0": 2, "8.0": 1 });
    expect(readOf(alone, "block_interval_seconds_sum")).toBe(6.9);
  });

  it("count how long after its timestamp each valid block was brought", () => {
    const alone = forked();
    // The work on a block takes 2.5 ms, in which the next one waits: 800, 202.5, 804, 206.5, 20 ms.
    const buckets = { "0.025": 1, "0.25": 2, "1.0": 2 };
    expect(bucketsOf(alone, "block_propagation_seconds")).toEqual(buckets);
    expect(readOf(alone, "block_propagation_seconds_sum")).toBe(2.033);
  });

  it("count a block that comes before its time as brought at once, and no invalid one", () => {
    const alone = loneChainNode();
    passUntil(alone, ms(1_100));
    bring(alone, blockAt(ms(1_600)));
    bringInvalid(alone, blockAt(ms(1_700), blockAt(ms(1_600))));
    expect(bucketsOf(alone, "block_propagation_seconds")).toEqual({ "0.005": 1 });
    expect(readOf(alone, "block_propagation_seconds_sum")).toBe(0);
    expect(refusedBy(alone)).toEqual({ "wrong transactions root": 1 });
  });

  it("count what clients offer, whether it is taken or not, and not what peers send", () => {
    const { node, env } = loneChainNode();
    const [taken, same] = [pays(alice).bytes, pays(alice).bytes];
    node.onMessage("c1", { type: "submit", serial: 1, transactions: [taken, same] });
    node.onMessage("n2", { type: "transactions", transactions: [pays(carol).bytes] });
    expect(readOf({ node, env }, "transactions_offered_total")).toBe(2);
    expect(readOf({ node, env }, "transactions_accepted_total")).toBe(1);
    expect(readOf({ node, env }, "transactions_refused_total")).toBe(2);
  });

  it("have the role of the node in every sample", () => {
    const roles = (secret?: Uint8Array) => {
      const alone = secret === undefined ? loneChainNode() : loneChainNode({ secret });
      return [...new Set(samplesOf(alone).map(({ labels }) => labels.role))];
    };
    expect(roles()).toEqual(["observer"]);
    expect(roles(new Uint8Array(32).fill(1))).toEqual(["validator"]);
    // A key that is none of the validators'.
    expect(roles(new Uint8Array(32).fill(9))).toEqual(["observer"]);
  });
});

/** A chain of five that a peer has, and claims. */
function claimed(): { alone: LoneChainNode; chain: readonly BuiltBlock[] } {
  const chain = [blockAt(ms(100))];
  for (let count = 1; count < 5; count++) {
    chain.push(blockAt(ms(100) * (count + 1), chain.at(-1)));
  }
  const alone = loneChainNode();
  const { height, hash } = chain.at(-1)!.block.header;
  const status = statusAtGenesis({ tip: { height, hash } });
  alone.node.onMessage("n2", { type: "status", status });
  return { alone, chain };
}

function askedFor<Type extends BlockSyncMessage["type"]>({ env }: LoneChainNode, type: Type) {
  const message = env.takeSent().find(({ message: one }) => one.type === type)?.message;
  return message as Extract<BlockSyncMessage, { type: Type }>;
}

describe("the metrics of a node that fetches blocks", () => {
  it("say by how many blocks it is behind the highest claim", () => {
    const { alone } = claimed();
    expect(readOf(alone, "sync_lag_blocks")).toBe(5);
    alone.node.onDisconnect("n2");
    expect(readOf(alone, "sync_lag_blocks")).toBe(0);
  });

  it("say how long it has fetched, also while it does, and how many blocks", () => {
    const { alone, chain } = claimed();
    const { node, env } = alone;
    const { request } = askedFor(alone, "get headers");
    env.pass(ms(30));
    expect(readOf(alone, "sync_seconds_total")).toBe(0.03);
    const headers = chain.map(({ block }) => block.header.bytes);
    node.onMessage("n2", { type: "headers", request, headers });
    const asked = askedFor(alone, "get bodies");
    env.pass(ms(20));
    const bodies = asked.hashes.map(() => []);
    node.onMessage("n2", { type: "bodies", request: asked.request, bodies });
    expect(readOf(alone, "sync_blocks_total")).toBe(0);
    for (const _ of chain) node.onTimer(env.fire("import"));
    expect(readOf(alone, "is_syncing")).toBe(0);
    // 50 ms, and 2.5 ms for each block.
    expect(readOf(alone, "sync_seconds_total")).toBe(0.0625);
    env.pass(seconds(5));
    expect(readOf(alone, "sync_seconds_total")).toBe(0.0625);
    expect(readOf(alone, "sync_blocks_total")).toBe(5);
    expect(readOf(alone, "sync_lag_blocks")).toBe(0);
    expect(readOf(alone, "block_propagation_seconds_count")).toBe(0);
    expect(readOf(alone, "block_interval_seconds_count")).toBe(5);
  });
});

describe("the metrics of a node that fetches a block that breaks a rule", () => {
  it("count it as refused, and not as fetched", () => {
    const header = resigned(blockAt(ms(100)).block.header, { stateRoot: "11".repeat(32) });
    const { height, hash } = header;
    const alone = loneChainNode();
    const { node, env } = alone;
    const look = () =>
      node.onMessage("n2", { type: "status", status: statusAtGenesis({ tip: { height, hash } }) });
    look();
    // A claim of one block more is not fetched at once: it may be under way.
    env.pass(seconds(1));
    look();
    const { request } = askedFor(alone, "get headers");
    node.onMessage("n2", { type: "headers", request, headers: [header.bytes] });
    const asked = askedFor(alone, "get bodies");
    node.onMessage("n2", { type: "bodies", request: asked.request, bodies: [[]] });
    node.onTimer(env.fire("import"));
    expect(refusedBy(alone)).toEqual({ "wrong state root": 1 });
    expect(readOf(alone, "sync_blocks_total")).toBe(0);
    expect(openMetricsFaults(pageOf(alone))).toEqual([]);
  });
});

describe("a node's page", () => {
  /** After a reorganisation, and a block that breaks a rule. */
  const eventful = (): LoneChainNode => {
    const alone = forked();
    bringInvalid(alone, blockAt(seconds(7), blockAt(ms(900), blockAt(ms(300)))));
    return alone;
  };

  it("is that of the file, after a reorganisation and a block that is refused", () => {
    const expected = readFileSync("test/protocols/block-sync/page-of-a-node.txt", "utf8");
    expect(pageOf(eventful())).toBe(expected);
  });

  it("has nothing of refused blocks where there are none", () => {
    expect(pageOf(forked())).not.toContain("blocks_refused");
  });

  it("keeps the rules of OpenMetrics", () => {
    expect(openMetricsFaults(pageOf(loneChainNode()))).toEqual([]);
    expect(openMetricsFaults(pageOf(eventful()))).toEqual([]);
  });
});
