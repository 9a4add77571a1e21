// Ed25519 (RFC 8032), synchronously. Keys come from seeds, so that a run has the same ones always.

import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from "node:crypto";
import { assert } from "../../../sim/assert.ts";
import { hexOf } from "../../hex.ts";
import { keccak256 } from "./hash.ts";
import { Recent } from "./recent.ts";

/** The last 20 bytes of a public key's Keccak-256 hash, as 40 lower-case hexadecimal digits. */
export type Address = string;

/** What an account or a validator signs with. No plain data: for options, not for memory. */
export interface KeyPair {
  /** 32 bytes, RFC 8032 §5.1.5. */
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
}

export const SEED_BYTES = 32;
export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
export const ADDRESS_BYTES = 20;

/** The key pair of a seed of 32 bytes (the private key of RFC 8032 §5.1.5): always the same. */
export function keyPairOf(seed: Uint8Array): KeyPair {
  assert(seed.length === SEED_BYTES, "a seed has 32 bytes, not", seed.length);
  // As a JSON Web Key (RFC 8037), which takes a tenth of the time of PKCS #8. The public half is
  // ours to find out: it has to be there, but is not read.
  const d = Buffer.from(seed).toString("base64url");
  const key = { kty: "OKP", crv: "Ed25519", d, x: "" };
  const privateKey = createPrivateKey({ key, format: "jwk" });
  const { x } = createPublicKey(privateKey).export({ format: "jwk" });
  assert(x !== undefined, "no public key of a seed");
  return { publicKey: Uint8Array.from(Buffer.from(x, "base64url")), privateKey };
}

/** The address of an account whose public key has 32 bytes. */
export function addressOf(publicKey: Uint8Array): Address {
  assert(publicKey.length === PUBLIC_KEY_BYTES, "a public key has 32 bytes:", publicKey.length);
  return hexOf(keccak256(publicKey).subarray(-ADDRESS_BYTES));
}

/** The signature of 64 bytes, always the same for the same message. Source: RFC 8032 §5.1.6. */
export function signatureOf(pair: KeyPair, message: Uint8Array): Uint8Array {
  return Uint8Array.from(sign(undefined, message, pair.privateKey));
}

/** How much a {@link SignatureCheck} remembers, in each of two generations. */
export interface SignatureMemory {
  readonly signaturesMax: number;
  readonly publicKeysMax: number;
}

/** 2 x 2^18 signatures take about 50 MB, 2 x 2^14 keys about 40 MB. */
export const defaultSignatureMemory: SignatureMemory = {
  signaturesMax: 262_144,
  publicKeysMax: 16_384,
};

/**
 * Checks signatures, each that is valid once: it remembers these, and the keys, up to a bound. What
 * it answers follows from the arguments alone, so all nodes of a process may share one. Whoever
 * builds the nodes makes it.
 */
export class SignatureCheck {
  /** Of public key, signature and message: their SHA-256 hash. Only what was verified is in it. */
  readonly #verified: Recent<true>;
  readonly #keys: Recent<KeyObject>;

  constructor(memory: SignatureMemory = defaultSignatureMemory) {
    this.#verified = new Recent(memory.signaturesMax);
    this.#keys = new Recent(memory.publicKeysMax);
  }

  /**
   * Whether it is the signature of the message by the owner of the key; false for a key or a
   * signature of a wrong length, too. Source: RFC 8032 §5.1.7.
   */
  isSignedBy(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
    const triple = tripleOf(publicKey, message, signature);
    if (this.#verified.get(triple) !== undefined) return true;
    const isValid = verify(undefined, message, this.#keyOf(publicKey), signature);
    if (isValid) this.#verified.set(triple, true);
    return isValid;
  }

  #keyOf(publicKey: Uint8Array): KeyObject {
    const x = Buffer.from(publicKey).toString("base64url");
    const known = this.#keys.get(x);
    if (known !== undefined) return known;
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    this.#keys.set(x, key);
    return key;
  }
}

/** The first two have fixed lengths, so no two triples give the same bytes. */
function tripleOf(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): string {
  const bytes = new Uint8Array(PUBLIC_KEY_BYTES + SIGNATURE_BYTES + message.length);
  bytes.set(publicKey);
  bytes.set(signature, PUBLIC_KEY_BYTES);
  bytes.set(message, PUBLIC_KEY_BYTES + SIGNATURE_BYTES);
  return hash("sha256", bytes, "base64");
}
