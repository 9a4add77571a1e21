import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keccak256 } from "../../../src/protocols/block-sync/encoding/hash.ts";
import { encodeList } from "../../../src/protocols/block-sync/encoding/rlp.ts";
import { checkProof, proveKey } from "../../../src/protocols/block-sync/trie/proof.ts";
import {
  type Trie,
  trieGet,
  trieRoot,
  trieUpdate,
} from "../../../src/protocols/block-sync/trie/trie.ts";
import { bytesOf } from "../../../src/protocols/hex.ts";
import { flippedBit, secureEntries, trieEntrySets, trieKeys } from "../../support/drawn-tries.ts";

const LONG = new Uint8Array(40).fill(9);
const trieOf = (...keys: readonly string[]): Trie =>
  trieUpdate(
    undefined,
    keys.map((hex) => ({ key: bytesOf(hex), value: LONG })),
  );
const resultOf = (value: Uint8Array | undefined) =>
  value === undefined ? { kind: "absent" } : { kind: "present", value };
const INVALID = { kind: "invalid", reason: expect.any(String) };

describe("the proof of a key", () => {
  it("shows its value, or that it has none", () => {
    fc.assert(
      fc.property(trieEntrySets, trieKeys, (entries, other) => {
        const trie = trieUpdate(undefined, entries);
        for (const key of [...entries.map((entry) => entry.key), other]) {
          const result = checkProof(trieRoot(trie), key, proveKey(trie, key));
          expect(result).toEqual(resultOf(trieGet(trie, key)));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("shows the same in a trie of 1,000 hashed keys, in few nodes", () => {
    const trie = trieUpdate(undefined, secureEntries(1_000));
    const keys = secureEntries(1_100).map(({ key }) => key);
    const proofs = keys.map((key) => proveKey(trie, key));
    const results = keys.map((key, i) => checkProof(trieRoot(trie), key, proofs[i]!));
    expect(results).toEqual(keys.map((key) => resultOf(trieGet(trie, key))));
    expect(Math.max(...proofs.map((proof) => proof.length))).toBeLessThan(8);
  });

  it("is none with any bit changed, any node left out, or one too many", () => {
    fc.assert(
      fc.property(trieEntrySets, trieKeys, fc.nat(), (entries, key, at) => {
        const trie = trieUpdate(undefined, entries);
        const proof = proveKey(trie, key);
        const which = at % Math.max(proof.length, 1);
        const changed = proof.map((node, i) => (i === which ? flippedBit(node, at) : node));
        const left = proof.filter((_, i) => i !== which);
        const more = [...proof, encodeList([at])];
        const twice = [...proof, ...proof];
        const bad = proof.length === 0 ? [more] : [changed, left, more, twice];
        const results = bad.map((nodes) => checkProof(trieRoot(trie), key, nodes));
        expect(results).toEqual(bad.map(() => INVALID));
      }),
      { numRuns: 500 },
    );
  });

  it("is none for another root", () => {
    const trie = trieOf("11", "22");
    const proof = proveKey(trie, bytesOf("11"));
    expect(checkProof(trieRoot(trieOf("11")), bytesOf("11"), proof)).toEqual(INVALID);
  });

  it("is empty for the empty trie", () => {
    expect(proveKey(undefined, bytesOf("11"))).toEqual([]);
    expect(checkProof(trieRoot(undefined), bytesOf("11"), [])).toEqual({ kind: "absent" });
  });
});

// A root is believed, but who made it may have hashed anything.
describe("bytes that are no node", () => {
  const hash = new Uint8Array(32).fill(1);
  const none = new Uint8Array(0);
  const children = new Array<Uint8Array>(16).fill(none);

  it.each([
    ["junk", Uint8Array.of(0xff, 1, 2)],
    ["no list", encodeList([]).subarray(0, 0)],
    ["a list of three", encodeList([none, none, none])],
    ["a list of 18", encodeList([...children, none, none])],
    ["a leaf without a value", encodeList([Uint8Array.of(0x20, 0x11), none])],
    ["a leaf with a list for a value", encodeList([Uint8Array.of(0x20, 0x11), [1, 2]])],
    ["an unknown kind of path", encodeList([Uint8Array.of(0x40, 0x11), hash])],
    ["a path of no byte", encodeList([none, hash])],
    ["a list for a path", encodeList([[1], hash])],
    ["an extension to nothing", encodeList([Uint8Array.of(0x11), none])],
    ["an extension to half a hash", encodeList([Uint8Array.of(0x11), hash.subarray(16)])],
    ["a branch with half a hash", encodeList([hash.subarray(16), ...children])],
    ["a branch with a long node inside", encodeList([[hash], ...children])],
    ["a branch with a list for a value", encodeList([...children, [1]])],
  ])("are refused: %s", (_, node) => {
    expect(checkProof(keccak256(node), bytesOf("11"), [node])).toEqual(INVALID);
  });

  // The leaf that they lead to is there, and shows a value if they are taken for good.
  it.each([
    ["padding that is not zero", [0x01, 0x11], [0x20]],
    ["no nibble", [0x00], [0x20, 0x11]],
  ])("are refused: an extension with %s", (_, path, rest) => {
    const leaf = encodeList([Uint8Array.from(rest), LONG]);
    const node = encodeList([Uint8Array.from(path), keccak256(leaf)]);
    expect(checkProof(keccak256(node), bytesOf("11"), [node, leaf])).toEqual(INVALID);
  });
});
