import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** The Keccak-256 hash of something, as 64 lower-case hexadecimal digits. */
export type Hash = string;

export const HASH_BYTES = 32;

/** Keccak-256 as Ethereum uses it (padding 0x01, not that of SHA3-256): 32 bytes. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  return keccak_256(bytes);
}

/** The same, as text. */
export function hashOf(bytes: Uint8Array): Hash {
  return bytesToHex(keccak_256(bytes));
}
