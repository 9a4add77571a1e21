import { describe, expect, it } from "vitest";
import type { ChainBlock } from "../../../src/protocols/block-sync/chain.ts";
import { ChainNode } from "../../../src/protocols/block-sync/chain-node.ts";
import { newChainChecks } from "../../../src/protocols/block-sync/chain-reader.ts";
import type { BlockSyncMessage, Status } from "../../../src/protocols/block-sync/messages.ts";
import { defaultBlockSyncOptions } from "../../../src/protocols/block-sync/options.ts";
import { RecordingEnv } from "../../support/recording-env.ts";
import { blockOf, GENESIS, genesis } from "./chain-of-three.ts";

const FIRST = blockOf(1);
const SECOND = blockOf(2, [], { header: FIRST.block.header, trie: FIRST.executed.trie });

function gossipOf({ block }: { readonly block: Pick<ChainBlock, "header"> }): BlockSyncMessage {
  return { type: "block", header: block.header.bytes, body: [] };
}

/** A node that has genesis, and a peer that has told it so much of itself. */
function observer(): { node: ChainNode; env: RecordingEnv<BlockSyncMessage> } {
  const env = new RecordingEnv<BlockSyncMessage>("n1");
  env.wallOffset = GENESIS.timestamp + 1_000_000;
  const config = {
    ...{ genesis: GENESIS, options: defaultBlockSyncOptions, secret: undefined },
    ...{ bootstrap: ["n2"], isHost: () => true, checkpoint: undefined },
  };
  const node = new ChainNode(env, config, newChainChecks());
  node.onStart();
  node.onTimer(env.fire("start"));
  const { height, hash } = genesis.block.header;
  const tip = { height, hash };
  const status: Status = {
    ...{ genesis: hash, tip, justified: tip, finalized: tip, bodiesFrom: 0, peers: [] },
    ...{ isFirst: false, validator: undefined, life: 1 },
  };
  node.onMessage("n2", { type: "status", status });
  env.takeSent();
  return { node, env };
}

describe("a block that comes before its parent", () => {
  it("makes the node ask for what is before it when that does not come by itself", () => {
    const { node, env } = observer();
    node.onMessage("n2", gossipOf(SECOND));
    expect(env.takeSent()).toEqual([]);
    env.pass(defaultBlockSyncOptions.sync.grace);
    node.onMessage("n2", gossipOf(SECOND));
    const sent = env.takeSent().filter(({ message }) => message.type === "get headers");
    expect(sent.map(({ to }) => to)).toEqual(["n2"]);
  });

  it("waits, and is imported behind its parent if that comes by itself", () => {
    const { node, env } = observer();
    node.onMessage("n2", gossipOf(SECOND));
    node.onMessage("n2", gossipOf(FIRST));
    node.onTimer(env.fire("import"));
    node.onTimer(env.fire("import"));
    expect(node.chain?.canonical.at(-1)).toBe(SECOND.block.header.hash);
  });
});
