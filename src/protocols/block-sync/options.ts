import { UsageError } from "../../sim/assert.ts";
import { checkCount, checkOneOf, checkRecord } from "../../sim/check.ts";
import { type Micros, ms, seconds } from "../../sim/time.ts";
import { GAS_OF_TRANSACTION } from "./transaction.ts";

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
  /**
   * Transactions that wait at a node; more are refused as busy, and from half of it on those that
   * wait for a lower nonce. Default: 10,000.
   */
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
  /** How long a block that a peer claims may be under way before it is fetched. Default: 500 ms. */
  readonly grace: Micros;
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
    grace: ms(500),
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

/** The least and the greatest of numbers, by their names. */
type Limits<Name extends string> = {
  readonly [Each in Name]: readonly [low: number, high?: number];
};

const COSTS: Limits<keyof ChainCosts> = {
  start: [0],
  createBlock: [0],
  importBlock: [0],
  transaction: [0],
};

const LIMITS: Limits<keyof ChainLimits> = {
  blockGas: [GAS_OF_TRANSACTION],
  blockBytes: [1],
  transactionBytes: [1],
  futureMax: [0],
  reorgMax: [0],
  mempoolCount: [1],
  mempoolPerSender: [1],
  mempoolAge: [1],
  orphans: [0],
};

const SYNC: Limits<keyof SyncOptions> = {
  headersPerRequest: [1],
  bodiesPerRequest: [1],
  window: [1],
  requestTimeout: [1],
  attemptsPerPeer: [1],
  retryDelay: [1],
  accountsPerRequest: [1],
  grace: [0],
};

const PEERS: Limits<keyof PeerOptions> = {
  statusInterval: [1],
  silenceMax: [1],
  peersMax: [1],
  penalty: [0, 100],
  scoreMin: [0, 100],
  banTime: [0],
  messagesPerSecond: [0],
  bytesPerSecond: [0],
};

const STORE: Limits<keyof StoreOptions> = {
  segmentBlocks: [1],
  keptBlocks: [0],
  keptStates: [1],
};

/** Checks options from outside; throws a UsageError that names the path. */
export function checkBlockSyncOptions(value: unknown, path: string): BlockSyncOptions {
  const fields = checkRecord(value, path, Object.keys(defaultBlockSyncOptions));
  const productions = ["every slot", "on order"] as const;
  const options: BlockSyncOptions = {
    production: checkOneOf(fields.production, `${path}.production`, productions),
    costs: checkNumbers(fields.costs, `${path}.costs`, COSTS),
    limits: checkNumbers(fields.limits, `${path}.limits`, LIMITS),
    sync: checkNumbers(fields.sync, `${path}.sync`, SYNC),
    peers: checkNumbers(fields.peers, `${path}.peers`, PEERS),
    store: checkNumbers(fields.store, `${path}.store`, STORE),
  };
  const { limits, peers } = options;
  if (limits.transactionBytes > limits.blockBytes) {
    const expected = `expected at most the blockBytes, ${limits.blockBytes}`;
    const got = limits.transactionBytes;
    throw new UsageError(`${path}.limits.transactionBytes: ${expected}, got ${got}`);
  }
  if (peers.silenceMax < peers.statusInterval) {
    const expected = `expected at least the statusInterval, ${peers.statusInterval}`;
    throw new UsageError(`${path}.peers.silenceMax: ${expected}, got ${peers.silenceMax}`);
  }
  return options;
}

function checkNumbers<Name extends string>(
  value: unknown,
  path: string,
  limits: Limits<Name>,
): Readonly<Record<Name, number>> {
  const fields = checkRecord(value, path, Object.keys(limits));
  const numbers = Object.entries<readonly [number, number?]>(limits).map(([name, [low, high]]) => [
    name,
    checkCount(fields[name], `${path}.${name}`, low, high),
  ]);
  // The limits have a number for each name, and for no other.
  return Object.fromEntries(numbers) as Readonly<Record<Name, number>>;
}
