// What a node remembers while it fetches blocks, as plain data.

import type { NodeId } from "../../../sim/env.ts";
import type { Micros } from "../../../sim/time.ts";
import type { Header } from "../block.ts";
import type { Hash } from "../encoding/hash.ts";
import type { Checkpoint } from "../finality/vote.ts";
import type { Batch } from "./batch.ts";

export interface SyncState {
  /** Fresh numbers: they begin anew far from those of earlier lives. */
  lastRequest: number;
  /** What was asked and neither answered nor given up, by number. */
  readonly requests: Map<number, OpenRequest>;
  /** What is being fetched; undefined when idle. */
  session: Session | undefined;
  /** Handed over to be imported, in order, and not done with yet; with who gave the headers. */
  readonly importing: Map<Hash, NodeId>;
  /** Blocks that have proven invalid, the oldest first; no more than {@link REFUSED_MAX}. */
  readonly refused: Set<Hash>;
  /** What was learned of peers by asking them. */
  readonly experience: Map<NodeId, Experience>;
  /** Nothing is begun before that. */
  idleUntil: Micros;
  /** Final, and newer than the trusted block, of which no peer has the accounts any more. */
  checkpoint: Checkpoint | undefined;
  /** How much of a checkpoint's accounts is here; kept when the session ends. */
  accounts: AccountsSoFar | undefined;
  readonly counts: SyncCounts;
}

/** Hashes of invalid blocks that are remembered. */
export const REFUSED_MAX = 1_024;

export interface OpenRequest {
  readonly peer: NodeId;
  readonly sentAt: Micros;
  readonly about: "headers" | "bodies" | "checkpoint" | "accounts" | LateAnswer;
  /** Whether a timer is set for when it may be overdue. */
  isWatched: boolean;
}

/** Of what another peer has given, or is to give, meanwhile. */
export type LateAnswer = "late headers" | "late bodies";

export type Session = BlockSession | CheckpointSession;

/** Headers come from one peer, bodies from many. */
export interface BlockSession {
  readonly kind: "blocks";
  readonly beganAt: Micros;
  /** Who gives the headers. */
  leader: NodeId;
  /** Who gave them before, and was too slow. */
  readonly formerLeaders: NodeId[];
  /** What the leader claimed to have when it became that. */
  target: Checkpoint;
  /** The last header when it took the place of another; undefined if it led from the beginning. */
  tookOverAt: Hash | undefined;
  headers: HeaderProgress;
  /** The last header that was accepted; undefined before the first. */
  last: Header | undefined;
  /** The highest number of a request when that was accepted: all later ones are behind it. */
  lastRequest: number;
  /** Of blocks that are yet to be handed over, by rising height. */
  batches: Batch[];
  /** Who has said that it knows nothing of these blocks. */
  readonly strangers: NodeId[];
  /** How many of its blocks were imported. */
  imported: number;
  /** Why the leader gave no more headers; undefined while it keeps its word. */
  flaw: SessionEnd | undefined;
}

/** Why a session is over. */
export type SessionEnd =
  | "caught up"
  | "adopted"
  | "invalid headers"
  | "invalid block"
  | "refused branch"
  | "lighter than promised"
  | "not available"
  | "bodies not available"
  | "busy"
  | "malformed"
  | "timeout"
  | "gone"
  | "better leader";

/** `due`: the next are to be asked for when there is room. */
export type HeaderProgress =
  | { readonly state: "due" }
  | { readonly state: "asked"; readonly request: number }
  | { readonly state: "complete" };

/** First the header of the trusted block, then all accounts after it, then the node takes both. */
export interface CheckpointSession {
  readonly kind: "checkpoint";
  readonly checkpoint: Checkpoint;
  step: CheckpointStep;
  /** How often each peer was asked in vain since something came. */
  attempts: Record<NodeId, number>;
  /** Who has answered since then that it has not got it, or has it no more. */
  refusals: Record<NodeId, "unknown" | "pruned">;
}

export type CheckpointStep =
  | { readonly state: "due" }
  | { readonly state: "asked"; readonly peer: NodeId; readonly request: number }
  | { readonly state: "adopting" };

/** The accounts below `next`, proven to be all there are. */
export interface AccountsSoFar {
  readonly header: Header;
  /** By rising key. */
  readonly accounts: (readonly [key: Uint8Array, account: Uint8Array])[];
  next: Hash;
}

export interface Experience {
  /** How long its answers take, smoothed; 0 before the first. */
  replyTime: Micros;
  /** How long it took for answers with bodies: rises at once, falls slowly; 0 before the first. */
  bodiesTime: Micros;
  /** When it answered last, and the highest number of what it has answered; 0 before the first. */
  answeredAt: Micros;
  answered: number;
  /** How long its last answer with headers took, since the answer before it; 0 before the first. */
  leadTime: Micros;
  /** How often in a row it led nowhere. */
  failures: number;
  /** How often in a row it led and gave no answer in time. */
  silences: number;
  /** It does not lead before that. */
  leadsFrom: Micros;
  /** It was busy, and is not asked before that. */
  restsUntil: Micros;
}

/** Since the start of the node. */
export interface SyncCounts {
  requests: number;
  /** Requests that came to nothing. */
  failures: number;
  /** Of bodies that came, as RLP items without their prefixes. */
  bodyBytes: number;
  /** Of those that came too late, were wrong, or were dropped. */
  wastedBytes: number;
  /** Bodies that came for blocks that were here already. */
  fetchedTwice: number;
  /** Of sessions for blocks that are over, from begin to end. */
  blocksTime: Micros;
}

/** A node that fetches nothing yet. A node draws its life at its start, below 2^32. */
export function newSyncState(life: number): SyncState {
  return {
    lastRequest: life * REQUESTS_PER_LIFE,
    requests: new Map(),
    session: undefined,
    importing: new Map(),
    refused: new Set(),
    experience: new Map(),
    idleUntil: 0,
    ...{ checkpoint: undefined, accounts: undefined },
    counts: {
      ...{ requests: 0, failures: 0, bodyBytes: 0, wastedBytes: 0, fetchedTwice: 0 },
      blocksTime: 0,
    },
  };
}

/** No life asks as often. */
const REQUESTS_PER_LIFE = 2 ** 20;
