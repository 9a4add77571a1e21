import { bindingOf } from "./cipher.ts";
import { leavesOf, merklePath } from "./merkle.ts";
import type { ChallengeProof, ChallengeRequest } from "./messages.ts";

/**
 * The proof of whoever has a replica's bytes that they do: the leaf that was asked for, its path to
 * the root, and both bound to the nonce; undefined when there is no such leaf. O(size).
 */
export function proofOf(
  bytes: Uint8Array,
  leafBytes: number,
  { nonce, leaf: index }: Pick<ChallengeRequest, "nonce" | "leaf">,
): ChallengeProof | undefined {
  const leaves = leavesOf(bytes, leafBytes);
  // Of its own, as a part of the replica's bytes would keep all of them.
  const leaf = leaves[index]?.slice();
  if (leaf === undefined) return undefined;
  return { index, path: merklePath(leaves, index), leaf, binding: bindingOf(nonce, leaf) };
}
