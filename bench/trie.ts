// Updates of accounts in a Merkle Patricia trie, with a root after every 100, as blocks make them;
// and beside it the permutations of Keccak that this takes, bare.

import { keccak256 } from "../src/protocols/block-sync/encoding/hash.ts";
import { encodeList } from "../src/protocols/block-sync/encoding/rlp.ts";
import { encodeNode, HASH_BYTES } from "../src/protocols/block-sync/trie/node.ts";
import {
  type Trie,
  type TrieChange,
  trieRoot,
  trieUpdate,
} from "../src/protocols/block-sync/trie/trie.ts";

const ACCOUNTS = 10_000;
const BATCH = 100;
/** Prime to the number of accounts: all of them come in turn, from all over the trie. */
const STRIDE = 7_919;
/** Bytes that one permutation of Keccak-256 takes in; at least one of the last is padding. */
const BLOCK_BYTES = 136;

/**
 * A trie of accounts, `[nonce, balance]` by the hash of the address, and who comes next. The keys
 * are hashed once for each account, before: whoever holds accounts knows them.
 */
export class Accounts {
  readonly #keys: readonly Uint8Array[];
  #trie: Trie;
  #updates = 0;

  constructor() {
    this.#keys = Array.from({ length: ACCOUNTS }, (_, i) => keccak256(addressOf(i)));
    const value = encodeList([0, 1_000_000]);
    this.#trie = trieUpdate(
      undefined,
      this.#keys.map((key) => ({ key, value })),
    );
  }

  /** Updates so many accounts, a multiple of 100, and gives the root after the last. */
  update(count: number): Uint8Array {
    let root = trieRoot(this.#trie);
    for (let done = 0; done < count; done += BATCH) {
      this.#trie = trieUpdate(this.#trie, this.#nextBatch());
      root = trieRoot(this.#trie);
    }
    return root;
  }

  /** How many permutations so many updates take: those of the nodes that are not shared. */
  permutations(count: number): number {
    let sum = 0;
    for (let done = 0; done < count; done += BATCH) {
      const before = this.#trie;
      this.#trie = trieUpdate(before, this.#nextBatch());
      sum += permutationsOf(this.#trie, before, 0);
    }
    return sum;
  }

  #nextBatch(): TrieChange[] {
    return Array.from({ length: BATCH }, () => {
      const update = this.#updates++;
      const key = this.#keys[(update * STRIDE) % ACCOUNTS]!;
      return { key, value: encodeList([update, 1_000_000 + update]) };
    });
  }
}

/** Hashes as much as so many permutations take in: branches of 16 hashes, four each. */
export function permute(count: number): void {
  const branch = new Uint8Array(532);
  for (let done = 0; done < count; done += 4) {
    branch[0] = done;
    keccak256(branch);
  }
}

function addressOf(account: number): Uint8Array {
  const bytes = new Uint8Array(20);
  new DataView(bytes.buffer).setUint32(16, account);
  return bytes;
}

function permutationsOf(node: Trie, before: Trie, depth: number): number {
  if (node === undefined || node === before) return 0;
  const isHashed = node.reference.length === HASH_BYTES;
  const size = encodeNode(node, depth).length;
  const own = isHashed ? Math.floor(size / BLOCK_BYTES) + 1 : 0;
  if (node.kind === "leaf") return own;
  if (node.kind === "extension") {
    const child = before?.kind === "extension" ? before.child : undefined;
    return own + permutationsOf(node.child, child, depth + node.path.length);
  }
  const children = before?.kind === "branch" ? before.children : [];
  return node.children.reduce((sum, child, i) => {
    return sum + permutationsOf(child, children[i], depth + 1);
  }, own);
}
