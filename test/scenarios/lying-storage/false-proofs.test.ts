import { describe, expect, it } from "vitest";
import { bindingOf } from "../../../src/protocols/storage-quorum/cipher.ts";
import { fileBytes } from "../../../src/protocols/storage-quorum/file-bytes.ts";
import {
  isProven,
  leafHash,
  leavesOf,
  merkleRoot,
  sha256,
} from "../../../src/protocols/storage-quorum/merkle.ts";
import type { ChallengeProof } from "../../../src/protocols/storage-quorum/messages.ts";
import { proofOf } from "../../../src/protocols/storage-quorum/proof.ts";
import {
  forgedProof,
  huskOf,
  huskProof,
} from "../../../src/scenarios/lying-storage/false-proofs.ts";

const LEAF_BYTES = 4;
const NONCE = Uint8Array.of(7);
const BYTES = fileBytes(1, 14);
const LEAVES = leavesOf(BYTES, LEAF_BYTES);
const ROOT = merkleRoot(LEAVES);
const husk = huskOf(BYTES, LEAF_BYTES)!;

const demand = (leaf: number) => ({ nonce: NONCE, leaf });
const passes = (proof: ChallengeProof) => isProven(proof, proof.leaf, LEAVES.length, ROOT);
const node = (left: Uint8Array, right: Uint8Array) => sha256(Uint8Array.of(1), left, right);

describe("the proof of who has the bytes", () => {
  it("is good for every leaf there is", () => {
    const proofs = [0, 1, 2, 3].map((leaf) => proofOf(BYTES, LEAF_BYTES, demand(leaf))!);
    expect(proofs.map(passes)).toEqual([true, true, true, true]);
    expect(proofs[3]).toMatchObject({ index: 3, leaf: BYTES.slice(12) });
    expect(proofs[3]!.binding).toEqual(bindingOf(NONCE, BYTES.slice(12)));
    expect(proofOf(BYTES, LEAF_BYTES, demand(4))).toBeUndefined();
  });
});

describe("the proof of who has forged a tree", () => {
  it("is right but for the root", () => {
    const proof = forgedProof(14, LEAF_BYTES, demand(3))!;
    const zeros = leavesOf(new Uint8Array(14), LEAF_BYTES);
    expect(isProven(proof, proof.leaf, 4, merkleRoot(zeros))).toBe(true);
    expect(proof.binding).toEqual(bindingOf(NONCE, Uint8Array.of(0, 0)));
    expect(passes(proof)).toBe(false);
  });
});

describe("a husk", () => {
  it("is the hashes and the first leaf, and not there where that would be all", () => {
    expect(husk).toEqual({ leafHashes: LEAVES.map(leafHash), firstLeaf: BYTES.slice(0, 4) });
    expect(huskOf(BYTES.slice(0, 4), LEAF_BYTES)).toBeUndefined();
  });

  it("proves the first leaf", () => {
    const proof = huskProof(husk, demand(0))!;
    expect(proof).toEqual(proofOf(BYTES, LEAF_BYTES, demand(0)));
    expect(passes(proof)).toBe(true);
  });

  it("has, for any other leaf, the node above it, which the prefix gives away", () => {
    const proofs = [1, 2, 3].map((leaf) => huskProof(husk, demand(leaf))!);
    const hashes = husk.leafHashes;
    expect(proofs.map(({ leaf }) => leaf)).toEqual([
      Uint8Array.of(...hashes[0]!, ...hashes[1]!),
      Uint8Array.of(...hashes[2]!, ...hashes[3]!),
      Uint8Array.of(...hashes[2]!, ...hashes[3]!),
    ]);
    for (const { leaf, binding } of proofs) expect(binding).toEqual(bindingOf(NONCE, leaf));
    // What is presented as a leaf leads to the root when it is hashed as a node.
    const [beside] = proofs[1]!.path;
    expect(node(beside!, sha256(Uint8Array.of(1), proofs[1]!.leaf))).toEqual(ROOT);
    expect(proofs.map(passes)).toEqual([false, false, false]);
    expect(huskProof(husk, demand(4))).toBeUndefined();
  });

  it("has it also for a last leaf that stands alone", () => {
    const five = fileBytes(2, 18);
    const leaves = leavesOf(five, LEAF_BYTES);
    const proof = huskProof(huskOf(five, LEAF_BYTES)!, demand(4))!;
    expect(proof.path).toEqual([]);
    expect(sha256(Uint8Array.of(1), proof.leaf)).toEqual(merkleRoot(leaves));
  });
});
