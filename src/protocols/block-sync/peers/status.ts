import type { Hash } from "../encoding/hash.ts";
import type { Checkpoint } from "../finality/vote.ts";
import type { Status, ValidatorClaim } from "../messages.ts";

/**
 * Whether a status from outside is made as it should be: heights are whole numbers in [0, 2^53),
 * hashes have 64 digits, and no more than `peersMax` peers are named. It may lie all the same.
 */
export function isSoundStatus(status: Status, peersMax: number): boolean {
  const { genesis, tip, justified, finalized, bodiesFrom, peers, validator, life } = status;
  return (
    isHash(genesis) &&
    [tip, justified, finalized].every(isSoundCheckpoint) &&
    isHeight(bodiesFrom) &&
    isHeight(life) &&
    peers.length <= peersMax &&
    (validator === undefined || isSoundClaim(validator))
  );
}

function isSoundCheckpoint({ height, hash }: Checkpoint): boolean {
  return isHeight(height) && isHash(hash);
}

function isSoundClaim({ key, signature }: ValidatorClaim): boolean {
  return isHash(key) && signature.length === SIGNATURE_BYTES;
}

function isHeight(height: number): boolean {
  return Number.isSafeInteger(height) && height >= 0;
}

/** 32 bytes as lower-case hexadecimal digits, of a hash or of a key. */
export function isHash(text: Hash): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

const SIGNATURE_BYTES = 64;
