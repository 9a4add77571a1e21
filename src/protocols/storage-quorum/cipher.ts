// What keeps a file secret, and every replica of it unlike all others.
//
// A file's chunks are encrypted with a key that only its owner's password gives. What a storage
// node gets is such a ciphertext once more under a key of the backend's for that node alone: a
// sealed replica. So no two nodes hold the same bytes, and none can answer for its own replica with
// what another one holds, nor count twice under two names without storing twice. Making a replica
// anew needs no password. Source: the idea of sealing, as in Filecoin's proof of replication.

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  scryptSync,
  timingSafeEqual,
} from "node:crypto";
import { assert } from "../../sim/assert.ts";
import type { Env, NodeId } from "../../sim/env.ts";
import { hexOf } from "../hex.ts";
import { concat } from "./bytes.ts";
import { sha256 } from "./merkle.ts";
import type { Address, FileId } from "./messages.ts";
import type { ScryptOptions } from "./options.ts";

export const SALT_BYTES = 16;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What a chunk's ciphertext has more bytes than its plaintext: nonce before, tag behind. */
export const OVERHEAD_BYTES = NONCE_BYTES + TAG_BYTES;

/** A key from a password: scrypt, RFC 7914. 32 bytes. */
export function passwordKey(
  password: string,
  salt: Uint8Array,
  { cost, blockSize, parallelization }: ScryptOptions,
): Uint8Array {
  const maxmem = 256 * cost * blockSize * parallelization;
  return new Uint8Array(
    scryptSync(utf8(password.normalize("NFKC")), salt, KEY_BYTES, {
      ...{ cost, blockSize, parallelization },
      maxmem: Math.max(maxmem, 32 * 1_024 * 1_024),
    }),
  );
}

/** Which chunk of which file: a ciphertext is good in that place only. */
export interface ChunkPlace {
  readonly file: FileId;
  readonly index: number;
}

/** A chunk's ciphertext: nonce, AES-256-GCM of the plaintext, tag. A nonce is for one chunk. */
export function encryptChunk(
  plaintext: Uint8Array,
  key: Uint8Array,
  nonce: Uint8Array,
  place: ChunkPlace,
): Uint8Array {
  assert(nonce.length === NONCE_BYTES, "a nonce of", nonce.length, "bytes");
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(placeBytes(place));
  const body = cipher.update(plaintext);
  cipher.final();
  return concat([nonce, body, cipher.getAuthTag()]);
}

/** The plaintext; undefined when key, place or bytes are not those of `encryptChunk`. */
export function decryptChunk(
  ciphertext: Uint8Array,
  key: Uint8Array,
  place: ChunkPlace,
): Uint8Array | undefined {
  if (ciphertext.length < OVERHEAD_BYTES) return undefined;
  const tagAt = ciphertext.length - TAG_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", key, ciphertext.subarray(0, NONCE_BYTES));
  decipher.setAAD(placeBytes(place));
  decipher.setAuthTag(ciphertext.subarray(tagAt));
  const plaintext = decipher.update(ciphertext.subarray(NONCE_BYTES, tagAt));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return new Uint8Array(plaintext);
}

/** A nonce for `encryptChunk`. */
export function drawNonce(random: Env<never>["random"]): Uint8Array {
  return drawBytes(random, NONCE_BYTES);
}

/** For whom a replica is, and of what: a number drawn anew keeps it apart from earlier ones. */
export interface Seal {
  readonly node: NodeId;
  readonly chunk: Address;
  readonly number: number;
}

/**
 * The chunk's ciphertext as that node is to hold it, and the way back: AES-256-CTR, with a key for
 * this seal alone. The secret is the backend's.
 */
export function sealReplica(
  bytes: Uint8Array,
  secret: Uint8Array,
  { node, chunk, number }: Seal,
): Uint8Array {
  const key = createHmac("sha256", secret).update(`replica ${chunk} ${node} ${number}`).digest();
  const cipher = createCipheriv("aes-256-ctr", key, new Uint8Array(16));
  return new Uint8Array(cipher.update(bytes));
}

/** Proof of a login: only who knows the secret can make it. */
export function tokenOf(user: string, secret: Uint8Array): string {
  return `${user}:${createHmac("sha256", secret).update(`token ${user}`).digest("hex")}`;
}

/** Whose token it is; undefined when it is nobody's. */
export function userOfToken(token: string, secret: Uint8Array): string | undefined {
  const user = token.slice(0, Math.max(0, token.lastIndexOf(":")));
  return isSame(utf8(token), utf8(tokenOf(user, secret))) ? user : undefined;
}

/** Whether two secrets are the same, in a time that tells nothing of where they differ. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Binds a challenge's nonce to the leaf that answers it. */
export function bindingOf(nonce: Uint8Array, leaf: Uint8Array): Uint8Array {
  return sha256(nonce, leaf);
}

/** The address of bytes. */
export function addressOf(bytes: Uint8Array): Address {
  return hexOf(sha256(bytes));
}

/** Random bytes of a node's own stream. */
export function drawBytes(random: Env<never>["random"], sizeBytes: number): Uint8Array {
  return Uint8Array.from({ length: sizeBytes }, () => random.int(0, 255));
}

function placeBytes({ file, index }: ChunkPlace): Uint8Array {
  return utf8(`${file}#${index}`);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
