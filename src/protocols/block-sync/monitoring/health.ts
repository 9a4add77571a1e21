// What a node says of how it is.

import type { Micros } from "../../../sim/time.ts";
import { tipOf } from "../chain.ts";
import type { ChainContext } from "../chain-context.ts";
import { quorumOf } from "../finality/certificate.ts";
import { activePeers, isActive, isPartitioned } from "../peers/peers.ts";
import type { ChainHealth } from "../queries.ts";
import type { ChainRole, ChainValues, Gauges } from "./metrics.ts";

/** Where the node stands, as it sees itself. */
export function healthOf(context: ChainContext): ChainHealth {
  const { env, state, config, publicKey } = context;
  const { chain, peers, sync } = state;
  const { validators } = config.genesis;
  const own = roleOf(context) === "validator" ? publicKey : undefined;
  const heardSince = env.now() - config.options.peers.silenceMax;
  return {
    height: tipOf(chain).header.height,
    finalized: chain.finalized.height,
    peersActive: activePeers(peers).length,
    isSyncing: sync.session !== undefined,
    isPartitioned: isPartitioned(peers, quorumOf(validators.length), own, heardSince),
  };
}

/** What the node is: an observer has no key, or one that is none of the validators'. */
export function roleOf({ config, publicKey }: ChainContext): ChainRole {
  const { validators } = config.genesis;
  return publicKey !== undefined && validators.includes(publicKey) ? "validator" : "observer";
}

/** All that the node says in numbers. */
export function valuesOf(context: ChainContext): ChainValues {
  const { counters, refused, histograms } = context.state;
  const [syncTime, gauges] = [syncTimeOf(context), gaugesOf(context)];
  return { counters, refused, syncTime, gauges, histograms };
}

function gaugesOf(context: ChainContext): Gauges {
  const { height, finalized, peersActive, isSyncing, isPartitioned: isCut } = healthOf(context);
  const { peers, mempool, histograms } = context.state;
  const claimed = [...peers.values()].map((peer) =>
    isActive(peer) && peer.status !== undefined ? peer.status.tip.height : 0,
  );
  return {
    block_height: height,
    finalized_height: finalized,
    finality_lag_blocks: height - finalized,
    sync_lag_blocks: Math.max(0, ...claimed.map((other) => other - height)),
    reorg_depth_max_blocks: histograms.reorg_depth_blocks.max,
    active_peers: peersActive,
    mempool_transactions: mempool.waiting.size,
    is_syncing: isSyncing ? 1 : 0,
    is_partitioned: isCut ? 1 : 0,
  };
}

/** Sessions that are over, and so far the one that is not. */
function syncTimeOf({ env, state: { sync } }: ChainContext): Micros {
  const { session, counts } = sync;
  const sinceBegin = session?.kind === "blocks" ? env.now() - session.beganAt : 0;
  return counts.blocksTime + sinceBegin;
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
