import { hexOf } from "../../hex.ts";
import { keccak256 } from "../keccak/keccak.ts";

export { keccak256 } from "../keccak/keccak.ts";

/** The Keccak-256 hash of something, as 64 lower-case hexadecimal digits. */
export type Hash = string;

export const HASH_BYTES = 32;

/** Keccak-256, as text. */
export function hashOf(bytes: Uint8Array): Hash {
  return hexOf(keccak256(bytes));
}
