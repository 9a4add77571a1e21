// What invariants see of the servers of a storage quorum, and of the bytes on their disks.

import type { NodeId } from "../sim/env.ts";
import type { HostView, World } from "../sim/invariant.ts";

/** A server of any role; only the backend has blocks. */
export interface StorageView {
  readonly state: unknown;
  readonly blocks?: ReadonlyMap<string, BlockView>;
  /** The size of its file, durable or not. */
  readonly ledgerBytes?: number;
  /** Of a liar: whether it has a leaf, 0-based, of a replica that it has not kept. */
  keepsLeaf?(address: string, leaf: number): boolean;
}

/** A file as the backend knows it. */
export interface BlockView {
  readonly file: string;
  readonly owner: string;
  readonly salt: Uint8Array;
  readonly status: "pending" | "confirmed" | "rejected";
  readonly chunks: readonly ChunkView[];
}

export interface ChunkView {
  readonly sizeBytes: number;
  /** How many replicas were ever meant to be there at a time. */
  readonly assigned: number;
  readonly holders: ReadonlyMap<NodeId, HolderView>;
}

export interface HolderView {
  readonly replica: ReplicaView;
  /** Whether it has shown its replica since it was started. */
  readonly isProven?: boolean;
}

export interface ReplicaView {
  readonly node: NodeId;
  readonly address: string;
}

/** The backend, while it is up. */
export function backendOf<View extends StorageView>({
  servers,
}: World<View>): ReadonlyMap<string, BlockView> | undefined {
  return servers.find(({ node }) => node?.blocks !== undefined)?.node?.blocks;
}

/** Whether the replica is in a file that no crash takes, as far as its size tells. */
export function isDurable(
  host: HostView | undefined,
  { address }: { readonly address: string },
  sizeBytes: number,
): boolean {
  return host?.durable(`replica-${address}`)?.sizeBytes === sizeBytes;
}

/** Data that a protocol has emitted, of the fields that the caller knows of. */
export function dataOf<Data>(data: unknown): Data {
  // What the protocol emits under that name.
  return data as Data;
}
