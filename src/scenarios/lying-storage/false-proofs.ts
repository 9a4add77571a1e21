// Proofs by those who do not have the bytes, each good but for one thing that a verifier has to
// look at.

import { concat } from "../../protocols/storage-quorum/bytes.ts";
import { bindingOf } from "../../protocols/storage-quorum/cipher.ts";
import {
  leafCountOf,
  leafHash,
  leavesOf,
  merklePathOf,
} from "../../protocols/storage-quorum/merkle.ts";
import type { ChallengeProof, ChallengeRequest } from "../../protocols/storage-quorum/messages.ts";
import { proofOf } from "../../protocols/storage-quorum/proof.ts";
import type { Husk } from "./lies.ts";

/** Which leaf is to be proven, and the nonce that the proof is to be bound to. */
export type Demand = Pick<ChallengeRequest, "nonce" | "leaf">;

/** A tree over zeros, of the right size: all is right but for its root. */
export function forgedProof(
  sizeBytes: number,
  leafBytes: number,
  demand: Demand,
): ChallengeProof | undefined {
  return proofOf(new Uint8Array(sizeBytes), leafBytes, demand);
}

/** What is kept of bytes of more than one leaf; undefined when the first leaf is all there is. */
export function huskOf(bytes: Uint8Array, leafBytes: number): Husk | undefined {
  if (leafCountOf(bytes.length, leafBytes) === 1) return undefined;
  const leaves = leavesOf(bytes, leafBytes);
  return { leafHashes: leaves.map(leafHash), firstLeaf: leaves[0]!.slice() };
}

/**
 * Of the first leaf it is a good proof. For any other it presents the node above the leaf as if
 * that were a leaf, with the path from there: a second preimage, where nodes and leaves are hashed
 * alike. Source: RFC 6962 §2.1, on why they are not.
 */
export function huskProof(
  { leafHashes, firstLeaf }: Husk,
  { nonce, leaf: index }: Demand,
): ChallengeProof | undefined {
  if (index >= leafHashes.length) return undefined;
  const path = merklePathOf(leafHashes, index);
  if (index === 0) return { index, path, leaf: firstLeaf, binding: bindingOf(nonce, firstLeaf) };
  const own = leafHashes[index]!;
  const [beside, ...above] = path;
  // In such trees leaves stand in pairs; a last one without a partner is to the right of others.
  const isLeft = index % 2 === 0 && index + 1 < leafHashes.length;
  const node = isLeft ? concat([own, beside!]) : concat([beside!, own]);
  return { index, path: above, leaf: node, binding: bindingOf(nonce, node) };
}
