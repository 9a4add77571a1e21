// The nodes of a Merkle Patricia trie, their encoding and their hash. Source: Ethereum yellow
// paper, appendix D. Nodes are plain data and never change; each carries what its parent writes of
// it, which is found out once, when it is made.

import { assert } from "../../../sim/assert.ts";
import { keccak256 } from "../encoding/hash.ts";
import { EMPTY_STRING, emptyList, stringSize, writeString } from "../encoding/rlp-writing.ts";
import { extensionPrefix, leafPrefix, nibbleCount } from "./nibbles.ts";

/** A key, of any length, and its value, of one byte or more. Neither may be changed later. */
export interface TrieEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** A key below which there is no other: its whole, of which the path from here on is encoded. */
export interface TrieLeaf extends TrieEntry {
  readonly kind: "leaf";
  readonly reference: Uint8Array;
}

/** A path, of one nibble a byte and one or more, that all keys below share. */
export interface TrieExtension {
  readonly kind: "extension";
  readonly path: Uint8Array;
  readonly child: TrieBranch;
  readonly reference: Uint8Array;
}

/** At least two of: a key that ends here, and the keys that go on with each of 16 nibbles. */
export interface TrieBranch {
  readonly kind: "branch";
  readonly children: readonly (TrieNode | undefined)[];
  readonly entry: TrieEntry | undefined;
  readonly reference: Uint8Array;
}

/**
 * A node's `reference` is its encoding when that is shorter than 32 bytes, and its hash, of 32
 * bytes, when it is not.
 */
export type TrieNode = TrieLeaf | TrieExtension | TrieBranch;

export const HASH_BYTES = 32;

/** A leaf whose parents have taken `depth` nibbles of the key. */
export function leafOf({ key, value }: TrieEntry, depth: number): TrieLeaf {
  assert(value.length > 0, "a trie holds no empty value; depth", depth);
  assert(depth <= nibbleCount(key), "a leaf below the end of its key:", depth);
  return { kind: "leaf", key, value, reference: referenceOf(encodeLeaf({ key, value }, depth)) };
}

/** An extension; of no nibble it is the branch itself. */
export function extensionOf(path: Uint8Array, child: TrieBranch): TrieExtension | TrieBranch {
  if (path.length === 0) return child;
  return { kind: "extension", path, child, reference: referenceOf(encodeExtension(path, child)) };
}

/** A branch of 16 children, at least two or one and an entry; it keeps the array. */
export function branchOf(
  children: readonly (TrieNode | undefined)[],
  entry: TrieEntry | undefined,
): TrieBranch {
  return { kind: "branch", children, entry, reference: referenceOf(encodeBranch(children, entry)) };
}

/** The encoding of a node whose parents have taken `depth` nibbles. */
export function encodeNode(node: TrieNode, depth: number): Uint8Array {
  if (node.kind === "leaf") return encodeLeaf(node, depth);
  if (node.kind === "extension") return encodeExtension(node.path, node.child);
  return encodeBranch(node.children, node.entry);
}

function referenceOf(encoding: Uint8Array): Uint8Array {
  return encoding.length < HASH_BYTES ? encoding : keccak256(encoding);
}

function encodeLeaf({ key, value }: TrieEntry, depth: number): Uint8Array {
  const prefix = leafPrefix(key, depth);
  const bytes = emptyList(stringSize(prefix) + stringSize(value));
  const at = writeString(bytes, bytes.length - stringSize(value) - stringSize(prefix), prefix);
  writeString(bytes, at, value);
  return bytes;
}

function encodeExtension(path: Uint8Array, child: TrieNode): Uint8Array {
  const prefix = extensionPrefix(path);
  const size = stringSize(prefix) + referenceSize(child);
  const bytes = emptyList(size);
  const at = writeString(bytes, bytes.length - size, prefix);
  writeReference(bytes, at, child);
  return bytes;
}

function encodeBranch(
  children: readonly (TrieNode | undefined)[],
  entry: TrieEntry | undefined,
): Uint8Array {
  let size = entry === undefined ? 1 : stringSize(entry.value);
  for (const child of children) size += child === undefined ? 1 : referenceSize(child);
  const bytes = emptyList(size);
  let at = bytes.length - size;
  for (const child of children) {
    if (child === undefined) bytes[at++] = EMPTY_STRING;
    else at = writeReference(bytes, at, child);
  }
  if (entry === undefined) bytes[at] = EMPTY_STRING;
  else writeString(bytes, at, entry.value);
  return bytes;
}

function referenceSize({ reference }: TrieNode): number {
  return reference.length === HASH_BYTES ? HASH_BYTES + 1 : reference.length;
}

/** A hash is written as a string, a short node as the list that it is. */
function writeReference(bytes: Uint8Array, at: number, { reference }: TrieNode): number {
  if (reference.length === HASH_BYTES) return writeString(bytes, at, reference);
  bytes.set(reference, at);
  return at + reference.length;
}
