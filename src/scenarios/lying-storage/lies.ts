import type {
  Address,
  ChallengeProof,
  ChallengeRequest,
  StorageRequest,
} from "../../protocols/storage-quorum/messages.ts";
import type { StorageNodeState } from "../../protocols/storage-quorum/storage-node.ts";

/** What a lying storage node can do, by the names that `byzantine` faults use. */
export const LYING_BEHAVIOURS = [
  "acks without storing",
  "flips a bit",
  "returns another chunk",
  "answers with an old proof",
  "claims two identities",
  "stores hashes only",
  "lies about capacity",
  "colludes with another holder",
] as const;

export type LyingBehaviour = (typeof LYING_BEHAVIOURS)[number];

/** The memory of a lying storage node. */
export interface LyingStorageState {
  /** Of the honest node within. */
  honest: StorageNodeState;
  /** Replicas that it says it holds, and of whose bytes it has none, or the first leaf only. */
  readonly claims: Map<Address, Claim>;
  /** By replica and leaf, the last proof that it has given. */
  readonly proofs: Map<Address, Map<number, ChallengeProof>>;
  /** By call, for which replica the honest node was challenged and has not answered. */
  readonly challenged: Map<number, Address>;
  /** By the number of a question to an accomplice, what is to be answered with what comes. */
  readonly relays: Map<number, Relayed>;
  relayCount: number;
}

/** A replica that is not there. */
export interface Claim {
  /** The lie by which it is claimed: it is claimed no longer than that goes on. */
  readonly by: LyingBehaviour;
  readonly sizeBytes: number;
  /** What it has kept; undefined for nothing. */
  readonly husk: Husk | undefined;
}

/** What is left of a replica whose bytes are not kept. */
export interface Husk {
  /** In order. */
  readonly leafHashes: readonly Uint8Array[];
  readonly firstLeaf: Uint8Array;
}

/** A question of the backend that an accomplice's bytes can answer. */
export type Relayed = Extract<StorageRequest, { type: "fetch" }> | ChallengeRequest;

/** Beside the honest node's: nothing is claimed. */
export function initialLies(): Omit<LyingStorageState, "honest"> {
  return {
    claims: new Map(),
    proofs: new Map(),
    challenged: new Map(),
    relays: new Map(),
    relayCount: 0,
  };
}
