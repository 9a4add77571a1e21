// Tries for property tests: few different nibbles, so that keys share much and are prefixes of each
// other, and values short enough to be embedded in their parents, or not.

import fc from "fast-check";
import { keccak256 } from "../../src/protocols/block-sync/encoding/hash.ts";
import { encodeItem, encodeList } from "../../src/protocols/block-sync/encoding/rlp.ts";
import { compareKeys } from "../../src/protocols/block-sync/trie/nibbles.ts";
import type { TrieChange, TrieEntry } from "../../src/protocols/block-sync/trie/trie.ts";
import { bytesOf, hexOf } from "../../src/protocols/hex.ts";
import type { NaiveEntry } from "./naive-trie.ts";

const byte = fc.constantFrom(0x00, 0x01, 0x10, 0x11, 0xff);

export const trieKeys = fc.array(byte, { maxLength: 4 }).map((bytes) => Uint8Array.from(bytes));

export const trieValues = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 3 }),
  fc.uint8Array({ minLength: 30, maxLength: 60 }),
);

export const trieChanges: fc.Arbitrary<TrieChange[]> = fc.array(
  fc.record({
    key: trieKeys,
    value: fc.oneof({ weight: 2, arbitrary: trieValues }, fc.constant(undefined)),
  }),
  { maxLength: 12 },
);

export const trieEntrySets: fc.Arbitrary<TrieEntry[]> = fc.array(
  fc.record({ key: trieKeys, value: trieValues }),
  { maxLength: 20 },
);

/** The values by the digits of their keys: what a trie is of. */
export class NaiveTrie {
  readonly #values = new Map<string, Uint8Array>();

  apply(changes: readonly TrieChange[]): void {
    for (const { key, value } of changes) {
      if (value === undefined) this.#values.delete(hexOf(key));
      else this.#values.set(hexOf(key), value);
    }
  }

  get entries(): readonly NaiveEntry[] {
    return [...this.#values];
  }

  /** In the order of the keys, as bytes. */
  get sorted(): TrieEntry[] {
    return [...this.#values]
      .map(([digits, value]) => ({ key: bytesOf(digits), value }))
      .sort((a, b) => compareKeys(a.key, b.key));
  }
}

/** Frozen with all that is in it, but for bytes, which cannot be. */
export function frozen<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (!Object.isFrozen(value)) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

/** Accounts as in a state trie: hashed keys, all of the same length. */
export function secureEntries(count: number): TrieEntry[] {
  return Array.from({ length: count }, (_, i) => {
    return { key: keccak256(encodeItem(i)), value: encodeList([i, 1_000_000 + i]) };
  });
}

/** The same bytes but for one bit, the one after that many, round and round. */
export function flippedBit(bytes: Uint8Array, at: number): Uint8Array {
  const bit = at % (8 * bytes.length);
  return bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
}
