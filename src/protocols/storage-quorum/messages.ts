import type { NodeId } from "../../sim/env.ts";
import type { Micros } from "../../sim/time.ts";
import type { MerkleProof } from "./merkle.ts";

export type StorageQuorumMessage =
  | ClientRequest
  | ClientReply
  | StorageRequest
  | StorageReply
  | Membership
  | PeersRequest
  | PeersReply
  | DrainRequest
  | DrainReply;

/** The SHA-256 of bytes, as 64 hexadecimal digits. */
export type Address = string;

/** A file by its owner and its name: `alice/notes`. */
export type FileId = string;

/** What a client asks of the backend; sent again with the same names it is the same request. */
export interface ClientRequest {
  readonly type: "request";
  /** One life of the client, and its request within. */
  readonly session: string;
  readonly serial: number;
  /** What a login has given; undefined before. */
  readonly token: string | undefined;
  readonly password: string | undefined;
  readonly call: ClientCall;
}

export type ClientCall =
  | { readonly op: "register"; readonly user: string }
  | { readonly op: "login"; readonly user: string }
  | { readonly op: "upload"; readonly name: string; readonly data: Uint8Array }
  | { readonly op: "download"; readonly file: FileId }
  | { readonly op: "info"; readonly file: FileId }
  | { readonly op: "list" }
  | { readonly op: "blocks"; readonly limit: number; readonly offset: number }
  | { readonly op: "stats" };

export interface ClientReply {
  readonly type: "reply";
  readonly session: string;
  readonly serial: number;
  readonly result: ClientResult;
}

export type ClientResult =
  | { readonly kind: "done" }
  | { readonly kind: "token"; readonly token: string }
  | ({ readonly kind: "uploaded" } & UploadReceipt)
  | { readonly kind: "data"; readonly data: Uint8Array; readonly attempts: number }
  | { readonly kind: "info"; readonly info: FileInfo }
  | { readonly kind: "files"; readonly files: readonly FileId[] }
  | { readonly kind: "blocks"; readonly blocks: readonly BlockInfo[] }
  | { readonly kind: "stats"; readonly stats: ChainStats }
  | { readonly kind: "refused"; readonly reason: Refusal };

/** Why nothing was done. */
export type Refusal =
  | "bad request"
  | "unauthenticated"
  | "wrong password"
  | "user exists"
  /** It is somebody else's, or would be if it were there. */
  | "forbidden"
  | "not found"
  | "exists"
  | "too large"
  | "rate limited"
  /** No storage node is known to live. */
  | "no storage"
  /** The quorum was not reached in time; what was stored is removed. */
  | "no consensus"
  /** A file can be downloaded once it is confirmed. */
  | "not confirmed"
  /** No holder has given a good replica of some chunk. */
  | "unavailable"
  | "disk full";

export type BlockStatus = "pending" | "confirmed" | "rejected";

export interface UploadReceipt {
  readonly file: FileId;
  readonly status: BlockStatus;
  readonly chunkCount: number;
  /** Its place in the chain, 0-based; undefined while it has none. */
  readonly blockIndex: number | undefined;
  /** The fewest that any of its chunks has. */
  readonly confirmations: number;
}

export interface FileInfo {
  readonly file: FileId;
  readonly status: BlockStatus;
  readonly sizeBytes: number;
  /** The Merkle root over the addresses of its chunks. */
  readonly root: Address;
  readonly chunks: readonly ChunkInfo[];
}

export interface ChunkInfo {
  readonly index: number;
  readonly sizeBytes: number;
  readonly required: number;
  /** Whom it is meant for, and who of them has confirmed it; sorted. */
  readonly assigned: readonly NodeId[];
  readonly holders: readonly NodeId[];
}

export interface BlockInfo {
  readonly index: number;
  /** The hash of the block before it. */
  readonly previous: Address;
  /** Over the hash of the block before it and over what this one was opened with. */
  readonly hash: Address;
  readonly file: FileId;
  readonly status: BlockStatus;
  readonly confirmations: number;
}

export interface ChainStats {
  readonly blocks: number;
  readonly pending: number;
  readonly confirmed: number;
  readonly rejected: number;
  /** The hash of the last entry. */
  readonly head: Address;
}

/** What the backend asks of a storage node; `call` names the question to its answer. */
export type StorageRequest =
  | ({ readonly type: "store"; readonly call: number; readonly address: Address } & {
      readonly data: Uint8Array;
    })
  | { readonly type: "fetch"; readonly call: number; readonly address: Address }
  | ChallengeRequest
  | { readonly type: "inventory"; readonly call: number }
  /** Removes what should not be there. */
  | { readonly type: "drop"; readonly call: number; readonly addresses: readonly Address[] };

/** Proves that you have the replica: a leaf of it that you could not know before. */
export interface ChallengeRequest {
  readonly type: "challenge";
  readonly call: number;
  readonly address: Address;
  /** Never used before. */
  readonly nonce: Uint8Array;
  /** 0-based. */
  readonly leaf: number;
}

export type StorageReply =
  /** It is durable; or why not. */
  | { readonly type: "stored"; readonly call: number; readonly error: StoreError | undefined }
  | { readonly type: "fetched"; readonly call: number; readonly data: Uint8Array | undefined }
  | ProofReply
  | { readonly type: "holdings"; readonly call: number; readonly addresses: readonly Address[] }
  | { readonly type: "dropped"; readonly call: number };

/** `damaged`: what came is not what its address says. */
export type StoreError = "full" | "damaged" | "io";

/** The leaf with its path to the root of the replica; undefined when there is no such replica. */
export interface ProofReply {
  readonly type: "proof";
  readonly call: number;
  readonly proof: ChallengeProof | undefined;
}

export interface ChallengeProof extends MerkleProof {
  readonly leaf: Uint8Array;
  /** SHA-256 of the nonce and the leaf: see `bindingOf`. */
  readonly binding: Uint8Array;
}

/** Between storage nodes and the discovery. */
export type Membership =
  | ({ readonly type: "register" } & NodeReport)
  | ({ readonly type: "heartbeat" } & NodeReport)
  /** One of an earlier life that comes late is no longer true. */
  | { readonly type: "leave"; readonly name: NodeId; readonly life: number }
  /** To a heartbeat of a node that has not registered: it shall. */
  | { readonly type: "unknown" }
  | { readonly type: "registered" }
  /** The name is not the sender's own. */
  | { readonly type: "notYou" };

/** What a storage node says of itself. */
export interface NodeReport {
  readonly name: NodeId;
  /** Drawn anew when it starts. */
  readonly life: number;
  readonly capacityBytes: number;
  readonly freeBytes: number;
}

/** Anybody may ask the discovery who is there. */
export interface PeersRequest {
  readonly type: "peers";
  readonly serial: number;
}

export interface PeersReply {
  readonly type: "peerList";
  readonly serial: number;
  /** How long this discovery has been there: who it does not list may register yet. */
  readonly age: Micros;
  /** Sorted by name. */
  readonly peers: readonly Peer[];
  /** How many have registered, silent ones included. */
  readonly registered: number;
}

/** A live storage node. */
export interface Peer extends NodeReport {
  /** How long it may be silent yet. */
  readonly expiresIn: Micros;
}

/**
 * An operator's, to a storage node: it leaves the discovery, and stores nothing new until it starts
 * again. What it has it keeps, gives and proves.
 */
export interface DrainRequest {
  readonly type: "drain";
  readonly serial: number;
}

export interface DrainReply {
  readonly type: "drained";
  readonly serial: number;
}
