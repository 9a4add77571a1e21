// Proofs that a key has a value, or none, in the trie of a root: the nodes on its way, as they are
// in Ethereum's eth_getProof (EIP-1186).

import { compareKeys, matchLength, nibbleAt, nibbleCount } from "./nibbles.ts";
import { encodeNode, HASH_BYTES } from "./node.ts";
import { ProofNodes } from "./proof-nodes.ts";
import { type Trie, trieRoot } from "./trie.ts";

/** What a proof shows of a key, or why it shows nothing. */
export type ProofResult =
  | { readonly kind: "present"; readonly value: Uint8Array }
  | { readonly kind: "absent" }
  | InvalidProof;

/** A proof that is not believed. */
export interface InvalidProof {
  readonly kind: "invalid";
  readonly reason: string;
}

/**
 * The encodings of the nodes on the way to a key, from the root, without those that are within
 * their parents. They prove that the key has its value, or that there is no such key.
 */
export function proveKey(trie: Trie, key: Uint8Array): Uint8Array[] {
  const proof: Uint8Array[] = [];
  let node = trie;
  let depth = 0;
  while (node !== undefined) {
    // Shorter ones are part of their parents; the root has none.
    const isApart = depth === 0 || node.reference.length === HASH_BYTES;
    if (isApart) proof.push(encodeNode(node, depth));
    if (node.kind === "leaf") break;
    if (node.kind === "extension") {
      if (matchLength(node.path, key, depth) < node.path.length) break;
      depth += node.path.length;
      node = node.child;
    } else {
      if (depth === nibbleCount(key)) break;
      node = node.children[nibbleAt(key, depth++)];
    }
  }
  return proof;
}

/**
 * What a proof shows of a key in the trie that has the root. A node too many makes it invalid, like
 * one too few or one that is not of that trie.
 */
export function checkProof(
  root: Uint8Array,
  key: Uint8Array,
  proof: readonly Uint8Array[],
): ProofResult {
  if (compareKeys(root, trieRoot(undefined)) === 0) {
    return proof.length === 0 ? { kind: "absent" } : invalid("nodes of the empty trie");
  }
  const nodes = new ProofNodes(proof);
  const result = lookUp(nodes, root, key);
  if (result.kind === "invalid" || nodes.areAllUsed) return result;
  return invalid("nodes that are not on the way");
}

function lookUp(nodes: ProofNodes, root: Uint8Array, key: Uint8Array): ProofResult {
  let node = nodes.byHash(root);
  // Each step takes at least one nibble of the key.
  for (let depth = 0; node !== undefined; ) {
    if (node.kind === "leaf") {
      const { path, value } = node;
      const isKey = path.length === nibbleCount(key) - depth;
      return isKey && matchLength(path, key, depth) === path.length ? present(value) : ABSENT;
    }
    if (node.kind === "extension") {
      if (matchLength(node.path, key, depth) < node.path.length) return ABSENT;
      depth += node.path.length;
      node = nodes.byReference(node.child);
    } else {
      if (depth === nibbleCount(key)) return node.value.length > 0 ? present(node.value) : ABSENT;
      const child: Uint8Array = node.children[nibbleAt(key, depth++)]!;
      if (child.length === 0) return ABSENT;
      node = nodes.byReference(child);
    }
  }
  return invalid("a node on the way is missing, or is none");
}

const ABSENT: ProofResult = { kind: "absent" };

function present(value: Uint8Array): ProofResult {
  return { kind: "present", value };
}

/** Says why a proof is not believed. */
export function invalid(reason: string): InvalidProof {
  return { kind: "invalid", reason };
}
