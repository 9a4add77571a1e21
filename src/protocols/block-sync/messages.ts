import type { NodeId } from "../../sim/env.ts";
import type { Micros } from "../../sim/time.ts";
import type { MonitoringMessage } from "../monitoring/messages.ts";
import type { Body } from "./block.ts";
import type { Hash } from "./encoding/hash.ts";
import type { Checkpoint } from "./finality/vote.ts";
import type { ChainQuery, QueryAnswer, Refusal } from "./queries.ts";
import type { PublicKey } from "./transaction.ts";

/**
 * Every message of the chain. What is said in RLP is decoded and checked by whoever is told. By
 * their types faults choose classes of traffic: {@link MESSAGE_CLASSES}.
 */
export type BlockSyncMessage = Gossip | SyncMessage | ClientMessage | MonitoringMessage;

/** Unasked, from peer to peer. */
export type Gossip =
  | { readonly type: "status"; readonly status: Status }
  | { readonly type: "block"; readonly header: Uint8Array; readonly body: Body }
  | { readonly type: "transactions"; readonly transactions: readonly Uint8Array[] }
  | { readonly type: "votes"; readonly votes: readonly Uint8Array[] }
  | { readonly type: "evidence"; readonly evidence: readonly EvidenceBytes[] };

/** What a node says of itself, at regular times, and as an answer to a peer's first one. */
export interface Status {
  readonly genesis: Hash;
  readonly tip: Checkpoint;
  readonly justified: Checkpoint;
  readonly finalized: Checkpoint;
  /** The least height whose body it has. */
  readonly bodiesFrom: number;
  /** Peers that it knows, for those who know fewer. */
  readonly peers: readonly NodeId[];
  /** Whether the sender has not heard of the receiver yet, and waits for its status. */
  readonly isFirst: boolean;
  /** Drawn anew at each start: who has another one has forgotten what it was asked. */
  readonly life: number;
  /** Which validator it is; undefined for an observer. */
  readonly validator: ValidatorClaim | undefined;
}

/** A host's word that it is a validator, which that validator alone can give for it. */
export interface ValidatorClaim {
  readonly key: PublicKey;
  /** Of the chain's genesis and the host's name, by that key. */
  readonly signature: Uint8Array;
}

export type SyncMessage = SyncRequest | SyncReply;

/** What a node asks a peer; `request` is fresh each time, so that no retry looks like another. */
export type SyncRequest =
  | {
      readonly type: "get headers";
      readonly request: number;
      /** Known hashes, the tip first and then further and further apart, down to genesis. */
      readonly locator: readonly Hash[];
      readonly count: number;
    }
  /** The header of one block: that of a checkpoint. */
  | { readonly type: "get header"; readonly request: number; readonly hash: Hash }
  | { readonly type: "get bodies"; readonly request: number; readonly hashes: readonly Hash[] }
  | {
      readonly type: "get accounts";
      readonly request: number;
      /** The block after which the accounts are as they are. */
      readonly block: Hash;
      /** Keys from this one on: the Keccak-256 of an address. */
      readonly start: Hash;
      readonly count: number;
    };

export type SyncReply =
  /** Those behind the first of the locator that is on the peer's chain, in order; or the one. */
  | { readonly type: "headers"; readonly request: number; readonly headers: readonly Uint8Array[] }
  /** As asked, in order; the first that is not there ends it. */
  | { readonly type: "bodies"; readonly request: number; readonly bodies: readonly Body[] }
  | {
      readonly type: "accounts";
      readonly request: number;
      /** Keys and accounts as RLP, by rising key; with proofs of the boundaries. */
      readonly accounts: readonly (readonly [key: Uint8Array, account: Uint8Array])[];
      readonly proof: readonly Uint8Array[];
    }
  /** `pruned`: it was there once. */
  | {
      readonly type: "not available";
      readonly request: number;
      readonly reason: "pruned" | "unknown" | "busy";
    };

/** A client's request, and its answer; sent again with the same serial it is the same. */
export type ClientMessage =
  | {
      readonly type: "submit";
      readonly serial: number;
      readonly transactions: readonly Uint8Array[];
    }
  /** What was refused, by place in the list; all others are accepted. */
  | {
      readonly type: "submitted";
      readonly serial: number;
      readonly refused: readonly { readonly index: number; readonly reason: Refusal }[];
    }
  | { readonly type: "query"; readonly serial: number; readonly query: ChainQuery }
  | { readonly type: "answer"; readonly serial: number; readonly answer: QueryAnswer }
  /** An operator's order: to make blocks, so far apart at least, until the chain is that high. */
  | {
      readonly type: "produce";
      readonly serial: number;
      readonly height: number;
      readonly interval: Micros;
    }
  | { readonly type: "produced"; readonly serial: number; readonly tip: Checkpoint };

export type EvidenceBytes = readonly [Uint8Array, Uint8Array];

/** The types of message of each class of traffic. */
export const MESSAGE_CLASSES: {
  readonly [Class in "gossip" | "sync" | "rpc" | "metrics"]: readonly BlockSyncMessage["type"][];
} = {
  gossip: ["status", "block", "transactions", "votes", "evidence"],
  sync: [
    ...(["get headers", "get header", "headers", "get bodies", "bodies"] as const),
    ...(["get accounts", "accounts", "not available"] as const),
  ],
  rpc: ["submit", "submitted", "query", "answer", "produce", "produced"],
  metrics: ["scrape", "exposition", "probe", "alive"],
};
