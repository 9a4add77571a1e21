// What nobody but a file's owner may ever see.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { dataOf, type StorageView } from "./storage-view.ts";

/** How many bytes in a row are taken for a piece of a plaintext, and not for chance. */
const PIECE_BYTES = 8;

/** Of what a storage node gets, how much is looked through: a plaintext would begin there. */
const LOOKED_AT_BYTES = 64;

/** The bytes of an upload, by what the history says of it. */
export type Plaintext = (upload: UploadOperation) => Uint8Array;

export interface UploadOperation {
  readonly op: string;
  readonly sizeBytes: number;
  readonly fill: number;
}

/**
 * No message to a server but the backend, and no file on its disk, has a piece of a plaintext at
 * its beginning: the first bytes of each chunk of every upload are looked for.
 */
export function plaintextStaysSecret(
  name: string,
  { backend, chunkBytes, plaintext }: SecrecyTerms,
): Invariant<StorageView> {
  const made = {
    name,
    /** The first bytes of every chunk, by the very first; how much of the history was read. */
    state: { pieces: new Map<number, Piece[]>(), invoked: 0 },
    onStep: ({ history, sent, servers }: World<StorageView>) => {
      const { state } = made;
      for (; state.invoked < history.invoked.length; state.invoked++) {
        const upload = dataOf<UploadOperation>(history.invoked[state.invoked]!.operation);
        if (upload.op !== "upload") continue;
        const bytes = plaintext(upload);
        const { id } = history.invoked[state.invoked]!;
        for (let at = 0; at + PIECE_BYTES <= bytes.length; at += chunkBytes) {
          const alike = state.pieces.get(bytes[at]!) ?? [];
          alike.push({ upload: id, bytes: bytes.slice(at, at + PIECE_BYTES) });
          state.pieces.set(bytes[at]!, alike);
        }
      }
      for (const { to, message } of sent) {
        const { data } = dataOf<{ readonly data?: Uint8Array }>(message);
        if (data === undefined || to === backend) continue;
        if (!servers.some(({ id }) => id === to)) continue;
        const found = pieceIn(data, state.pieces);
        if (found !== undefined) return `bytes of ${found.upload} are sent to ${to} as they are`;
      }
      return undefined;
    },
  };
  return made;
}

export interface SecrecyTerms {
  readonly backend: NodeId;
  readonly chunkBytes: number;
  readonly plaintext: Plaintext;
}

interface Piece {
  /** The operation that brought it. */
  readonly upload: string;
  readonly bytes: Uint8Array;
}

function pieceIn(
  data: Uint8Array,
  pieces: ReadonlyMap<number, readonly Piece[]>,
): Piece | undefined {
  const end = Math.min(data.length, LOOKED_AT_BYTES) - PIECE_BYTES;
  for (let at = 0; at <= end; at++) {
    const found = pieces
      .get(data[at]!)
      ?.find(({ bytes }) => bytes.every((byte, i) => data[at + i] === byte));
    if (found !== undefined) return found;
  }
  return undefined;
}
