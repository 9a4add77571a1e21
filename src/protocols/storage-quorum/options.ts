import { UsageError } from "../../sim/assert.ts";
import { checkCount, checkFlag, checkRecord } from "../../sim/check.ts";
import { type Micros, ms, seconds } from "../../sim/time.ts";

/** How a storage quorum works; every role reads what concerns it. */
export interface StorageQuorumOptions {
  /** Of a file's pieces, but for the last. Default: 256 KiB. */
  readonly chunkBytes: number;
  /** Of a replica's pieces, by which its storage is proven. Default: 1 KiB. */
  readonly leafBytes: number;
  /** A larger file is refused: "too large". Default: 100 MiB. */
  readonly fileBytesMax: number;
  /** How many nodes are to hold each chunk; fewer live ones make do. Default: 3. */
  readonly replication: number;
  /** The least number of confirmations for each chunk, however few its replicas. Default: 2. */
  readonly confirmationsMin: number;
  /** The share of a chunk's replicas that must confirm it, as an exact fraction. Default: 2/3. */
  readonly quorum: Fraction;
  /**
   * Whether a file that lacks its quorum is a pending block until the deadline; if not, there is
   * no block before its quorum, and its upload is answered when that is decided. Default: false.
   */
  readonly isPendingAllowed: boolean;
  /** How long after its upload a file may wait for its quorum. Default: 60 s. */
  readonly consensusTimeout: Micros;
  /** How long a storage node has to answer. Default: 1 s. */
  readonly requestTimeout: Micros;
  /** The slowest link that is waited for: what is on its way to a node is given more time. */
  readonly bandwidthMin: number;
  /** Pause before what has failed is tried again. Default: 500 ms. */
  readonly retryDelay: Micros;
  /** A download that waits for a holder asks the next one too after that. Default: 250 ms. */
  readonly hedgeDelay: Micros;
  /** How often a storage node is heard of by the discovery. Default: 15 s. */
  readonly heartbeatInterval: Micros;
  /** A storage node that was silent for longer is not offered. Default: 60 s. */
  readonly ttl: Micros;
  /** One that was silent for that long is forgotten. Default: 120 s. */
  readonly reapAfter: Micros;
  /** How often the discovery looks for such ones. Default: 20 s. */
  readonly sweepInterval: Micros;
  /** How often the backend asks the discovery who is there, once anybody is. Default: 5 s. */
  readonly peersInterval: Micros;
  /** How often each holder is challenged for one of its replicas. Default: 30 s. */
  readonly challengeInterval: Micros;
  /** How long a holder has for its proof. Default: 10 s. */
  readonly challengeTimeout: Micros;
  /** A holder that lets that many challenges in a row go by is one no more. Default: 3. */
  readonly missedChallengesMax: number;
  /** How often lost replicas are made anew, and left-over ones removed. Default: 5 s. */
  readonly repairInterval: Micros;
  /** A node of less reputation, in hundredths, gets no replicas. Default: 20. */
  readonly reputationMin: number;
  /** Uploads that a user may begin in a minute; 0 for no limit. Default: 0. */
  readonly uploadsPerMinute: number;
  /** Of the derivation of keys from passwords. */
  readonly scrypt: ScryptOptions;
}

/** An exact fraction: 2/3 is no decimal number. */
export interface Fraction {
  readonly numerator: number;
  readonly denominator: number;
}

/** What a password's key costs to find; see RFC 7914 §2. */
export interface ScryptOptions {
  /** N: a power of two. */
  readonly cost: number;
  /** r. */
  readonly blockSize: number;
  /** p. */
  readonly parallelization: number;
}

/** As RFC 7914 §2 advises for interactive use. */
export const safeScryptOptions: ScryptOptions = { cost: 16_384, blockSize: 8, parallelization: 1 };

/** For simulations, in which no password is worth finding. */
export const cheapScryptOptions: ScryptOptions = { cost: 2, blockSize: 1, parallelization: 1 };

export const defaultStorageQuorumOptions: StorageQuorumOptions = {
  chunkBytes: 256 * 1_024,
  leafBytes: 1_024,
  fileBytesMax: 100 * 1_024 * 1_024,
  replication: 3,
  confirmationsMin: 2,
  quorum: { numerator: 2, denominator: 3 },
  isPendingAllowed: false,
  consensusTimeout: seconds(60),
  requestTimeout: seconds(1),
  bandwidthMin: 1_024 * 1_024,
  retryDelay: ms(500),
  hedgeDelay: ms(250),
  heartbeatInterval: seconds(15),
  ttl: seconds(60),
  reapAfter: seconds(120),
  sweepInterval: seconds(20),
  peersInterval: seconds(5),
  challengeInterval: seconds(30),
  challengeTimeout: seconds(10),
  missedChallengesMax: 3,
  repairInterval: seconds(5),
  reputationMin: 20,
  uploadsPerMinute: 0,
  scrypt: safeScryptOptions,
};

/** The least and the greatest of each option that is a number. */
const LIMITS: { readonly [Name in NumberOption]: readonly [low: number, high?: number] } = {
  chunkBytes: [1],
  leafBytes: [1],
  fileBytesMax: [0],
  replication: [1],
  confirmationsMin: [1],
  consensusTimeout: [1],
  requestTimeout: [1],
  bandwidthMin: [1],
  retryDelay: [1],
  hedgeDelay: [1],
  heartbeatInterval: [1],
  ttl: [1],
  reapAfter: [1],
  sweepInterval: [1],
  peersInterval: [1],
  challengeInterval: [1],
  challengeTimeout: [1],
  missedChallengesMax: [1],
  repairInterval: [1],
  reputationMin: [0, 100],
  uploadsPerMinute: [0],
};

type NumberOption = {
  [Name in keyof StorageQuorumOptions]: StorageQuorumOptions[Name] extends number ? Name : never;
}[keyof StorageQuorumOptions];

/** Checks options from outside; throws a UsageError that names the path. */
export function checkStorageQuorumOptions(value: unknown, path: string): StorageQuorumOptions {
  const fields = checkRecord(value, path, Object.keys(defaultStorageQuorumOptions));
  const numbers = Object.entries(LIMITS).map(([name, [low, high]]) => [
    name,
    checkCount(fields[name], `${path}.${name}`, low, high),
  ]);
  const options: StorageQuorumOptions = {
    // The limits name every option that is a number.
    ...(Object.fromEntries(numbers) as Pick<StorageQuorumOptions, NumberOption>),
    isPendingAllowed: checkFlag(fields.isPendingAllowed, `${path}.isPendingAllowed`),
    quorum: checkFraction(fields.quorum, `${path}.quorum`),
    scrypt: checkScrypt(fields.scrypt, `${path}.scrypt`),
  };
  const { ttl, reapAfter, heartbeatInterval, confirmationsMin, replication } = options;
  if (confirmationsMin > replication) {
    const expected = `expected at most the replication, ${replication}`;
    throw new UsageError(`${path}.confirmationsMin: ${expected}, got ${confirmationsMin}`);
  }
  if (ttl < heartbeatInterval) {
    const expected = `expected at least the heartbeatInterval, ${heartbeatInterval}`;
    throw new UsageError(`${path}.ttl: ${expected}, got ${ttl}`);
  }
  if (reapAfter < ttl) {
    throw new UsageError(`${path}.reapAfter: expected at least the ttl, ${ttl}, got ${reapAfter}`);
  }
  return options;
}

function checkFraction(value: unknown, path: string): Fraction {
  const fields = checkRecord(value, path, ["numerator", "denominator"]);
  const denominator = checkCount(fields.denominator, `${path}.denominator`, 1);
  const numerator = checkCount(fields.numerator, `${path}.numerator`, 0, denominator);
  return { numerator, denominator };
}

function checkScrypt(value: unknown, path: string): ScryptOptions {
  const fields = checkRecord(value, path, Object.keys(safeScryptOptions));
  const cost = checkCount(fields.cost, `${path}.cost`, 2, 2 ** 30);
  if ((cost & (cost - 1)) !== 0) {
    throw new UsageError(`${path}.cost: expected a power of two, got ${cost}`);
  }
  return {
    cost,
    blockSize: checkCount(fields.blockSize, `${path}.blockSize`, 1),
    parallelization: checkCount(fields.parallelization, `${path}.parallelization`, 1),
  };
}
