// Proofs that entries are all there are between two keys, in the trie of a root: what a node that
// downloads a state needs of each part. Source: the range proofs of go-ethereum's snap protocol,
// devp2p `snap/1` §AccountRange. They are checked from the root down: what is within the range must
// be built of the entries alone, what is beyond it is only referred to, and on the two ways along
// its bounds the nodes are shown.

import { assert } from "../../../sim/assert.ts";
import { hashOf } from "../encoding/hash.ts";
import { build, built, firstPart, type Span } from "./build.ts";
import {
  compareKeys,
  joinedPath,
  keyOf,
  matchLength,
  nibbleAt,
  nibbleCount,
  sideOf,
} from "./nibbles.ts";
import type { TrieEntry } from "./node.ts";
import { type InvalidProof, invalid, proveKey } from "./proof.ts";
import { type ProofBranch, type ProofNode, ProofNodes, type Reference } from "./proof-nodes.ts";
import { type RangeLimit, type Trie, trieEntries, trieRoot } from "./trie.ts";

/** Entries that follow each other, and the nodes on the ways to the start and to the last one. */
export interface TrieRange {
  /** In the order of their keys. */
  readonly entries: readonly TrieEntry[];
  readonly proof: readonly Uint8Array[];
}

/** Whether the trie holds more behind the range, or why the range is not believed. */
export type RangeResult = { readonly kind: "complete"; readonly hasMore: boolean } | InvalidProof;

/** The entries from a start on, as many as may be, with the proof that none is left out. */
export function proveRange(trie: Trie, limit: RangeLimit): TrieRange {
  const entries = trieEntries(trie, limit);
  const first = proveKey(trie, limit.start);
  const last = entries.length === 0 ? [] : proveKey(trie, entries.at(-1)!.key);
  const known = new Map([...first, ...last].map((node) => [hashOf(node), node]));
  return { entries, proof: [...known.values()] };
}

/**
 * Whether a range holds all entries from `start` to its last one in the trie that has the root, or,
 * when it holds none, whether there is none from `start` on. A node too many makes it invalid, as
 * for one key. Recurses as deep as the longest key: who reads entries from outside bounds these.
 */
export function checkRange(
  root: Uint8Array,
  start: Uint8Array,
  { entries, proof }: TrieRange,
): RangeResult {
  const flaw = flawInOrder(start, entries);
  if (flaw !== undefined) return invalid(flaw);
  if (proof.length === 0) {
    // Without bounds: the entries are all of the trie, as when it is empty.
    const isWhole = compareKeys(root, trieRoot(built(entries))) === 0;
    return isWhole ? { kind: "complete", hasMore: false } : invalid("entries of another trie");
  }
  return new RangeCheck(new ProofNodes(proof), start, entries).fromRoot(root);
}

function flawInOrder(start: Uint8Array, entries: readonly TrieEntry[]): string | undefined {
  if (entries.some(({ value }) => value.length === 0)) return "an empty value";
  if (entries[0] !== undefined && compareKeys(entries[0].key, start) < 0)
    return "a key below start";
  const isAscending = ({ key }: TrieEntry, i: number): boolean => {
    return i === 0 || compareKeys(entries[i - 1]!.key, key) < 0;
  };
  return entries.every(isAscending) ? undefined : "keys out of order";
}

/** A place in the trie: what is known of it, and which entries should be below. */
interface Place {
  /** The nibbles that lead there. */
  readonly path: Uint8Array;
  /** Whether they are the first ones of `start`: part of what is below may come before it. */
  readonly isOnStart: boolean;
  /** Whether they are the first ones of the last key: part of what is below may come after it. */
  readonly isOnLast: boolean;
  readonly entries: Span<TrieEntry>;
}

/** Each method gives what is wrong, or undefined. */
class RangeCheck {
  readonly #nodes: ProofNodes;
  readonly #start: Uint8Array;
  readonly #entries: readonly TrieEntry[];
  #hasMore = false;

  constructor(nodes: ProofNodes, start: Uint8Array, entries: readonly TrieEntry[]) {
    this.#nodes = nodes;
    this.#start = start;
    this.#entries = entries;
  }

  fromRoot(root: Uint8Array): RangeResult {
    const entries = { sorted: this.#entries, start: 0, end: this.#entries.length };
    const isOnLast = this.#entries.length > 0;
    const place = { path: new Uint8Array(0), isOnStart: true, isOnLast, entries };
    const flaw = this.#node(this.#nodes.byHash(root), place);
    if (flaw !== undefined) return invalid(flaw);
    if (!this.#nodes.areAllUsed) return invalid("nodes that are not along the bounds");
    return { kind: "complete", hasMore: this.#hasMore };
  }

  #node(node: ProofNode | undefined, place: Place): string | undefined {
    if (node === undefined) return "a node along the bounds is missing, or is none";
    if (node.kind === "branch") return this.#branch(node, place);
    if (node.kind === "extension") return this.#extension(node.path, node.child, place);
    return this.#leaf(joinedPath(place.path, node.path), node.value, place);
  }

  #leaf(path: Uint8Array, value: Uint8Array, place: Place): string | undefined {
    if (path.length % 2 === 1) return "a leaf of half a byte";
    const key = keyOf(path);
    const isWithin = compareKeys(key, this.#start) >= 0;
    return flawIn(place.entries, isWithin ? [{ key, value }] : []);
  }

  #extension(path: Uint8Array, child: Reference, place: Place): string | undefined {
    const depth = place.path.length;
    const toStart = place.isOnStart ? sideOf(path, depth, this.#start) : "above";
    if (toStart === "below") return flawIn(place.entries, []);
    const { sorted, start, end } = place.entries;
    const areAllOn = sorted.slice(start, end).every(({ key }) => {
      return matchLength(path, key, depth) === path.length;
    });
    if (!areAllOn) return OTHER_ENTRIES;
    return this.#below(child, {
      path: joinedPath(place.path, path),
      isOnStart: toStart === "both",
      // The last entry is one of those that go on with the path.
      isOnLast: place.isOnLast,
      entries: place.entries,
    });
  }

  #branch({ children, value }: ProofBranch, place: Place): string | undefined {
    const depth = place.path.length;
    const { sorted, start, end } = place.entries;
    // Children before `first` and after `last` are beyond the bounds.
    const first = place.isOnStart ? nibbleOf(this.#start, depth) : undefined;
    const last = place.isOnLast ? (nibbleOf(this.#entries.at(-1)!.key, depth) ?? -1) : 16;
    let from = start;
    if (first === undefined) {
      if (from < end && nibbleCount(sorted[from]!.key) === depth) from++;
      const own = value.length === 0 ? [] : [{ key: keyOf(place.path), value }];
      const flaw = flawIn({ sorted, start, end: from }, own);
      if (flaw !== undefined) return flaw;
    }
    for (let nibble = first ?? 0; nibble < 16; nibble++) {
      if (nibble > last) {
        if (children[nibble]!.length > 0) this.#hasMore = true;
        continue;
      }
      const entries = partOf({ sorted, start: from, end }, depth, nibble);
      const path = joinedPath(place.path, Uint8Array.of(nibble));
      const [isOnStart, isOnLast] = [nibble === first, nibble === last];
      const flaw = this.#below(children[nibble]!, { path, isOnStart, isOnLast, entries });
      if (flaw !== undefined) return flaw;
      from = entries.end;
    }
    assert(from === end, "entries beyond the bounds at depth", depth);
    return undefined;
  }

  /** What is below a bound's place, or wholly within the range. */
  #below(reference: Reference, place: Place): string | undefined {
    if (!place.isOnStart && !place.isOnLast) {
      const own = build(place.entries, place.path.length)?.reference ?? NOTHING;
      return compareKeys(own, reference) === 0 ? undefined : OTHER_ENTRIES;
    }
    if (reference.length === 0) return flawIn(place.entries, []);
    return this.#node(this.#nodes.byReference(reference), place);
  }
}

const OTHER_ENTRIES = "other entries than the trie holds";
const NOTHING = new Uint8Array(0);

/** The nibble of a key there; undefined where it has ended. */
function nibbleOf(key: Uint8Array, index: number): number | undefined {
  return index < nibbleCount(key) ? nibbleAt(key, index) : undefined;
}

/** Those at the front that go on with a nibble. */
function partOf(span: Span<TrieEntry>, index: number, nibble: number): Span<TrieEntry> {
  const { sorted, start, end } = span;
  const isNext = start < end && nibbleAt(sorted[start]!.key, index) === nibble;
  return isNext ? firstPart(span, index) : { sorted, start, end: start };
}

function flawIn(
  { sorted, start, end }: Span<TrieEntry>,
  expected: readonly TrieEntry[],
): string | undefined {
  const areSame =
    end - start === expected.length &&
    expected.every(({ key, value }, i) => {
      const entry = sorted[start + i]!;
      return compareKeys(entry.key, key) === 0 && compareKeys(entry.value, value) === 0;
    });
  return areSame ? undefined : OTHER_ENTRIES;
}
