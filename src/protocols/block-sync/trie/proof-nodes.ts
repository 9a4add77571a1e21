// Nodes that come from outside as their encodings, and are believed for their hashes.

import { hexOf } from "../../hex.ts";
import { hashOf } from "../encoding/hash.ts";
import { decodeList, isMalformed, type RlpList } from "../encoding/rlp.ts";
import { readPrefix } from "./nibbles.ts";
import { HASH_BYTES } from "./node.ts";

/** No bytes for no node, a node shorter than 32 bytes itself, or the hash of one. */
export type Reference = Uint8Array;

/** What a node says of what is below. Paths are of one nibble a byte. */
export type ProofNode =
  | { readonly kind: "leaf"; readonly path: Uint8Array; readonly value: Uint8Array }
  | { readonly kind: "extension"; readonly path: Uint8Array; readonly child: Reference }
  | ProofBranch;

export interface ProofBranch {
  readonly kind: "branch";
  readonly children: readonly Reference[];
  /** Of the key that ends here; no bytes for none. */
  readonly value: Uint8Array;
}

/** The nodes of a proof, found by their hashes. Counts which of them were needed. */
export class ProofNodes {
  readonly #byHash: ReadonlyMap<string, Uint8Array>;
  readonly #used = new Set<string>();
  readonly #count: number;

  constructor(encodings: readonly Uint8Array[]) {
    this.#byHash = new Map(encodings.map((encoding) => [hashOf(encoding), encoding]));
    this.#count = encodings.length;
  }

  /** Whether each node was asked for, and none came twice. */
  get areAllUsed(): boolean {
    return this.#used.size === this.#count;
  }

  /** The node of a hash; undefined when the proof has not got it, or it is no node. */
  byHash(hash: Uint8Array): ProofNode | undefined {
    const name = hexOf(hash);
    const encoding = this.#byHash.get(name);
    if (encoding === undefined) return undefined;
    this.#used.add(name);
    return nodeOf(encoding);
  }

  /** The node that is referred to, by its hash or by itself. */
  byReference(reference: Reference): ProofNode | undefined {
    return reference.length === HASH_BYTES ? this.byHash(reference) : nodeOf(reference);
  }
}

interface Item {
  readonly isList: boolean;
  readonly bytes: Uint8Array;
}

function nodeOf(encoding: Uint8Array): ProofNode | undefined {
  const items = decodeList(encoding, "node", itemsOf);
  if (isMalformed(items)) return undefined;
  if (items.length === 17) return branchOf(items);
  return items.length === 2 ? shortOf(items[0]!, items[1]!) : undefined;
}

function itemsOf(list: RlpList): Item[] {
  const items: Item[] = [];
  while (!list.isAtEnd && items.length < 17) {
    const isList = list.isNextList;
    const sizeBytesMax = Number.MAX_SAFE_INTEGER;
    const bytes = isList ? list.raw("child", HASH_BYTES) : list.bytesUpTo("item", sizeBytesMax);
    items.push({ isList, bytes });
  }
  return items;
}

function branchOf(items: readonly Item[]): ProofNode | undefined {
  const value = items[16]!;
  const children = items.slice(0, 16).map(referenceOf);
  if (value.isList || children.includes(undefined)) return undefined;
  return { kind: "branch", children: children.filter(isThere), value: value.bytes };
}

function shortOf(first: Item, second: Item): ProofNode | undefined {
  const prefix = first.isList ? undefined : readPrefix(first.bytes);
  if (prefix === undefined || second.bytes.length === 0) return undefined;
  const { isLeaf, path } = prefix;
  if (isLeaf) return second.isList ? undefined : { kind: "leaf", path, value: second.bytes };
  const child = referenceOf(second);
  if (child === undefined || path.length === 0) return undefined;
  return { kind: "extension", path, child };
}

/** A node within its parent is a list shorter than a hash; a hash is a string. */
function referenceOf({ isList, bytes }: Item): Reference | undefined {
  const isFit = isList ? bytes.length < HASH_BYTES : [0, HASH_BYTES].includes(bytes.length);
  return isFit ? bytes : undefined;
}

const isThere = (reference: Reference | undefined): reference is Reference => {
  return reference !== undefined;
};
