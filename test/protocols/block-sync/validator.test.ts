// A validator's own blocks and votes, and a node's transactions: what leaves the node, and when.

import { describe, expect, it } from "vitest";
import type { BlockSyncMessage } from "../../../src/protocols/block-sync/messages.ts";
import { defaultBlockSyncOptions } from "../../../src/protocols/block-sync/options.ts";
import { seconds } from "../../../src/sim/time.ts";
import {
  type LoneChainNode,
  loneChainNode,
  statusAtGenesis,
} from "../../support/lone-chain-node.ts";
import { ManualDisk } from "../../support/recording-env.ts";
import { blockOf, genesis } from "./chain-of-three.ts";
import { alice, bob, pays } from "./chain-support.ts";

/** Alice's, who owns every third slot. */
const secret = new Uint8Array(32).fill(1);
const ON_ORDER = { ...defaultBlockSyncOptions, production: "on order" } as const;

/** Fires the timers of a slot: it comes, and the work on its block is done. */
function makeBlock({ node, env }: LoneChainNode): void {
  node.onTimer(env.fire("slot"));
  node.onTimer(env.fire("made"));
}

function settle({ node, env }: LoneChainNode): void {
  while (env.disk.syncs.length > 0) node.onSynced(env.disk.completeSync());
}

function typesSentTo(host: string, { env }: LoneChainNode): BlockSyncMessage["type"][] {
  return env.takeSent().flatMap(({ to, message }) => (to === host ? [message.type] : []));
}

function heightOf({ node }: LoneChainNode): number {
  return node.chain!.canonical.length - 1;
}

describe("a validator's block", () => {
  it("is sent, and part of its chain, when it is durable and not before", () => {
    const alone = loneChainNode({ secret });
    settle(alone);
    makeBlock(alone);
    expect(typesSentTo("n2", alone)).toEqual([]);
    expect(heightOf(alone)).toBe(0);
    settle(alone);
    expect(typesSentTo("n2", alone)).toContain("block");
    expect(heightOf(alone)).toBe(1);
  });

  it("has the transactions that wait", () => {
    const alone = loneChainNode({ secret });
    settle(alone);
    const { bytes, hash } = pays(alice);
    alone.node.onMessage("c1", { type: "submit", serial: 1, transactions: [bytes] });
    makeBlock(alone);
    settle(alone);
    const tip = alone.node.chain!.canonical[1]!;
    expect(alone.node.chain!.blocks.get(tip)?.transactions).toEqual([hash]);
    expect(alone.node.state.mempool.waiting.size).toBe(0);
  });

  it("is never sent when the disk refuses it", () => {
    const alone = loneChainNode({ secret });
    settle(alone);
    alone.env.disk.refusal = { kind: "full" };
    makeBlock(alone);
    settle(alone);
    expect(typesSentTo("n2", alone)).toEqual([]);
    expect(alone.env.emitted.map(([event]) => event)).toContain("proposal lost");
  });

  it("is given up when another one has taken its slot meanwhile", () => {
    const alone = loneChainNode({ secret });
    settle(alone);
    alone.node.onTimer(alone.env.fire("slot"));
    const slot = Math.floor(alone.env.wallClock() / 100) - 10_000;
    const { block } = blockOf(slot + 1);
    alone.env.pass(100);
    alone.node.onMessage("n2", { type: "block", header: block.header.bytes, body: [] });
    alone.node.onTimer(alone.env.fire("import"));
    alone.node.onTimer("made");
    settle(alone);
    expect(alone.node.chain!.canonical.at(-1)).toBe(block.header.hash);
    expect(typesSentTo("n2", alone)).not.toContain("block");
  });

  it("waits for a peer where some are known, and for three rounds of statuses", () => {
    const alone = loneChainNode({ secret });
    alone.node.state.contactAt = undefined;
    alone.node.onTimer(alone.env.fire("slot"));
    expect(alone.env.timers.has("made")).toBe(false);
    alone.node.onMessage("n2", { type: "status", status: statusAtGenesis() });
    alone.node.onTimer(alone.env.fire("slot"));
    expect(alone.env.timers.has("made")).toBe(false);
    alone.env.pass(seconds(3));
    alone.node.onTimer(alone.env.fire("slot"));
    expect(alone.env.timers.has("made")).toBe(true);
  });
});

describe("an order", () => {
  it("is carried out up to its height, and answered then", () => {
    const alone = loneChainNode({ secret, options: ON_ORDER });
    settle(alone);
    alone.node.onMessage("c1", { type: "produce", serial: 7, height: 2, interval: 0 });
    makeBlock(alone);
    settle(alone);
    expect(typesSentTo("c1", alone)).toEqual([]);
    makeBlock(alone);
    settle(alone);
    expect(alone.env.takeSent()).toContainEqual({
      to: "c1",
      message: { type: "produced", serial: 7, tip: expect.objectContaining({ height: 2 }) },
    });
    expect(alone.env.timers.has("slot")).toBe(false);
  });

  it("is not awaited by who has none", () => {
    const alone = loneChainNode({ secret, options: ON_ORDER });
    expect(alone.env.timers.has("slot")).toBe(false);
  });
});

describe("a vote", () => {
  it("is sent when it is durable and not before", () => {
    const alone = loneChainNode({ secret });
    settle(alone);
    makeBlock(alone);
    alone.node.onSynced(alone.env.disk.completeSync());
    expect(typesSentTo("n2", alone)).not.toContain("votes");
    settle(alone);
    expect(typesSentTo("n2", alone)).toContain("votes");
  });

  it("is cast once for a height, also after a restart", () => {
    const first = loneChainNode({ secret });
    settle(first);
    makeBlock(first);
    settle(first);
    first.env.disk.loseUnsynced();
    const second = loneChainNode({ secret, disk: first.env.disk });
    settle(second);
    expect(heightOf(second)).toBe(1);
    second.node.onTimer(second.env.fire("status"));
    settle(second);
    expect(second.node.state.voter.record.target).toBe(1);
    expect(second.env.emitted.map(([event]) => event)).not.toContain("vote cast");
  });

  it("is cast no more by who has lost its votes", () => {
    const first = loneChainNode({ secret });
    settle(first);
    makeBlock(first);
    settle(first);
    const votes = first.env.disk.list().filter((file) => file.includes("vote"));
    expect(votes.length).toBeGreaterThan(0);
    for (const file of votes) first.env.disk.remove(file);
    const second = loneChainNode({ secret, disk: first.env.disk });
    settle(second);
    makeBlock(second);
    settle(second);
    const events = second.env.emitted.map(([event]) => event);
    expect(events).toContain("votes forgotten");
    expect(events).not.toContain("vote cast");
  });

  it("is never cast by an observer", () => {
    const alone = loneChainNode();
    settle(alone);
    const { header } = blockOf(1).block;
    alone.node.onMessage("n2", { type: "block", header: header.bytes, body: [] });
    alone.node.onTimer(alone.env.fire("import"));
    settle(alone);
    expect(heightOf(alone)).toBe(1);
    expect(typesSentTo("n2", alone)).not.toContain("votes");
  });
});

describe("a transaction", () => {
  it("goes to peers a moment after it was taken, with what came meanwhile", () => {
    const alone = loneChainNode();
    const [one, other] = [pays(alice), pays(bob, { to: alice.address })];
    for (const { bytes } of [one, other]) {
      alone.node.onMessage("c1", { type: "submit", serial: 1, transactions: [bytes] });
    }
    alone.env.takeSent();
    alone.node.onTimer(alone.env.fire("gossip"));
    const transactions = [one.bytes, other.bytes];
    expect(alone.env.takeSent()).toEqual([
      { to: "n2", message: { type: "transactions", transactions } },
    ]);
  });

  it("goes to peers again while it waits, and not when it is in the chain", () => {
    const alone = loneChainNode();
    const { bytes } = pays(alice);
    alone.node.onMessage("c1", { type: "submit", serial: 1, transactions: [bytes] });
    alone.node.onTimer(alone.env.fire("gossip"));
    alone.env.pass(seconds(5));
    alone.node.onMessage("n2", { type: "status", status: statusAtGenesis() });
    alone.env.takeSent();
    alone.node.onTimer(alone.env.fire("status"));
    alone.node.onTimer(alone.env.fire("gossip"));
    expect(typesSentTo("n2", alone)).toContain("transactions");

    const { block } = blockOf(1, [pays(alice)]);
    const { header, body } = block;
    alone.node.onMessage("n2", { type: "block", header: header.bytes, body });
    alone.node.onTimer(alone.env.fire("import"));
    alone.env.pass(seconds(6));
    alone.node.onMessage("n2", { type: "status", status: statusAtGenesis() });
    alone.env.takeSent();
    alone.node.onTimer(alone.env.fire("status"));
    expect(alone.env.timers.has("gossip")).toBe(false);
    expect(typesSentTo("n2", alone)).not.toContain("transactions");
  });

  it("of a peer is not sent on: who has it has told everybody", () => {
    const alone = loneChainNode();
    const transactions = [pays(alice).bytes];
    alone.node.onMessage("n2", { type: "transactions", transactions });
    expect(alone.node.state.mempool.waiting.size).toBe(1);
    expect(alone.env.timers.has("gossip")).toBe(false);
  });
});

it("tells its chain at genesis", () => {
  const { node } = loneChainNode();
  expect(node.chain?.canonical).toEqual([genesis.block.header.hash]);
});

it("shows no chain before it has read its disk", () => {
  const { node } = loneChainNode({ disk: new ManualDisk() });
  node.state.isReady = false;
  expect(node.chain).toBeUndefined();
});
