// All that a node of the chain remembers, as plain data.

import type { NodeId } from "../../sim/env.ts";
import type { Micros } from "../../sim/time.ts";
import type { Block, Header } from "./block.ts";
import type { BuiltBlock } from "./build-block.ts";
import { type ChainState, newChain } from "./chain.ts";
import type { Hash } from "./encoding/hash.ts";
import { type FinalityState, newFinality } from "./finality/finality.ts";
import type { Vote } from "./finality/vote.ts";
import { emptyVotingRecord, type VotingRecord } from "./finality/voting.ts";
import type { Genesis, GenesisOptions } from "./genesis.ts";
import { type MempoolState, newMempool } from "./mempool.ts";
import {
  type Counters,
  type Histograms,
  newCounters,
  newHistograms,
} from "./monitoring/metrics.ts";
import type { PeersState } from "./peers/peer-state.ts";
import { type ChainStoreState, newChainStore } from "./store/chain-store.ts";
import { newSyncState, type SyncState } from "./sync/sync-state.ts";
import type { Broken, CheckedBody } from "./validation.ts";

/** All that a node remembers. */
export interface ChainNodeState {
  /** Drawn anew at each start. */
  life: number;
  /** Whether it has read its disk, and works. */
  isReady: boolean;
  /** When it has heard where a peer stands first, by the monotonic clock; undefined before. */
  contactAt: Micros | undefined;
  /** Whether it has heard enough validators at some time, and whether it hears too few now. */
  wasConnected: boolean;
  isCutOff: boolean;
  chain: ChainState;
  finality: FinalityState;
  mempool: MempoolState;
  imports: ImportsState;
  pool: PoolState;
  peers: PeersState;
  producer: ProducerState;
  store: ChainStoreState;
  sync: SyncState;
  voter: VoterState;
  readonly counters: Counters;
  /** By rule, how many blocks that came have broken it. */
  readonly refused: Map<string, number>;
  readonly histograms: Histograms;
}

/** A block whose header keeps the rules, and whose body was looked at. */
export interface QueuedBlock extends Block {
  readonly checked: CheckedBody | Broken;
  readonly origin: Origin;
}

/** Who gave a block: a peer unasked, and when by the wall clock; or the synchronizer. */
export type Origin =
  | { readonly kind: "gossip"; readonly peer: NodeId; readonly at: Micros }
  | { readonly kind: "sync" };

export interface ImportsState {
  /** In the order in which they are executed; the first is being worked on. */
  queue: QueuedBlock[];
  /** Headers of the queue, by hash. */
  readonly queued: Map<Hash, Header>;
  /** Blocks whose parent is not known yet, by hash, the oldest first. */
  readonly orphans: Map<Hash, QueuedBlock>;
  /** Blocks that broke a rule when they were executed, the oldest first: not looked at again. */
  readonly invalid: Set<Hash>;
}

export interface ProducerState {
  /** The slot for which a block is being made. */
  slot: number | undefined;
  /** A block of its own that is not durable yet: nobody may see it before. */
  proposal: BuiltBlock | undefined;
  /** Orders that are not carried out, the oldest first. */
  orders: Order[];
  /** No block of an order is made before that, by the wall clock. */
  notBefore: Micros;
}

export interface Order {
  readonly from: NodeId;
  readonly serial: number;
  readonly height: number;
  readonly interval: Micros;
}

export interface VoterState {
  /** How far it has gone, votes that wait for the disk counted. */
  record: VotingRecord;
  /** Votes that are not durable yet, in order. */
  waiting: Vote[];
  /** Its votes of other lives cannot be read any more: it may not vote, as it might do so twice. */
  isSilenced: boolean;
}

export interface PoolState {
  /** Taken from clients, and not sent to peers yet. */
  readonly outgoing: Uint8Array[];
  /** Taken from clients, with when they were sent last: the oldest first. */
  readonly own: Map<Hash, Micros>;
}

/** The memory of a node that has not read its disk. */
export function newChainNodeState(
  { block, trie }: Genesis,
  { validators }: GenesisOptions,
): ChainNodeState {
  return {
    life: 0,
    contactAt: undefined,
    ...{ isReady: false, wasConnected: false, isCutOff: false },
    chain: newChain({ ...block, transactions: [], accounts: { trie } }),
    finality: newFinality(validators),
    mempool: newMempool(),
    imports: { queue: [], queued: new Map(), orphans: new Map(), invalid: new Set() },
    pool: { outgoing: [], own: new Map() },
    peers: new Map(),
    producer: { slot: undefined, proposal: undefined, orders: [], notBefore: 0 },
    store: newChainStore(),
    sync: newSyncState(0),
    voter: { record: emptyVotingRecord, waiting: [], isSilenced: false },
    ...{ counters: newCounters(), refused: new Map() },
    histograms: newHistograms(),
  };
}
