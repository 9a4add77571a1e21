import type { Env, NodeId, Plain } from "../../../sim/env.ts";
import type { Micros } from "../../../sim/time.ts";
import type { Hash } from "../encoding/hash.ts";
import type { BlockSyncMessage, ClientMessage } from "../messages.ts";
import type { ChainClientConfig } from "./client-options.ts";
import type { ChainTask, Filling, Load, Ping } from "./task.ts";
import type { Wallet } from "./wallet.ts";

export interface ChainClientState {
  /** Of the last request. */
  serial: number;
  /** Requests under way, by serial. */
  readonly requests: Map<number, ClientRequest>;
  /** Operations that have not ended, by id. */
  readonly tasks: Map<string, ChainTask>;
  readonly transfers: Map<string, TransferState>;
  readonly senders: Map<string, Sender>;
  readonly loads: Map<string, LoadState>;
  readonly pings: Map<string, PingState>;
  readonly fillings: Map<string, FillingState>;
  /** What became of transfers: their transactions, by id of the operation. */
  readonly sent: Map<string, Hash>;
  /** What nodes have told of heights. */
  readonly hashes: Map<number, Hash>;
}

export interface ClientRequest {
  readonly about: RequestSubject;
  readonly to: NodeId;
}

/** What a request is for. */
export type RequestSubject =
  | { readonly kind: "task"; readonly id: string }
  | { readonly kind: "nonce"; readonly sender: string }
  | { readonly kind: "load"; readonly id: string; readonly batch: number }
  | { readonly kind: "probe"; readonly id: string; readonly sentAt: Micros }
  | { readonly kind: "filler"; readonly id: string };

/** A request before it has its serial. */
export type Unnumbered =
  | Omit<Extract<ClientMessage, { type: "submit" }>, "serial">
  | Omit<Extract<ClientMessage, { type: "query" }>, "serial">
  | Omit<Extract<ClientMessage, { type: "produce" }>, "serial">
  | Omit<Extract<BlockSyncMessage, { type: "probe" }>, "serial">;

/** Of a transfer that has its nonce. */
export interface TransferState {
  readonly nonce: number;
  readonly hash: Hash;
  readonly bytes: Uint8Array;
  /** The place of the node that is asked, among the client's nodes, counted on and on. */
  node: number;
  /** Whether that node has taken it, or knows it. */
  isAccepted: boolean;
  /** How often the node was asked since whether it is in a block. */
  asked: number;
}

/** An account that this client signs for, and nobody else. */
export interface Sender {
  /** Of its next transaction; undefined while it is asked for. */
  nonce: number | undefined;
  /** The place of the node that is asked for it, among the client's nodes, counted on and on. */
  node: number;
  /** Transfers that wait for it, by id. */
  readonly queue: string[];
}

/** A load under way: plain data. */
export interface LoadState {
  readonly task: ChainTask & Load;
  readonly beganAt: Micros;
  /** Transfers that fell due; those that were not made, as too many waited, are among them. */
  offered: number;
  made: number;
  accepted: number;
  /** How often a node has refused one; it is offered again. */
  refused: number;
  /** The nonce of each sender's next transfer. */
  readonly nonces: number[];
  /** By place of the node: what is to be offered again, the oldest first. */
  readonly waiting: Uint8Array[][];
  /** By number, what a node has not answered yet. */
  readonly batches: Map<number, LoadBatch>;
  batchCount: number;
  tickCount: number;
}

export interface LoadBatch {
  readonly node: number;
  readonly transactions: readonly Uint8Array[];
  readonly sentAt: Micros;
}

/** Probes under way to one node. */
export interface PingState {
  readonly task: ChainTask & Ping;
  sent: number;
  /** How long each round trip took, in the order of the answers. */
  readonly took: Micros[];
}

/** A line that is kept busy. */
export interface FillingState {
  readonly task: ChainTask & Filling;
  readonly beganAt: Micros;
  sent: number;
  answered: number;
  /** When the first answer came, and the last one so far. */
  firstAt: Micros;
  lastAt: Micros;
}

/** What the parts of a client share. */
export interface ClientContext {
  readonly env: Env<BlockSyncMessage>;
  readonly config: ChainClientConfig;
  readonly wallet: Wallet;
  /** The memory as it is now: in a recorded run it is another object at each handler. */
  readonly state: ChainClientState;
  ask(about: RequestSubject, to: NodeId, message: Unnumbered): void;
  /** Ends an operation, once. */
  finish(id: string, outcome: "ok" | "fail" | "info", result: Plain): void;
}

/** A client that was asked for nothing. */
export function newClientState(): ChainClientState {
  return {
    serial: 0,
    requests: new Map(),
    tasks: new Map(),
    transfers: new Map(),
    senders: new Map(),
    loads: new Map(),
    pings: new Map(),
    fillings: new Map(),
    sent: new Map(),
    hashes: new Map(),
  };
}
