// All that the backend has in memory, as plain data.

import type { NodeId } from "../../sim/env.ts";
import type { Micros } from "../../sim/time.ts";
import type { JournalState } from "../journal.ts";
import { newJournalState } from "../journal.ts";
import type { Account, OpenedBlock, Replica } from "./entries.ts";
import type { Address, BlockStatus, ClientResult, FileId } from "./messages.ts";

export interface BackendState {
  /** `halted`: the disk failed or is rotten, so that what was promised is unknown. */
  phase: "starting" | "serving" | "halted";
  ledger: LedgerState;
  /** From the ledger's first entry; no bytes before that. */
  secret: Uint8Array;
  readonly users: Map<string, Account>;
  /** In the order in which they were opened. */
  readonly blocks: Map<FileId, Block>;
  /** The files whose blocks are on the chain, in order. */
  readonly chain: FileId[];
  readonly uploads: Map<FileId, Upload>;
  /** Who waits for the end of each upload, until that is told. */
  readonly waiting: Map<FileId, ClientName>;
  /** By client session, its latest request. */
  readonly requests: Map<string, RequestState>;
  /** When each user began uploads in the last minute. */
  readonly uploadTimes: Map<string, Micros[]>;
  readonly peers: Map<NodeId, PeerState>;
  /** The question to the discovery that was asked last. */
  peersSerial: number;
  readonly jobs: Map<string, Job>;
  readonly calls: Map<number, Call>;
  lastCall: number;
  readonly retrievals: Map<number, Retrieval>;
  readonly downloads: Map<number, Download>;
  lastTask: number;
  /** By node and then by the replica's address, what the ledger says that it holds. */
  readonly holdings: Map<NodeId, Map<Address, Holding>>;
  readonly audits: Map<NodeId, Audit>;
  /** Confirmed files of which some chunk lacks a replica. */
  readonly thin: Set<FileId>;
  /** Whose inventory was asked for last. */
  lastInventory: NodeId | undefined;
}

export interface LedgerState {
  readonly journal: JournalState;
  isSyncing: boolean;
  /** The hash of the last entry. */
  head: Address;
  /** What follows when the ledger is durable up to a size; in order. */
  effects: { readonly upToBytes: number; readonly effect: Effect }[];
}

/** What must wait until the ledger is durable. */
export type Effect =
  | { readonly kind: "reply"; readonly client: ClientName; readonly result: ClientResult }
  | { readonly kind: "opened"; readonly file: FileId }
  | { readonly kind: "settled"; readonly file: FileId }
  /** What was read at the start is sure to be there. */
  | { readonly kind: "ready" }
  /** A torn tail of the ledger is gone for good: it can be read. */
  | { readonly kind: "mended" };

/** Whom an answer goes to, and to which of its requests. */
export interface ClientName {
  readonly id: NodeId;
  readonly session: string;
  readonly serial: number;
}

export interface RequestState {
  readonly serial: number;
  /** Undefined while it is under way. */
  result: ClientResult | undefined;
}

/** A file: what the ledger says of it. */
export interface Block extends Omit<OpenedBlock, "chunks"> {
  /** The hash of the ledger's entry that opened it. */
  readonly openedBy: Address;
  /** Its place in the chain; without pending blocks it has one once it is confirmed. */
  link: ChainLink | undefined;
  readonly chunks: readonly Chunk[];
  /** As it is durable: what clients are told. */
  status: BlockStatus;
  /** What the ledger has it settled as, durable or not; undefined while it is open. */
  decision: "confirmed" | "rejected" | undefined;
  /** When it was decided: for each chunk how many had confirmed it. Undefined before. */
  confirmedBy: readonly number[] | undefined;
}

export interface ChainLink {
  /** 0-based. */
  readonly index: number;
  /** The hash of the block before it. */
  readonly previous: Address;
  readonly hash: Address;
}

export interface Chunk {
  readonly address: Address;
  readonly sizeBytes: number;
  /** Whom it was meant for when the upload began. */
  readonly intended: readonly Replica[];
  /** How many replicas were ever meant to be there at a time; the quorum is a share of them. */
  assigned: number;
  /** By node. Of an open block those that have confirmed. */
  readonly holders: Map<NodeId, Holder>;
  /** Who has lost it before: they get it again only when there is nobody else. */
  readonly failed: Set<NodeId>;
}

export interface Holder {
  readonly replica: Replica;
  /** False from the node's restart until it has proven the replica anew. */
  isProven: boolean;
}

/** An upload whose bytes are here. */
export interface Upload {
  /** By chunk. */
  readonly ciphertexts: readonly Uint8Array[];
  /** By the monotonic clock of this life. */
  readonly startedAt: Micros;
}

/** A storage node as the backend knows it. */
export interface PeerState {
  life: number;
  capacityBytes: number;
  /** By its own account, less what was meant for it since. */
  freeBytes: number;
  /** By the backend's clock: it is alive before that. */
  expiresAt: Micros;
  /** It did not answer: it gets nothing before that. */
  silentUntil: Micros;
  /** In hundredths, from 0 to 100. */
  reputation: number;
  /** What was sent to it and has neither been answered nor given up. */
  inflightBytes: number;
}

/** A replica is to come to a node: named `file#chunk@node`. */
export interface Job {
  readonly file: FileId;
  readonly chunk: number;
  readonly replica: Replica;
  /** Its first call: answers to earlier ones are about earlier replicas. */
  readonly firstCall: number;
  /** Whether nobody waits for it any more, as the node did not answer in time. */
  isOverdue: boolean;
}

/** What a storage node was asked. */
export interface Call {
  readonly node: NodeId;
  readonly askedAt: Micros;
  readonly sizeBytes: number;
  readonly about: Question;
}

export type Question =
  | StoreQuestion
  | { readonly kind: "fetch"; readonly retrieval: number; readonly replica: Replica }
  | ChallengeQuestion
  | { readonly kind: "inventory" }
  | { readonly kind: "drop" };

export interface StoreQuestion {
  readonly kind: "store";
  readonly file: FileId;
  readonly chunk: number;
  readonly replica: Replica;
}

export interface ChallengeQuestion {
  readonly kind: "challenge";
  readonly file: FileId;
  readonly chunk: number;
  readonly replica: Replica;
  readonly nonce: Uint8Array;
  readonly leaf: number;
}

/** A good ciphertext of a chunk is looked for. */
export interface Retrieval {
  readonly file: FileId;
  readonly chunk: number;
  readonly purpose: Purpose;
  /** Who is yet to be asked, the best first. */
  next: Replica[];
  /** How many of those asked have not answered. */
  open: number;
  asked: number;
}

export type Purpose =
  | { readonly kind: "download"; readonly download: number }
  | { readonly kind: "repair"; readonly node: NodeId };

export interface Download {
  readonly file: FileId;
  readonly client: ClientName;
  readonly key: Uint8Array;
  /** By chunk, the plaintext; undefined until it is there. */
  readonly parts: (Uint8Array | undefined)[];
  missing: number;
  attempts: number;
}

/** Where a replica belongs. */
export interface Holding {
  readonly file: FileId;
  readonly chunk: number;
  /** Which call was the last when it was confirmed: earlier inventories do not know of it. */
  readonly since: number;
}

/** How far a node has been challenged: each of its replicas comes once in a round. */
export interface Audit {
  queue: Address[];
  /** How many challenges in a row it let go by. */
  missed: number;
}

/** A backend before it has read its disk. */
export function newBackendState(): BackendState {
  return {
    phase: "starting",
    ledger: { journal: newJournalState(), isSyncing: false, head: "", effects: [] },
    secret: new Uint8Array(0),
    users: new Map(),
    blocks: new Map(),
    chain: [],
    uploads: new Map(),
    waiting: new Map(),
    requests: new Map(),
    uploadTimes: new Map(),
    peers: new Map(),
    peersSerial: 0,
    jobs: new Map(),
    calls: new Map(),
    lastCall: 0,
    retrievals: new Map(),
    downloads: new Map(),
    lastTask: 0,
    holdings: new Map(),
    audits: new Map(),
    thin: new Set(),
    lastInventory: undefined,
  };
}
