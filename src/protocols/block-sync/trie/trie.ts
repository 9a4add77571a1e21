// A Merkle Patricia trie, byte-compatible with Ethereum's (yellow paper, appendix D), synchronous
// and persistent: a change gives a new trie that shares what did not change, and leaves the old one
// as it was. It is plain data and may be frozen, cloned and kept in a node's memory.

import { keccak256 } from "../encoding/hash.ts";
import { encodeItem } from "../encoding/rlp.ts";
import { built } from "./build.ts";
import { compareKeys, matchLength, nibbleAt, nibbleCount, sideOf } from "./nibbles.ts";
import { HASH_BYTES, type TrieBranch, type TrieEntry, type TrieNode } from "./node.ts";
import { changed, type TrieChange } from "./update.ts";

export type { TrieEntry } from "./node.ts";
export type { TrieChange } from "./update.ts";

/**
 * The root node of a trie; the empty one is undefined. Keys and values are kept as they come, not
 * copied: nobody may change them later. Keys may have any length.
 */
export type Trie = TrieNode | undefined;

/** The value of a key; undefined when there is none. O(length of the key). */
export function trieGet(trie: Trie, key: Uint8Array): Uint8Array | undefined {
  let node = trie;
  let depth = 0;
  while (node !== undefined) {
    if (node.kind === "leaf") return compareKeys(node.key, key) === 0 ? node.value : undefined;
    if (node.kind === "extension") {
      if (matchLength(node.path, key, depth) < node.path.length) return undefined;
      depth += node.path.length;
      node = node.child;
    } else {
      if (depth === nibbleCount(key)) return node.entry?.value;
      node = node.children[nibbleAt(key, depth++)];
    }
  }
  return undefined;
}

/** The trie with another value, of one byte or more, for a key. */
export function triePut(trie: Trie, key: Uint8Array, value: Uint8Array): Trie {
  return trieUpdate(trie, [{ key, value }]);
}

/** The trie without a key; the same one when it does not hold it. */
export function trieDelete(trie: Trie, key: Uint8Array): Trie {
  return trieUpdate(trie, [{ key, value: undefined }]);
}

/**
 * The trie after changes in any order; of several changes of one key the last counts. Each node on
 * their ways is hashed once, so that many changes at once are cheaper than one by one.
 */
export function trieUpdate(trie: Trie, changes: readonly TrieChange[]): Trie {
  return changed(trie, changes);
}

/** The root hash: 32 bytes, at no cost. Of the empty trie it is the hash of RLP's empty string. */
export function trieRoot(trie: Trie): Uint8Array {
  if (trie === undefined) return keccak256(encodeItem(0));
  return trie.reference.length === HASH_BYTES ? trie.reference : keccak256(trie.reference);
}

/** Which entries are wanted: keys from `start` on, and no more than fit. */
export interface RangeLimit {
  /** The lowest key; the empty one is below all. */
  readonly start: Uint8Array;
  readonly entriesMax: number;
  /** Of keys and values together; the first entry comes even when it is larger. */
  readonly sizeBytesMax: number;
}

/** Everything. */
export const NO_LIMIT: RangeLimit = {
  start: new Uint8Array(0),
  entriesMax: Number.MAX_SAFE_INTEGER,
  sizeBytesMax: Number.MAX_SAFE_INTEGER,
};

/** The entries in the order of their keys. O(depth + entries). */
export function trieEntries(trie: Trie, limit: RangeLimit = NO_LIMIT): TrieEntry[] {
  const entries: TrieEntry[] = [];
  let sizeBytes = 0;
  const take = (entry: TrieEntry): boolean => {
    sizeBytes += entry.key.length + entry.value.length;
    const isFull = entries.length >= limit.entriesMax || sizeBytes > limit.sizeBytesMax;
    if (isFull && entries.length > 0) return false;
    entries.push({ key: entry.key, value: entry.value });
    return true;
  };
  if (limit.entriesMax > 0) visitFrom(trie, 0, limit.start, take);
  return entries;
}

type Visit = (entry: TrieEntry) => boolean;

/**
 * Visits the entries from `start` on, or all if it is undefined, until a visit gives false; then it
 * gives false, too.
 */
function visitFrom(
  node: Trie,
  depth: number,
  start: Uint8Array | undefined,
  visit: Visit,
): boolean {
  if (node === undefined) return true;
  if (node.kind === "leaf") {
    const isBelow = start !== undefined && compareKeys(node.key, start) < 0;
    return isBelow || visit(node);
  }
  if (node.kind === "branch") return visitBranch(node, depth, start, visit);
  const { path, child } = node;
  const side = start === undefined ? "above" : sideOf(path, depth, start);
  if (side === "below") return true;
  return visitFrom(child, depth + path.length, side === "above" ? undefined : start, visit);
}

function visitBranch(
  { children, entry }: TrieBranch,
  depth: number,
  start: Uint8Array | undefined,
  visit: Visit,
): boolean {
  const isCut = start !== undefined && depth < nibbleCount(start);
  const first = isCut ? nibbleAt(start, depth) : 0;
  if (!isCut && entry !== undefined && !visit(entry)) return false;
  for (let nibble = first; nibble < 16; nibble++) {
    const bound = isCut && nibble === first ? start : undefined;
    if (!visitFrom(children[nibble], depth + 1, bound, visit)) return false;
  }
  return true;
}

/**
 * The root of the trie of items by their indices in RLP, as Ethereum's transactions root. An item
 * has one byte or more. O(bytes of all items).
 */
export function orderedRoot(items: readonly Uint8Array[]): Uint8Array {
  const entries = indicesByKey(items.length).map((index) => {
    return { key: encodeItem(index), value: items[index]! };
  });
  return trieRoot(built(entries));
}

/** 0 is written as 0x80: after those that are one byte below 0x80, before those of more bytes. */
function indicesByKey(count: number): number[] {
  const indices = Array.from({ length: count }, (_, index) => index);
  const [zero, small, rest] = [indices.slice(0, 1), indices.slice(1, 0x80), indices.slice(0x80)];
  return [...small, ...zero, ...rest];
}
