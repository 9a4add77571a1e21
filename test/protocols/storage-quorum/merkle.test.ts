import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOf, hexOf } from "../../../src/protocols/hex.ts";
import { areEqual } from "../../../src/protocols/storage-quorum/bytes.ts";
import {
  isProven,
  leafCountOf,
  leafHash,
  leavesOf,
  merklePath,
  merkleRoot,
  sha256,
} from "../../../src/protocols/storage-quorum/merkle.ts";

/** The leaves of the reference tests of google/certificate-transparency (merkle_tree_test.cc). */
const LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map(bytesOf);

const rootOf = (count: number): string => hexOf(merkleRoot(LEAVES.slice(0, count)));
const pathOf = (index: number, count: number): string[] =>
  merklePath(LEAVES.slice(0, count), index).map(hexOf);

describe("the root of a tree", () => {
  it.each([
    [0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    [1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"],
    [2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    [3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"],
    [4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"],
    [5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"],
    [6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"],
    [7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"],
    [8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"],
  ])("of %i leaves is that of RFC 6962", (count, root) => {
    expect(rootOf(count)).toBe(root);
  });

  it("is another when two leaves change places", () => {
    expect(merkleRoot([LEAVES[2]!, LEAVES[1]!])).not.toEqual(merkleRoot([LEAVES[1]!, LEAVES[2]!]));
  });

  it("is another when the last leaf comes twice: none is repeated to fill up", () => {
    expect(merkleRoot([...LEAVES.slice(0, 3), LEAVES[2]!])).not.toEqual(
      merkleRoot(LEAVES.slice(0, 3)),
    );
  });

  it("is no root of a tree whose leaf is two hashes: there is no second preimage", () => {
    const [a, b] = [LEAVES[1]!, LEAVES[2]!];
    const hashes = Uint8Array.of(...leafHash(a), ...leafHash(b));
    expect(merkleRoot([hashes])).not.toEqual(merkleRoot([a, b]));
  });
});

describe("the path of a leaf", () => {
  it.each([
    [0, 1, []],
    [
      0,
      8,
      [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
      ],
    ],
    [
      5,
      8,
      [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      ],
    ],
    [2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]],
    [
      1,
      5,
      [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      ],
    ],
  ])("%i of %i is that of the reference", (index, count, path) => {
    expect(pathOf(index, count)).toEqual(path);
  });

  it.each([-1, 8])("%i is refused: there is no such leaf", (index) => {
    expect(() => merklePath(LEAVES, index)).toThrow("no leaf");
  });
});

/** Leaves that all differ, and the number of one of them. */
const trees = fc
  .uniqueArray(fc.uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 20, selector: hexOf })
  .chain((leaves) => fc.tuple(fc.constant(leaves), fc.nat(leaves.length - 1)));

describe("a proof", () => {
  it("holds for every leaf of every tree", () => {
    fc.assert(
      fc.property(trees, ([leaves, index]) => {
        const proof = { index, path: merklePath(leaves, index) };
        expect(isProven(proof, leaves[index]!, leaves.length, merkleRoot(leaves))).toBe(true);
      }),
    );
  });

  it("holds for no other leaf", () => {
    fc.assert(
      fc.property(trees, fc.uint8Array({ maxLength: 8 }), ([leaves, index], other) => {
        fc.pre(!areEqual(other, leaves[index]!));
        const proof = { index, path: merklePath(leaves, index) };
        expect(isProven(proof, other, leaves.length, merkleRoot(leaves))).toBe(false);
      }),
    );
  });

  it("holds in no other place", () => {
    fc.assert(
      fc.property(trees, fc.integer({ min: -2, max: 22 }), ([leaves, index], other) => {
        fc.pre(other !== index);
        const proof = { index: other, path: merklePath(leaves, index) };
        expect(isProven(proof, leaves[index]!, leaves.length, merkleRoot(leaves))).toBe(false);
      }),
    );
  });

  it("holds with no hash of its path changed, left out or added", () => {
    fc.assert(
      fc.property(trees, fc.nat(255), fc.nat(31), ([leaves, index], hash, byte) => {
        const path = merklePath(leaves, index);
        const [leaf, root] = [leaves[index]!, merkleRoot(leaves)];
        const isStillProven = (changed: readonly Uint8Array[]): boolean =>
          isProven({ index, path: changed }, leaf, leaves.length, root);
        fc.pre(path.length > 0);
        const changed = path.map((one) => one.slice());
        changed[hash % path.length]![byte]! ^= 1;
        expect(isStillProven(changed)).toBe(false);
        expect(isStillProven(path.slice(1))).toBe(false);
        expect(isStillProven([...path, sha256()])).toBe(false);
      }),
    );
  });

  it.each([-1, 0.5, 8, Number.NaN])("of a leaf number %d is none", (index) => {
    const path = merklePath(LEAVES, 0);
    expect(isProven({ index, path }, LEAVES[0]!, 8, merkleRoot(LEAVES))).toBe(false);
  });

  it("of two hashes as a leaf is none: there is no second preimage", () => {
    const hashes = Uint8Array.of(...leafHash(LEAVES[0]!), ...leafHash(LEAVES[1]!));
    const proof = { index: 0, path: [] };
    expect(isProven(proof, hashes, 1, merkleRoot(LEAVES.slice(0, 2)))).toBe(false);
  });
});

describe("leaves of bytes", () => {
  it.each([
    [0, [0]],
    [1, [1]],
    [4, [4]],
    [5, [4, 1]],
    [8, [4, 4]],
  ])("of %i, at most 4 in each, have the sizes %j", (sizeBytes, sizes) => {
    const leaves = leavesOf(new Uint8Array(sizeBytes), 4);
    expect(leaves.map(({ length }) => length)).toEqual(sizes);
    expect(leafCountOf(sizeBytes, 4)).toBe(sizes.length);
  });

  it("are the bytes, one behind the other", () => {
    expect(leavesOf(Uint8Array.of(1, 2, 3, 4, 5), 2)).toEqual([
      Uint8Array.of(1, 2),
      Uint8Array.of(3, 4),
      Uint8Array.of(5),
    ]);
  });
});

describe("a hash", () => {
  it("of parts is that of the whole", () => {
    expect(sha256(Uint8Array.of(1), Uint8Array.of(2, 3))).toEqual(sha256(Uint8Array.of(1, 2, 3)));
  });

  it("is SHA-256: FIPS 180-4 for `abc`", () => {
    expect(hexOf(sha256(new TextEncoder().encode("abc")))).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });
});
