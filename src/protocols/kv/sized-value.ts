import { assert } from "../../sim/assert.ts";

/**
 * A value of so many bytes, for those that are too long to write down: the same for the same name
 * and size, and no two of its blocks of {@link BLOCK_BYTES} are alike, so that a piece which is
 * missing, twice or out of place shows. O(size), at the speed of a copy.
 */
export function sizedValue(name: string, sizeBytes: number): Uint8Array {
  assert(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0, "a value of bytes:", sizeBytes);
  const bytes = new Uint8Array(sizeBytes);
  const first = Math.min(sizeBytes, BLOCK_BYTES);
  let word = seedOf(name);
  for (let i = 0; i < first; i++) {
    word = next(word);
    bytes[i] = word >>> 24;
  }
  for (let filled = first; filled < sizeBytes; filled *= 2) bytes.copyWithin(filled, 0, filled);
  // Every block begins with its number.
  for (let at = BLOCK_BYTES, block = 1; at + 4 <= sizeBytes; at += BLOCK_BYTES, block++) {
    for (let i = 0; i < 4; i++) bytes[at + i] = (block >>> (8 * i)) & 0xff;
  }
  return bytes;
}

const BLOCK_BYTES = 4_096;

/** FNV-1a over the characters; never 0, from where {@link next} would not move. */
function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  }
  return hash === 0 ? 1 : hash;
}

/** Source: Marsaglia, Xorshift RNGs, 2003. */
function next(word: number): number {
  let mixed = word ^ (word << 13);
  mixed ^= mixed >>> 17;
  return mixed ^ (mixed << 5);
}
