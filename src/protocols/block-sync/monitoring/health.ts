// What a node says of how it is.

import { tipOf } from "../chain.ts";
import type { ChainContext } from "../chain-context.ts";
import { quorumOf } from "../finality/certificate.ts";
import { activePeers, isPartitioned } from "../peers/peers.ts";
import type { ChainHealth } from "../queries.ts";
import type { Gauges } from "./metrics.ts";

/** Where the node stands, as it sees itself. */
export function healthOf({ env, state, config, publicKey }: ChainContext): ChainHealth {
  const { chain, peers, sync } = state;
  const { validators } = config.genesis;
  const own = publicKey !== undefined && validators.includes(publicKey) ? publicKey : undefined;
  const heardSince = env.now() - config.options.peers.silenceMax;
  return {
    height: tipOf(chain).header.height,
    finalized: chain.finalized.height,
    peersActive: activePeers(peers).length,
    isSyncing: sync.session !== undefined,
    isPartitioned: isPartitioned(peers, quorumOf(validators.length), own, heardSince),
  };
}

/** The same, as its metrics have it. */
export function gaugesOf(context: ChainContext): Gauges {
  const { height, finalized, peersActive, isSyncing, isPartitioned: isCut } = healthOf(context);
  return {
    block_height: height,
    finalized_height: finalized,
    finality_lag_blocks: height - finalized,
    active_peers: peersActive,
    mempool_transactions: context.state.mempool.waiting.size,
    is_syncing: isSyncing ? 1 : 0,
    is_partitioned: isCut ? 1 : 0,
  };
}

/** Notices when the node is cut off from too many validators, and when it no longer is. */
export class Watch {
  readonly #context: ChainContext;

  constructor(context: ChainContext) {
    this.#context = context;
  }

  /** At regular times. */
  look(): void {
    const { state, env } = this.#context;
    const { isPartitioned: isCut } = healthOf(this.#context);
    // Who has just started has heard nobody yet.
    if (isCut && !state.wasConnected) return;
    if (!isCut) state.wasConnected = true;
    if (isCut === state.isCutOff) return;
    state.isCutOff = isCut;
    env.emit(isCut ? "partition suspected" : "partition over");
  }
}
