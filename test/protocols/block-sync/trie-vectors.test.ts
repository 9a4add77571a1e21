// Ethereum's public vectors: in secure tries, keys are hashed.

import { describe, expect, it } from "vitest";
import { keccak256 } from "../../../src/protocols/block-sync/encoding/hash.ts";
import {
  type Trie,
  type TrieChange,
  trieEntries,
  triePut,
  trieRoot,
  trieUpdate,
} from "../../../src/protocols/block-sync/trie/trie.ts";
import { hexOf } from "../../../src/protocols/hex.ts";
import { vectorBytes, vectorsOf } from "../../support/ethereum-vectors.ts";

type Pair = readonly [key: string, value: string | null];

interface Vector {
  readonly in: readonly Pair[] | Readonly<Record<string, string>>;
  readonly root: string;
}

const FILES: readonly [file: string, isSecure: boolean][] = [
  ["trietest.json", false],
  ["trieanyorder.json", false],
  ["trietest_secureTrie.json", true],
  ["trieanyorder_secureTrie.json", true],
  ["hex_encoded_securetrie_test.json", true],
];

const pairsOf = ({ in: pairs }: Vector): readonly Pair[] => {
  return Array.isArray(pairs) ? pairs : Object.entries(pairs);
};

const changesOf = (vector: Vector, isSecure: boolean): TrieChange[] =>
  pairsOf(vector).map(([key, value]) => ({
    key: isSecure ? keccak256(vectorBytes(key)) : vectorBytes(key),
    value: value === null ? undefined : vectorBytes(value),
  }));

const oneByOne = (changes: readonly TrieChange[]): Trie =>
  changes.reduce<Trie>((trie, change) => trieUpdate(trie, [change]), undefined);

const rootOf = (trie: Trie): string => `0x${hexOf(trieRoot(trie))}`;

describe.each(FILES)("%s", (file, isSecure) => {
  const vectors = vectorsOf<Vector>(file);

  it.each(vectors)("%s: one by one", (_, vector) => {
    expect(rootOf(oneByOne(changesOf(vector, isSecure)))).toBe(vector.root);
  });

  it.each(vectors)("%s: all at once", (_, vector) => {
    expect(rootOf(trieUpdate(undefined, changesOf(vector, isSecure)))).toBe(vector.root);
  });
});

describe.each(["trieanyorder.json", "trieanyorder_secureTrie.json"])("%s", (file) => {
  it.each(vectorsOf<Vector>(file))("%s: from the last to the first", (_, vector) => {
    const changes = changesOf(vector, file.includes("secure")).reverse();
    expect(rootOf(oneByOne(changes))).toBe(vector.root);
  });
});

interface Neighbours {
  readonly in: readonly string[];
  readonly tests: readonly (readonly [key: string, before: string, after: string])[];
}

describe.each(vectorsOf<Neighbours>("trietestnextprev.json"))(
  "trietestnextprev.json: %s",
  (_, { in: keys, tests }) => {
    const trie = keys.reduce<Trie>(
      (before, key) => triePut(before, vectorBytes(key), Uint8Array.of(1)),
      undefined,
    );

    it.each(tests)("after %j come the right keys", (key, _before, after) => {
      // The key that follows is the first from the lowest one that is larger.
      const start = Uint8Array.of(...vectorBytes(key), 0);
      const limit = { start, entriesMax: 1, sizeBytesMax: 1e9 };
      const [next] = trieEntries(trie, limit);
      expect(new TextDecoder().decode(next?.key)).toBe(after);
    });
  },
);
