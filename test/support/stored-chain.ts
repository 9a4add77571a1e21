// Blocks whose hashes, roots and encodings are right, and a store of them on a disk that the test
// moves by hand.

import { signHeader, unsignedHeader } from "../../src/protocols/block-sync/block.ts";
import { type ChainBlock, newChain } from "../../src/protocols/block-sync/chain.ts";
import { hashOf, keccak256 } from "../../src/protocols/block-sync/encoding/hash.ts";
import { keyPairOf } from "../../src/protocols/block-sync/encoding/keys.ts";
import { addBlock, addVotes } from "../../src/protocols/block-sync/finality/finality.ts";
import { signVote, type Vote } from "../../src/protocols/block-sync/finality/vote.ts";
import {
  defaultBlockSyncOptions,
  type StoreOptions,
} from "../../src/protocols/block-sync/options.ts";
import {
  ChainStore,
  type Durable,
  newChainStore,
  type RecoveredChain,
} from "../../src/protocols/block-sync/store/chain-store.ts";
import {
  orderedRoot,
  type TrieChange,
  trieRoot,
  trieUpdate,
} from "../../src/protocols/block-sync/trie/trie.ts";
import { hexOf } from "../../src/protocols/hex.ts";
import type { DiskError } from "../../src/sim/env.ts";
import { ManualDisk } from "./recording-env.ts";

/** A block and what it changes. */
export interface Made {
  readonly block: ChainBlock;
  readonly changes: readonly TrieChange[];
}

export const KEYS = keyPairOf(new Uint8Array(32).fill(1));
export const VALIDATORS = [hexOf(KEYS.publicKey)];

const EMPTY = hexOf(orderedRoot([]));

export const GENESIS: ChainBlock = {
  header: unsignedHeader({
    ...{ height: 0, parent: "00".repeat(32), timestamp: 0 },
    ...{ stateRoot: hexOf(trieRoot(undefined)), transactionsRoot: EMPTY },
  }),
  ...{ body: [], transactions: [], accounts: { trie: undefined } },
};

/** A block of two transactions that changes an account of its own and one that all change. */
export function madeBlock(name: string, parent: ChainBlock): Made {
  const changes = [
    { key: keccak256(textOf("shared")), value: textOf(name) },
    { key: keccak256(textOf(name)), value: textOf(`account of ${name}`) },
  ];
  const trie = trieUpdate(parent.accounts?.trie, changes);
  const body = [textOf(`first of ${name}`), textOf(`second of ${name}`)];
  const height = parent.header.height + 1;
  const header = signHeader(
    {
      ...{ height, parent: parent.header.hash, timestamp: height },
      ...{ stateRoot: hexOf(trieRoot(trie)), transactionsRoot: hexOf(orderedRoot(body)) },
    },
    KEYS,
  );
  return { block: { header, body, transactions: body.map(hashOf), accounts: { trie } }, changes };
}

/** Blocks behind each other. */
export function madeLine(name: string, parent: ChainBlock, count: number): readonly Made[] {
  const blocks: Made[] = [];
  for (let i = 1; i <= count; i++) {
    blocks.push(madeBlock(`${name}${i}`, blocks.at(-1)?.block ?? parent));
  }
  return blocks;
}

/** The vote of the only validator for the link of a block to its child. */
export function madeVote(source: ChainBlock, target: ChainBlock): Vote {
  const [from, to] = [source.header, target.header];
  const link = [from, to].map(({ height, hash }) => ({ height, hash }));
  return signVote(link[0]!, link[1]!, KEYS);
}

/** One life of a node that has a store and nothing else. */
export class StoredNode {
  readonly disk: ManualDisk;
  readonly state = newChainStore();
  readonly store: ChainStore;
  readonly recovered: RecoveredChain;
  readonly durable: Durable[] = [];
  #chain = newChain(GENESIS);

  constructor(disk = new ManualDisk(), options: Partial<StoreOptions> = {}) {
    this.disk = disk;
    const store = { ...defaultBlockSyncOptions.store, ...options };
    this.store = new ChainStore(disk, {
      ...{ genesis: GENESIS, validators: VALIDATORS },
      options: { ...defaultBlockSyncOptions, store },
      state: () => this.state,
      chain: () => this.#chain,
    });
    this.recovered = this.store.recover();
    this.#chain = this.recovered.chain;
  }

  get chain() {
    return this.#chain;
  }

  get finality() {
    return this.recovered.finality;
  }

  /** Imports blocks, as a node does. */
  add(...made: readonly Made[]): void {
    for (const { block, changes } of made) {
      addBlock(this.finality, this.#chain, block);
      this.store.append(block, changes);
    }
  }

  /** Imports blocks one by one, each durable before the next and all but the last final. */
  addFinal(...made: readonly Made[]): void {
    for (const one of made) {
      const parent = this.#chain.blocks.get(one.block.header.parent)!;
      this.add(one);
      this.#finalize(parent, one.block);
    }
  }

  /** A block that is stored becomes part of the chain, and its parent final. */
  adopt(block: ChainBlock): void {
    const parent = this.#chain.blocks.get(block.header.parent)!;
    addBlock(this.finality, this.#chain, block);
    this.#finalize(parent, block);
  }

  #finalize(parent: ChainBlock, block: ChainBlock): void {
    addVotes(this.finality, this.#chain, [madeVote(parent, block)]);
    const { certificate } = this.finality;
    if (certificate !== undefined) this.store.appendCertificate("final", certificate);
    this.store.prune();
    this.settle();
  }

  /** Completes all syncs, and those that follow. */
  settle(error?: DiskError): void {
    while (this.disk.syncs.length > 0) this.complete(error);
  }

  /** Completes the oldest sync, well or with an error. */
  complete(error?: DiskError): void {
    const [sync] = this.disk.syncs;
    if (error === undefined) {
      this.durable.push(...this.store.onSynced(this.disk.completeSync(), undefined));
      return;
    }
    this.disk.syncs.shift();
    this.disk.abandon(sync!.written, sync!.scope);
    this.durable.push(...this.store.onSynced(sync!.token, error));
  }
}

function textOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
