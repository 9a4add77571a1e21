// Changes to a trie, all at once: each node on their ways is made, and hashed, once. What does not
// change is shared with the trie before. Source: Ethereum yellow paper, appendix D.

import { assert } from "../../../sim/assert.ts";
import { built, firstPart, noChildren, type Span } from "./build.ts";
import { compareKeys, joinedPath, matchLength, nibbleAt, nibbleCount } from "./nibbles.ts";
import {
  branchOf,
  extensionOf,
  leafOf,
  type TrieBranch,
  type TrieEntry,
  type TrieExtension,
  type TrieLeaf,
  type TrieNode,
} from "./node.ts";

/** A key and its value from now on; undefined deletes it. */
export interface TrieChange {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

/** What a branch holds, before it is known whether it stays one. */
type BranchContent = Pick<TrieBranch, "children" | "entry">;

/** The node after all changes; of several changes of a key the last one counts. */
export function changed(
  node: TrieNode | undefined,
  changes: readonly TrieChange[],
): TrieNode | undefined {
  const sorted = inOrder(changes);
  return change(node, 0, { sorted, start: 0, end: sorted.length });
}

function inOrder(changes: readonly TrieChange[]): readonly TrieChange[] {
  const isAfterLast = ({ key }: TrieChange, i: number): boolean => {
    return i === 0 || compareKeys(changes[i - 1]!.key, key) < 0;
  };
  if (changes.every(isAfterLast)) return changes;
  // The sort is stable: of one key, the last change stays last.
  const sorted = [...changes].sort((a, b) => compareKeys(a.key, b.key));
  return sorted.filter(({ key }, i) => {
    return i === sorted.length - 1 || compareKeys(key, sorted[i + 1]!.key) !== 0;
  });
}

function change(
  node: TrieNode | undefined,
  depth: number,
  changes: Span<TrieChange>,
): TrieNode | undefined {
  if (changes.start === changes.end) return node;
  if (node === undefined) return built(putsOf(changes), depth);
  if (node.kind === "leaf") return changeLeaf(node, depth, changes);
  if (node.kind === "extension") return changeExtension(node, depth, changes);
  return changeBranch(node, depth, changes);
}

function putsOf({ sorted, start, end }: Span<TrieChange>): TrieEntry[] {
  const puts: TrieEntry[] = [];
  for (let i = start; i < end; i++) {
    const { key, value } = sorted[i]!;
    if (value !== undefined) puts.push({ key, value });
  }
  return puts;
}

function changeLeaf(
  leaf: TrieLeaf,
  depth: number,
  changes: Span<TrieChange>,
): TrieNode | undefined {
  const entries = merged(leaf, changes);
  const isAsBefore = entries.length === 1 && entries[0] === leaf;
  return isAsBefore ? leaf : built(entries, depth);
}

/** What becomes of an entry, among the others that are put. */
function merged(entry: TrieEntry, { sorted, start, end }: Span<TrieChange>): TrieEntry[] {
  const entries: TrieEntry[] = [];
  let own: TrieEntry | undefined = entry;
  for (let i = start; i < end; i++) {
    const { key, value } = sorted[i]!;
    const order = own === undefined ? -1 : compareKeys(key, own.key);
    if (order === 0) {
      own = changedEntry(own, sorted[i]!);
      continue;
    }
    if (order > 0 && own !== undefined) {
      entries.push(own);
      own = undefined;
    }
    if (value !== undefined) entries.push({ key, value });
  }
  if (own !== undefined) entries.push(own);
  return entries;
}

/** The same object when the value is the same, so that nothing is made anew. */
function changedEntry(
  entry: TrieEntry | undefined,
  { key, value }: TrieChange,
): TrieEntry | undefined {
  if (value === undefined) return undefined;
  return entry !== undefined && compareKeys(entry.value, value) === 0 ? entry : { key, value };
}

function changeExtension(
  extension: TrieExtension,
  depth: number,
  changes: Span<TrieChange>,
): TrieNode | undefined {
  const { path, child } = extension;
  const { shared, within } = reachOf(path, depth, changes);
  if (within.start === within.end) return extension;
  if (shared === path.length) {
    const after = changeBranch(child, depth + shared, within);
    return after === child ? extension : joined(path, after, depth);
  }
  // A put leaves the path half-way: there will be a branch.
  const children = noChildren();
  children[path[shared]!] = extensionOf(path.slice(shared + 1), child);
  const content = changedContent({ children, entry: undefined }, depth + shared, within);
  assert(content !== undefined, "a put that changes nothing at depth", depth + shared);
  return joined(path.slice(0, shared), normal(content, depth + shared), depth);
}

/** How much of a path all puts share, and the changes that are left: no deletion beside it. */
function reachOf(
  path: Uint8Array,
  depth: number,
  { sorted, start, end }: Span<TrieChange>,
): { readonly shared: number; readonly within: Span<TrieChange> } {
  let shared = path.length;
  const within: TrieChange[] = [];
  for (let i = start; i < end; i++) {
    const length = matchLength(path, sorted[i]!.key, depth);
    if (length < path.length && sorted[i]!.value === undefined) continue;
    shared = Math.min(shared, length);
    within.push(sorted[i]!);
  }
  return { shared, within: { sorted: within, start: 0, end: within.length } };
}

function changeBranch(
  branch: TrieBranch,
  depth: number,
  changes: Span<TrieChange>,
): TrieNode | undefined {
  const content = changedContent(branch, depth, changes);
  return content === undefined ? branch : normal(content, depth);
}

/** What a branch holds after the changes; undefined when that is what it held before. */
function changedContent(
  before: BranchContent,
  depth: number,
  { sorted, start, end }: Span<TrieChange>,
): BranchContent | undefined {
  const children = before.children.slice();
  const first = sorted[start]!;
  const isOwn = nibbleCount(first.key) === depth;
  const entry = isOwn ? changedEntry(before.entry, first) : before.entry;
  let isChanged = entry !== before.entry;
  for (let from = isOwn ? start + 1 : start; from < end; ) {
    const part = firstPart({ sorted, start: from, end }, depth);
    const nibble = nibbleAt(sorted[from]!.key, depth);
    const child = change(children[nibble], depth + 1, part);
    if (child !== children[nibble]) {
      children[nibble] = child;
      isChanged = true;
    }
    from = part.end;
  }
  return isChanged ? { children, entry } : undefined;
}

/** The one node that may hold this: no branch stays that has one way to go on, or none. */
function normal({ children, entry }: BranchContent, depth: number): TrieNode | undefined {
  const count = children.reduce((sum, child) => (child === undefined ? sum : sum + 1), 0);
  if (count === 0) return entry === undefined ? undefined : leafOf(entry, depth);
  if (count > 1 || entry !== undefined) return branchOf(children, entry);
  const nibble = children.findIndex((child) => child !== undefined);
  return joined(Uint8Array.of(nibble), children[nibble], depth);
}

/** What is below a path that begins at `depth`. */
function joined(path: Uint8Array, node: TrieNode | undefined, depth: number): TrieNode | undefined {
  if (node === undefined || path.length === 0) return node;
  if (node.kind === "leaf") return leafOf(node, depth);
  if (node.kind === "branch") return extensionOf(path, node);
  return extensionOf(joinedPath(path, node.path), node.child);
}
