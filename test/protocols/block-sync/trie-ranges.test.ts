import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keccak256 } from "../../../src/protocols/block-sync/encoding/hash.ts";
import { encodeList } from "../../../src/protocols/block-sync/encoding/rlp.ts";
import { compareKeys } from "../../../src/protocols/block-sync/trie/nibbles.ts";
import { proveKey } from "../../../src/protocols/block-sync/trie/proof.ts";
import {
  checkRange,
  proveRange,
  type TrieRange,
} from "../../../src/protocols/block-sync/trie/range.ts";
import {
  type Trie,
  type TrieEntry,
  trieEntries,
  trieRoot,
  trieUpdate,
} from "../../../src/protocols/block-sync/trie/trie.ts";
import { bytesOf } from "../../../src/protocols/hex.ts";
import {
  flippedBit,
  secureEntries,
  trieEntrySets,
  trieKeys,
  trieValues,
} from "../../support/drawn-tries.ts";

const INVALID = { kind: "invalid", reason: expect.any(String) };
const complete = (hasMore: boolean) => ({ kind: "complete", hasMore });
const limitOf = (start: Uint8Array, entriesMax: number) => ({
  start,
  entriesMax,
  sizeBytesMax: 1e9,
});

/** What a range claims, judged by all entries of the trie. */
const truth = (trie: Trie, start: Uint8Array, { entries }: TrieRange) => {
  const all = trieEntries(trie).filter(({ key }) => compareKeys(key, start) >= 0);
  expect(entries).toEqual(all.slice(0, entries.length));
  return complete(all.length > entries.length);
};

describe("a range", () => {
  it("is shown to be complete, and whether there is more", () => {
    fc.assert(
      fc.property(trieEntrySets, trieKeys, fc.nat(6), (entries, start, entriesMax) => {
        const trie = trieUpdate(undefined, entries);
        const range = proveRange(trie, limitOf(start, entriesMax));
        // Of no entry it says that there is none: a server that sends none has to be at the end.
        fc.pre(range.entries.length > 0 || entriesMax > 0);
        expect(checkRange(trieRoot(trie), start, range)).toEqual(truth(trie, start, range));
      }),
      { numRuns: 1_000 },
    );
  });

  it("leads from the start through 1,000 hashed keys to the end", () => {
    const trie = trieUpdate(undefined, secureEntries(1_000));
    const found: TrieEntry[] = [];
    let start = new Uint8Array(32);
    for (let hasMore = true; hasMore; ) {
      const range = proveRange(trie, limitOf(start, 99));
      const result = checkRange(trieRoot(trie), start, range);
      hasMore = result.kind === "complete" && result.hasMore;
      found.push(...range.entries);
      start = Uint8Array.of(...range.entries.at(-1)!.key, 0);
    }
    expect(found).toEqual(trieEntries(trie));
  });

  it("is believed only when it is true, whatever is done to it", () => {
    fc.assert(
      fc.property(trieEntrySets, trieKeys, fc.nat(6), changes, (entries, start, max, change) => {
        const trie = trieUpdate(undefined, entries);
        const honest = { start, ...proveRange(trie, limitOf(start, max)) };
        const told = change(honest, trie);
        const result = checkRange(trieRoot(trie), told.start, told);
        expect(result).toEqual(result.kind === "invalid" ? INVALID : truth(trie, told.start, told));
      }),
      { numRuns: 3_000 },
    );
  });

  it("is not believed without any of its entries but the last", () => {
    fc.assert(
      fc.property(trieEntrySets, trieKeys, fc.nat(6), fc.nat(), (entries, start, max, at) => {
        const trie = trieUpdate(undefined, entries);
        const range = proveRange(trie, limitOf(start, max));
        fc.pre(range.entries.length > 1);
        const left = range.entries.filter((_, i) => i !== at % (range.entries.length - 1));
        expect(checkRange(trieRoot(trie), start, { ...range, entries: left })).toEqual(INVALID);
      }),
      { numRuns: 1_000 },
    );
  });

  it("is not believed with any bit of its proof changed, or a node less or more", () => {
    fc.assert(
      fc.property(trieEntrySets, trieKeys, fc.nat(6), fc.nat(), (entries, start, max, at) => {
        const trie = trieUpdate(undefined, entries);
        const range = proveRange(trie, limitOf(start, max + 1));
        fc.pre(range.proof.length > 1);
        const which = at % range.proof.length;
        const proofs = [
          range.proof.map((node, i) => (i === which ? flippedBit(node, at) : node)),
          range.proof.filter((_, i) => i !== which),
          [...range.proof, Uint8Array.of(1)],
          [...range.proof, range.proof[which]!],
        ];
        const results = proofs.map((proof) => {
          return checkRange(trieRoot(trie), start, { ...range, proof });
        });
        expect(results).toEqual(proofs.map(() => INVALID));
      }),
      { numRuns: 1_000 },
    );
  });

  it("is believed without a proof when it is the whole trie", () => {
    const trie = trieUpdate(undefined, secureEntries(20));
    const range = { entries: trieEntries(trie), proof: [] };
    expect(checkRange(trieRoot(trie), new Uint8Array(0), range)).toEqual(complete(false));
  });

  it("is empty for the empty trie", () => {
    const range = proveRange(undefined, limitOf(bytesOf("11"), 9));
    expect(range).toEqual({ entries: [], proof: [] });
    expect(checkRange(trieRoot(undefined), bytesOf("11"), range)).toEqual(complete(false));
  });

  it.each([
    ["a key below the start", "22", ["11"], "a key below start"],
    ["keys out of order", "11", ["22", "11"], "keys out of order"],
    ["a key twice", "11", ["11", "11"], "keys out of order"],
  ])("is refused for %s", (_, start, keys, reason) => {
    const entries = keys.map((key) => ({ key: bytesOf(key), value: Uint8Array.of(1) }));
    const root = trieRoot(trieUpdate(undefined, entries));
    expect(checkRange(root, bytesOf(start), { entries, proof: [] })).toEqual({
      kind: "invalid",
      reason,
    });
  });

  it("is refused for a leaf whose key would end within a byte", () => {
    const value = new Uint8Array(40).fill(1);
    const leaf = encodeList([Uint8Array.of(0x31), value]);
    const range = { entries: [{ key: new Uint8Array(0), value }], proof: [leaf] };
    expect(checkRange(keccak256(leaf), new Uint8Array(0), range)).toEqual(INVALID);
  });

  it("is refused for an empty value", () => {
    const entries = [{ key: bytesOf("11"), value: new Uint8Array(0) }];
    const range = { entries, proof: [] };
    expect(checkRange(trieRoot(undefined), bytesOf("11"), range)).toEqual(INVALID);
  });
});

interface Told extends TrieRange {
  readonly start: Uint8Array;
}

type Change = (range: Told, trie: Trie) => Told;

/** As a liar would, who has the whole trie and makes the proof that his entries ask for. */
const reproved = (range: Told, trie: Trie): Told => {
  const keys = [range.start, ...range.entries.slice(-1).map(({ key }) => key)];
  const proof = keys.flatMap((key) => proveKey(trie, key)).map((node) => [...node].join());
  return {
    ...range,
    proof: [...new Set(proof)].map((text) => Uint8Array.from(text.split(",").map(Number))),
  };
};

const changes: fc.Arbitrary<Change> = fc
  .tuple(
    fc.oneof(
      fc.nat(9).map(
        (at): Change =>
          (range) => {
            return { ...range, entries: range.entries.filter((_, i) => i !== at) };
          },
      ),
      fc.tuple(fc.nat(9), trieValues).map(
        ([at, value]): Change =>
          (range) => {
            const entries = range.entries.map((entry, i) =>
              i === at ? { ...entry, value } : entry,
            );
            return { ...range, entries };
          },
      ),
      fc.tuple(trieKeys, trieValues).map(
        ([key, value]): Change =>
          (range) => {
            const entries = [...range.entries, { key, value }];
            return { ...range, entries: entries.sort((a, b) => compareKeys(a.key, b.key)) };
          },
      ),
      trieKeys.map(
        (start): Change =>
          (range) => ({ ...range, start }),
      ),
      fc.constant<Change>((range) => ({ ...range, entries: [] })),
      fc.constant<Change>((range) => ({ ...range, proof: [] })),
    ),
    fc.boolean(),
  )
  .map(([change, isReproved]) => (range, trie) => {
    const changed = change(range, trie);
    return isReproved ? reproved(changed, trie) : changed;
  });
