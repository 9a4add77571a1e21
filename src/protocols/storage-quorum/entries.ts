// What the backend's ledger is made of. Every entry begins with the hash of the one before it.

import type { NodeId } from "../../sim/env.ts";
import { ByteReader, type ByteWriter, type Codec } from "../codec.ts";
import { count, flag, listOf, oneOf, recordOf, text, unionOf } from "../codecs.ts";
import type { Address, FileId } from "./messages.ts";

export type LedgerEntry =
  /** The first: the backend's secret, 32 bytes. */
  | { readonly kind: "founded"; readonly secret: Uint8Array }
  | ({ readonly kind: "registered" } & Account)
  | ({ readonly kind: "opened" } & OpenedBlock)
  | ({ readonly kind: "settled" } & Settlement)
  /** A holder more, or one less, of a chunk of a confirmed file. */
  | ({ readonly kind: "held" } & HolderChange)
  | ({ readonly kind: "lost" } & HolderChange);

export interface Account {
  readonly user: string;
  readonly salt: Uint8Array;
  /** The key that the right password gives with this salt. */
  readonly verifier: Uint8Array;
}

/** An upload has begun: what is in the block for good. */
export interface OpenedBlock {
  readonly file: FileId;
  readonly owner: string;
  /** The client's session and serial: the same request opens no second block. */
  readonly request: string;
  readonly sizeBytes: number;
  /** Of the file's key. */
  readonly salt: Uint8Array;
  /** The Merkle root over the addresses of its chunks. */
  readonly root: Address;
  /** Whether there is no block before its quorum. */
  readonly isStrict: boolean;
  /** In microseconds since 1970, by the backend's clock. */
  readonly openedAt: number;
  readonly deadline: number;
  readonly chunks: readonly OpenedChunk[];
}

export interface OpenedChunk {
  /** Of its ciphertext, as is its size. */
  readonly address: Address;
  readonly sizeBytes: number;
  /** Whom it was meant for when the upload began. */
  readonly replicas: readonly Replica[];
}

/** A chunk as one node is to hold it. */
export interface Replica {
  readonly node: NodeId;
  readonly address: Address;
  /** The Merkle root over its leaves. */
  readonly root: Address;
  /** The number of its seal: no replica is like an earlier one, not even at the same node. */
  readonly seal: number;
}

/** How a block ended: its status never changes after that. */
export interface Settlement {
  readonly file: FileId;
  readonly status: "confirmed" | "rejected";
  readonly settledAt: number;
  /** For each chunk who had confirmed it by then. */
  readonly confirmations: readonly (readonly Replica[])[];
}

export interface HolderChange {
  readonly file: FileId;
  /** 0-based. */
  readonly chunk: number;
  readonly replica: Replica;
}

const bytes: Codec<Uint8Array> = {
  encode: (value, writer) => writer.bytesOf(value),
  decode: (reader) => reader.bytesOf(),
};

const replica = recordOf<Replica>({ node: text, address: text, root: text, seal: count });

const chunk = recordOf<OpenedChunk>({ address: text, sizeBytes: count, replicas: listOf(replica) });

const holderChange = { file: text, chunk: count, replica };

const entries = unionOf<"kind", LedgerEntry>("kind", {
  founded: { secret: bytes },
  registered: { user: text, salt: bytes, verifier: bytes },
  opened: {
    ...{ file: text, owner: text, request: text, sizeBytes: count, salt: bytes, root: text },
    ...{ isStrict: flag, openedAt: count, deadline: count, chunks: listOf(chunk) },
  },
  settled: {
    file: text,
    status: oneOf(["confirmed", "rejected"]),
    settledAt: count,
    confirmations: listOf(listOf(replica)),
  },
  held: holderChange,
  lost: holderChange,
});

/** The bytes of an entry, without the hash of the one before it. */
export function encodeEntry(entry: LedgerEntry, writer: ByteWriter): void {
  entries.encode(entry, writer);
}

/** The entry that begins at byte `start`. */
export function decodeEntry(payload: Uint8Array, start: number): LedgerEntry {
  return entries.decode(new ByteReader(payload, start));
}
