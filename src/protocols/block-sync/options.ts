import { type Micros, ms, seconds } from "../../sim/time.ts";

/** How a node of the chain works. */
export interface BlockSyncOptions {
  /** When blocks are made: in each slot of its own, or as many as an operator orders. */
  readonly production: "every slot" | "on order";
  /** What work takes, as nothing in a simulation takes time by itself. */
  readonly costs: ChainCosts;
  readonly limits: ChainLimits;
  readonly sync: SyncOptions;
  readonly peers: PeerOptions;
  readonly store: StoreOptions;
}

export interface ChainCosts {
  /** From the start of the process until it works. Default: 50 ms. */
  readonly start: Micros;
  /** To make a block, apart from its transactions. Default: 1.5 ms. */
  readonly createBlock: Micros;
  /** To check and import a block, apart from its transactions. Default: 2.5 ms. */
  readonly importBlock: Micros;
  /** For each transaction of a block. Default: 10 us. */
  readonly transaction: Micros;
}

export interface ChainLimits {
  /** Of all transactions of a block together. Default: 30,000,000. */
  readonly blockGas: number;
  /** Of a block's body as RLP. Default: 4 MiB. */
  readonly blockBytes: number;
  /** Of a transaction as RLP. Default: 16 KiB. */
  readonly transactionBytes: number;
  /** How far a block's time may be ahead of this clock. Default: 1 s. */
  readonly futureMax: Micros;
  /** A branch that leaves the chain further back is refused. Default: 1,000 blocks. */
  readonly reorgMax: number;
  /** Transactions that wait at a node; more are refused as busy. Default: 10,000. */
  readonly mempoolCount: number;
  /** Of one sender among them. Default: 1,000. */
  readonly mempoolPerSender: number;
  /** Waiting longer, a transaction is dropped. Default: 30 min. */
  readonly mempoolAge: Micros;
  /** Blocks whose parent is not known yet, and that are kept. Default: 64. */
  readonly orphans: number;
}

export interface SyncOptions {
  /** Headers asked for at once. Default: 512. */
  readonly headersPerRequest: number;
  /** Bodies asked for at once. Default: 128. */
  readonly bodiesPerRequest: number;
  /** Requests for bodies under way at most. Default: 4. */
  readonly window: number;
  /** How long a peer has to answer. Default: 30 s. */
  readonly requestTimeout: Micros;
  /** How often one peer is asked for one batch. Default: 3. */
  readonly attemptsPerPeer: number;
  /** Before anything is tried again with nobody to ask. Default: 1 s. */
  readonly retryDelay: Micros;
  /** Accounts asked for at once. Default: 256. */
  readonly accountsPerRequest: number;
}

export interface PeerOptions {
  /** How often everybody is told where this node stands. Default: 1 s. */
  readonly statusInterval: Micros;
  /** A peer that was silent for longer is out of reach. Default: 5 s. */
  readonly silenceMax: Micros;
  /** Peers at most. Default: 50. */
  readonly peersMax: number;
  /** What a broken rule or a broken promise costs, of 100. Default: 6. */
  readonly penalty: number;
  /** Below, a peer is banned. Default: 20. */
  readonly scoreMin: number;
  /** For so long. Default: 5 min. */
  readonly banTime: Micros;
  /** What a peer may send in a second; 0 for no limit. Default: 0. */
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
}

export interface StoreOptions {
  /** Blocks in a file. Default: 128. */
  readonly segmentBlocks: number;
  /** Bodies and states older than so many blocks are removed; 0 keeps all. Default: 0. */
  readonly keptBlocks: number;
  /** States that are in memory, from the tip down, for branches and proofs. Default: 128. */
  readonly keptStates: number;
}

export const defaultBlockSyncOptions: BlockSyncOptions = {
  production: "every slot",
  costs: { start: ms(50), createBlock: 1_500, importBlock: 2_500, transaction: 10 },
  limits: {
    blockGas: 30_000_000,
    blockBytes: 4 * 1_024 * 1_024,
    transactionBytes: 16 * 1_024,
    futureMax: seconds(1),
    reorgMax: 1_000,
    mempoolCount: 10_000,
    mempoolPerSender: 1_000,
    mempoolAge: seconds(1_800),
    orphans: 64,
  },
  sync: {
    headersPerRequest: 512,
    bodiesPerRequest: 128,
    window: 4,
    requestTimeout: seconds(30),
    attemptsPerPeer: 3,
    retryDelay: seconds(1),
    accountsPerRequest: 256,
  },
  peers: {
    statusInterval: seconds(1),
    silenceMax: seconds(5),
    peersMax: 50,
    penalty: 6,
    scoreMin: 20,
    banTime: seconds(300),
    messagesPerSecond: 0,
    bytesPerSecond: 0,
  },
  store: { segmentBlocks: 128, keptBlocks: 0, keptStates: 128 },
};
