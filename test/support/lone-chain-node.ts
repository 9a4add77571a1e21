// A node of the chain of three, alone in a world that the test moves by hand.

import { ChainNode } from "../../src/protocols/block-sync/chain-node.ts";
import { newChainChecks } from "../../src/protocols/block-sync/chain-reader.ts";
import type { BlockSyncMessage, Status } from "../../src/protocols/block-sync/messages.ts";
import {
  type BlockSyncOptions,
  defaultBlockSyncOptions,
} from "../../src/protocols/block-sync/options.ts";
import { seconds } from "../../src/sim/time.ts";
import { GENESIS, genesis } from "../protocols/block-sync/chain-of-three.ts";
import { ManualDisk, RecordingEnv } from "./recording-env.ts";

/** A node that has started, and its env. */
export interface LoneChainNode {
  readonly node: ChainNode;
  readonly env: RecordingEnv<BlockSyncMessage>;
}

/** An observer, or the validator with that secret. Its peer `n2` has told that it has genesis. */
export function loneChainNode(
  given: {
    readonly options?: Partial<BlockSyncOptions>;
    readonly secret?: Uint8Array;
    readonly disk?: ManualDisk;
  } = {},
): LoneChainNode {
  const env = new RecordingEnv<BlockSyncMessage>("n1", given.disk ?? new ManualDisk());
  // A second after genesis: slots are 100 us.
  env.wallOffset = GENESIS.timestamp + 1_000_000;
  const config = {
    ...{ genesis: GENESIS, options: { ...defaultBlockSyncOptions, ...given.options } },
    ...{ secret: given.secret, bootstrap: ["n2"], isHost: () => true, checkpoint: undefined },
  };
  const node = new ChainNode(env, config, newChainChecks());
  node.onStart();
  node.onTimer(env.fire("start"));
  node.onMessage("n2", { type: "status", status: statusAtGenesis() });
  // So long ago that nobody else is waited for.
  node.state.contactAt = -seconds(10);
  env.takeSent();
  return { node, env };
}

/** What a peer says that has nothing but genesis. */
export function statusAtGenesis(over: Partial<Status> = {}): Status {
  const { height, hash } = genesis.block.header;
  const tip = { height, hash };
  return {
    ...{ genesis: hash, tip, justified: tip, finalized: tip, bodiesFrom: 0, peers: [] },
    ...{ isFirst: false, validator: undefined, life: 1 },
    ...over,
  };
}
