// Tries of entries that are in the order of their keys.

import { firstDifference, nibbleAt, nibbleCount, nibblesOf } from "./nibbles.ts";
import { branchOf, extensionOf, leafOf, type TrieEntry, type TrieNode } from "./node.ts";

/** Some of what is sorted by key, no key twice: [start, end). */
export interface Span<Item> {
  readonly sorted: readonly Item[];
  readonly start: number;
  readonly end: number;
}

/** The children of a branch that has none yet. */
export function noChildren(): (TrieNode | undefined)[] {
  return new Array<undefined>(16).fill(undefined);
}

/** The trie of entries in the order of their keys, no key twice. O(nibbles of all keys). */
export function built(sorted: readonly TrieEntry[], depth = 0): TrieNode | undefined {
  return build({ sorted, start: 0, end: sorted.length }, depth);
}

/** The same of some entries, whose keys share what is above `depth`. */
export function build(
  { sorted, start, end }: Span<TrieEntry>,
  depth: number,
): TrieNode | undefined {
  if (start === end) return undefined;
  const first = sorted[start]!;
  if (end - start === 1) return leafOf(first, depth);
  // What the first and the last share, all between them share.
  const shared = firstDifference(first.key, sorted[end - 1]!.key, depth);
  const isOwn = nibbleCount(first.key) === shared;
  // Only these two fields: it may have been a leaf.
  const entry = isOwn ? { key: first.key, value: first.value } : undefined;
  const children = noChildren();
  for (let from = isOwn ? start + 1 : start; from < end; ) {
    const part = firstPart({ sorted, start: from, end }, shared);
    children[nibbleAt(sorted[from]!.key, shared)] = build(part, shared + 1);
    from = part.end;
  }
  return extensionOf(nibblesOf(first.key, depth, shared), branchOf(children, entry));
}

/** Those that have, like the first of them, the same nibble at an index, which all keys have. */
export function firstPart<Item extends Pick<TrieEntry, "key">>(
  { sorted, start, end }: Span<Item>,
  index: number,
): Span<Item> {
  const nibble = nibbleAt(sorted[start]!.key, index);
  let next = start + 1;
  while (next < end && nibbleAt(sorted[next]!.key, index) === nibble) next++;
  return { sorted, start, end: next };
}
