import type { Env, NodeId } from "../../sim/env.ts";
import type { KeyPair } from "./encoding/keys.ts";
import type { Checkpoint } from "./finality/vote.ts";
import type { Genesis, GenesisOptions } from "./genesis.ts";
import type { BlockSyncMessage } from "./messages.ts";
import type { ChainNodeState } from "./node-state.ts";
import type { BlockSyncOptions } from "./options.ts";
import type { PublicKey } from "./transaction.ts";
import type { ChainRules } from "./validation.ts";

/** Who a node is, and what it is to know before it starts. */
export interface ChainNodeConfig {
  readonly genesis: GenesisOptions;
  readonly options: BlockSyncOptions;
  /** A validator's secret, 32 bytes; undefined for an observer, which never produces nor votes. */
  readonly secret: Uint8Array | undefined;
  /** Peers to begin with. A validator that has some waits for one before it makes blocks. */
  readonly bootstrap: readonly NodeId[];
  /** Whether there is a host of that name, as a name service tells. */
  readonly isHost: (name: NodeId) => boolean;
  /** A block that is trusted: the chain before it is not fetched, its state is. */
  readonly checkpoint: Checkpoint | undefined;
}

/** What the parts of a node share. */
export interface ChainContext {
  readonly env: Env<BlockSyncMessage>;
  readonly config: ChainNodeConfig;
  readonly genesis: Genesis;
  readonly rules: ChainRules;
  /** A validator's; undefined for an observer. */
  readonly keys: KeyPair | undefined;
  readonly publicKey: PublicKey | undefined;
  /** The memory as it is now: in a recorded run it is another object at each handler. */
  readonly state: ChainNodeState;
  /** Tells all peers that can be reached. */
  broadcast(message: BlockSyncMessage): void;
}
