import { RLP } from "@ethereumjs/rlp";
import fc from "fast-check";
import { produce } from "immer";
import { describe, expect, it } from "vitest";
import { keccak256 } from "../../../src/protocols/block-sync/encoding/hash.ts";
import { encodeItem } from "../../../src/protocols/block-sync/encoding/rlp.ts";
import {
  orderedRoot,
  type Trie,
  type TrieChange,
  type TrieEntry,
  trieDelete,
  trieEntries,
  trieGet,
  triePut,
  trieRoot,
  trieUpdate,
} from "../../../src/protocols/block-sync/trie/trie.ts";
import { bytesOf, hexOf } from "../../../src/protocols/hex.ts";
import {
  frozen,
  NaiveTrie,
  trieChanges,
  trieEntrySets,
  trieKeys,
} from "../../support/drawn-tries.ts";
import { naiveRoot } from "../../support/naive-trie.ts";

const LONG = new Uint8Array(40).fill(9);
const change = (hex: string, value = LONG) => ({ key: bytesOf(hex), value });
const deletion = (hex: string): TrieChange => ({ key: bytesOf(hex), value: undefined });
const trieOf = (...keys: readonly string[]): Trie =>
  trieUpdate(
    undefined,
    keys.map((hex) => change(hex)),
  );
const keysOf = (entries: readonly TrieEntry[]): string[] => entries.map(({ key }) => hexOf(key));
const everything = { start: new Uint8Array(0), entriesMax: 1e9, sizeBytesMax: 1e9 };

describe("a trie", () => {
  it("has, when empty, the root that Ethereum gives to an account without storage", () => {
    const root = "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421";
    expect(hexOf(trieRoot(undefined))).toBe(root);
  });

  it("is after each of many changes what the yellow paper builds of the entries", () => {
    fc.assert(
      fc.property(fc.array(trieChanges, { maxLength: 6 }), (batches) => {
        const naive = new NaiveTrie();
        let trie: Trie;
        for (const changes of batches) {
          // Frozen as the states of recorded runs are: no change writes on what was there.
          trie = frozen(trieUpdate(trie, changes));
          naive.apply(changes);
          expect(hexOf(trieRoot(trie))).toBe(hexOf(naiveRoot(naive.entries)));
          expect(trieEntries(trie)).toEqual(naive.sorted);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("is the same one by one and all at once", () => {
    fc.assert(
      fc.property(trieChanges, trieChanges, (first, second) => {
        const base = trieUpdate(undefined, first);
        const oneByOne = second.reduce<Trie>((trie, one) => trieUpdate(trie, [one]), base);
        expect(trieUpdate(base, second)).toEqual(oneByOne);
      }),
    );
  });

  it("gives the value of each key, and of no other", () => {
    fc.assert(
      fc.property(trieEntrySets, trieKeys, (entries, other) => {
        const trie = trieUpdate(undefined, entries);
        const values = new Map(entries.map(({ key, value }) => [hexOf(key), value]));
        for (const { key } of entries) expect(trieGet(trie, key)).toBe(values.get(hexOf(key)));
        expect(trieGet(trie, other)).toBe(values.get(hexOf(other)));
      }),
    );
  });

  it("stays as it was when it is changed", () => {
    fc.assert(
      fc.property(trieChanges, trieChanges, (first, second) => {
        const before = trieUpdate(undefined, first);
        const copy = structuredClone(before);
        trieUpdate(before, second);
        expect(before).toEqual(copy);
      }),
    );
  });

  it("refuses an empty value, which would be no value", () => {
    expect(() => triePut(undefined, bytesOf("00"), new Uint8Array(0))).toThrow("no empty value");
  });

  it("changes as the draft of a recorded run", () => {
    const before = frozen({ trie: trieOf("1111", "1122", "11", "2222") });
    const changes = [change("1133"), deletion("2222"), change("11", Uint8Array.of(1))];
    const after = produce(before, (draft) => {
      const trie = draft.trie as Trie;
      (draft as { trie: Trie }).trie = trieUpdate(trie, changes);
    });
    expect(after.trie).toEqual(trieUpdate(before.trie, changes));
  });
});

describe("a change", () => {
  it("shares what it does not touch", () => {
    const before = trieOf("1111", "1122", "2222", "2233");
    const after = triePut(before, bytesOf("1111"), Uint8Array.of(1));
    expect(childrenOf(after)[2]).toBe(childrenOf(before)[2]);
  });

  it.each([
    ["the value that is there", change("1111")],
    ["a deletion of a key beside a leaf", deletion("1112")],
    ["a deletion of a key beside an extension", deletion("12")],
    ["a deletion of a key in an empty place", deletion("3333")],
    ["a deletion of a key above all", deletion("")],
  ])("is none at all for %s", (_, one) => {
    const before = trieOf("1111", "1122", "2222");
    expect(trieUpdate(before, [one])).toBe(before);
  });

  it("hashes each node on its way once", () => {
    const sizes = Array.from({ length: 64 }, (_, i) => change(`${hexOf(Uint8Array.of(i))}00`));
    const before = trieUpdate(undefined, sizes);
    const after = trieUpdate(
      before,
      sizes.map(({ key }) => ({ key, value: new Uint8Array(50).fill(1) })),
    );
    expect(nodesOf(after)).toBe(64 + 4 + 1);
  });
});

describe("a deletion", () => {
  it("leaves no branch of one: the leaf takes its place", () => {
    expect(trieDelete(trieOf("11", "22"), bytesOf("22"))).toEqual(trieOf("11"));
  });

  it("leaves no branch of one: an extension takes its place", () => {
    const trie = trieOf("1111", "1122", "22");
    expect(trieDelete(trie, bytesOf("22"))).toEqual(trieOf("1111", "1122"));
  });

  it("leaves no branch of one: a branch takes its place, below an extension", () => {
    const trie = trieOf("11", "12", "22");
    expect(trieDelete(trie, bytesOf("22"))).toEqual(trieOf("11", "12"));
  });

  it("leaves no branch that only holds a key that ends there", () => {
    expect(trieDelete(trieOf("11", "1122"), bytesOf("1122"))).toEqual(trieOf("11"));
  });

  it("joins what is above with what is below", () => {
    const trie = trieOf("110011", "110012", "1122");
    expect(trieDelete(trie, bytesOf("1122"))).toEqual(trieOf("110011", "110012"));
  });

  it("of all keys leaves the empty trie", () => {
    const keys = ["", "11", "1122", "22"];
    const trie = trieUpdate(trieOf(...keys), keys.map(deletion));
    expect(trie).toBeUndefined();
  });
});

describe("the entries of a trie", () => {
  it("begin at a key, present or not", () => {
    fc.assert(
      fc.property(trieEntrySets, trieKeys, fc.nat(5), (entries, start, entriesMax) => {
        const naive = new NaiveTrie();
        naive.apply(entries);
        const from = naive.sorted.filter(({ key }) => Buffer.compare(key, start) >= 0);
        const trie = trieUpdate(undefined, entries);
        expect(trieEntries(trie, { ...everything, start })).toEqual(from);
        expect(trieEntries(trie, { ...everything, start, entriesMax })).toEqual(
          from.slice(0, entriesMax),
        );
      }),
    );
  });

  it("end where their bytes would be too many", () => {
    const trie = trieOf("11", "22", "33");
    expect(keysOf(trieEntries(trie, { ...everything, sizeBytesMax: 82 }))).toEqual(["11", "22"]);
  });

  it("are at least one", () => {
    expect(keysOf(trieEntries(trieOf("11", "22"), { ...everything, sizeBytesMax: 1 }))).toEqual([
      "11",
    ]);
  });
});

describe("the root of items in order", () => {
  it.each([0, 1, 2, 127, 128, 129, 255, 256, 257, 400])("is that of Ethereum for %i", (count) => {
    const items = Array.from({ length: count }, (_, i) => new Uint8Array(1 + (i % 50)).fill(i + 1));
    const naive = items.map((item, i) => [hexOf(encodeItem(i)), item] as const);
    expect(hexOf(orderedRoot(items))).toBe(hexOf(naiveRoot(naive)));
  });
});

describe("the encoding of a node", () => {
  it.each([1, 20, 55, 56, 220, 255, 256, 65_400, 65_536, 70_000])(
    "is what the library gives, with a value of %i bytes",
    (length) => {
      const value = new Uint8Array(length).fill(1);
      const root = keccak256(RLP.encode([Uint8Array.of(0x20, 0x11), value]));
      expect(trieRoot(trieUpdate(undefined, [change("11", value)]))).toEqual(root);
    },
  );
});

const childrenOf = (trie: Trie): readonly Trie[] => (trie?.kind === "branch" ? trie.children : []);

function nodesOf(trie: Trie): number {
  if (trie === undefined) return 0;
  if (trie.kind === "extension") return 1 + nodesOf(trie.child);
  return childrenOf(trie).reduce((sum, child) => sum + nodesOf(child), 1);
}
