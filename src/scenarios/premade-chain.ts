// Blocks that are there before a run begins, as files on the disks of those who have them.

import { type BuiltBlock, buildBlock } from "../protocols/block-sync/build-block.ts";
import type { ChainBlock } from "../protocols/block-sync/chain.ts";
import type { Wallet } from "../protocols/block-sync/client/wallet.ts";
import type { Checkpoint } from "../protocols/block-sync/finality/vote.ts";
import { type Genesis, slotOf, slotStart } from "../protocols/block-sync/genesis.ts";
import { segmentFile, writeBlock, writeStart } from "../protocols/block-sync/store/segments.ts";
import { emptyVoteLog } from "../protocols/block-sync/store/vote-log.ts";
import type { Transaction } from "../protocols/block-sync/transaction.ts";
import { trieEntries } from "../protocols/block-sync/trie/trie.ts";
import type { ChainRules } from "../protocols/block-sync/validation.ts";
import type { ByteWriter } from "../protocols/codec.ts";
import { journalOf } from "../protocols/journal.ts";
import { assert, UsageError } from "../sim/assert.ts";
import { checkCount, checkRecord } from "../sim/check.ts";
import type { NodeId } from "../sim/env.ts";

/** What of a chain was made before the run. */
export interface PremadeOptions {
  /** How many blocks there are above genesis, the last one just before the run; 0 for none. */
  readonly blocks: number;
  /** Payments in each block. */
  readonly payments: number;
  /** And bytes of data in each of them. */
  readonly dataBytes: number;
  /** How many of these blocks a host has on its disk; hosts without an entry have none. */
  readonly heightOf: Readonly<Record<NodeId, number>>;
  /** Validators with a branch of their own, and how many blocks it has above the common ones. */
  readonly branchOf: Readonly<Record<NodeId, number>>;
}

export const noPremade: PremadeOptions = {
  ...{ blocks: 0, payments: 0, dataBytes: 0, heightOf: {}, branchOf: {} },
};

/** Checks what comes from outside; throws a UsageError that names the path. */
export function checkPremade(value: unknown, path: string): PremadeOptions {
  const fields = checkRecord(value, path, Object.keys(noPremade));
  const blocks = checkCount(fields.blocks, `${path}.blocks`, 0);
  const countsOf = (field: "heightOf" | "branchOf"): Record<NodeId, number> => {
    const entries = Object.entries(checkRecord(fields[field], `${path}.${field}`));
    const counts = entries.map(([host, count]) => {
      return [host, checkCount(count, `${path}.${field}.${host}`, 0, blocks)] as const;
    });
    return Object.fromEntries(counts);
  };
  const premade = {
    ...{ blocks, payments: checkCount(fields.payments, `${path}.payments`, 0) },
    dataBytes: checkCount(fields.dataBytes, `${path}.dataBytes`, 0),
    ...{ heightOf: countsOf("heightOf"), branchOf: countsOf("branchOf") },
  };
  for (const host of Object.keys(premade.branchOf)) {
    if (premade.heightOf[host] !== undefined) continue;
    throw new UsageError(`${path}.branchOf.${host}: expected a host of heightOf, got ${host}`);
  }
  return premade;
}

/** What a chain is made with. */
export interface PremadeSetup {
  readonly genesis: Genesis;
  readonly rules: ChainRules;
  readonly wallet: Wallet;
  /** Names of the validators' keys, in the order of their slots. */
  readonly producers: Readonly<Record<NodeId, string>>;
  /** Accounts that pay one another in turn. */
  readonly payers: readonly string[];
  readonly options: PremadeOptions;
}

/** A chain that was made, and branches of it. */
export class PremadeChain {
  readonly #setup: PremadeSetup;
  /** By height less 1. */
  readonly #blocks: BuiltBlock[] = [];
  readonly #branches = new Map<NodeId, readonly BuiltBlock[]>();
  readonly #nonces = new Map<string, number>();

  /** Makes all blocks. O(blocks and payments): a signature each. */
  constructor(setup: PremadeSetup) {
    this.#setup = setup;
    const { options, producers } = setup;
    const names = Object.values(producers);
    for (let height = 1; height <= options.blocks; height++) {
      const producer = names[height % names.length]!;
      this.#blocks.push(this.#next(this.#blocks.at(-1), height, producer));
    }
    for (const host of Object.keys(options.branchOf)) {
      this.#branches.set(host, this.#branch(host));
    }
  }

  /** A block of the chain by its height, of which genesis is 0. */
  at(height: number): ChainBlock {
    if (height === 0) {
      const { block, trie } = this.#setup.genesis;
      return { ...block, transactions: [], accounts: { trie } };
    }
    assert(height <= this.#blocks.length, "no block was made of height", height);
    const { block, transactions, executed } = this.#blocks[height - 1]!;
    const hashes = transactions.map(({ hash }) => hash);
    return { ...block, transactions: hashes, accounts: { trie: executed.trie } };
  }

  checkpointAt(height: number): Checkpoint {
    return { height, hash: this.at(height).header.hash };
  }

  /** What a host has on its disk, as a node with these options would have written it. */
  filesOf(
    host: NodeId,
    store: { readonly segmentBlocks: number; readonly keptBlocks: number },
  ): ReadonlyMap<string, Uint8Array> {
    const files = new Map<string, Uint8Array>();
    const { heightOf } = this.#setup.options;
    const blocks = [
      ...this.#blocks.slice(0, heightOf[host] ?? 0),
      ...(this.#branches.get(host) ?? []),
    ];
    if (blocks.length === 0) return files;
    let previousBytes = 0;
    for (let from = 0; from < blocks.length; from += store.segmentBlocks) {
      const base = store.keptBlocks > 0 ? blocks[from - 1] : undefined;
      const bytes = journalOf([
        (writer) => this.#writeStart(writer, previousBytes, base),
        ...blocks
          .slice(from, from + store.segmentBlocks)
          .map(({ block, executed }) => (writer: ByteWriter) => {
            writeBlock(writer, block, executed.changes);
          }),
      ]);
      files.set(segmentFile(files.size + 1), bytes);
      previousBytes = bytes.length;
    }
    const votes = emptyVoteLog();
    files.set(votes.file, votes.bytes);
    return files;
  }

  #writeStart(writer: ByteWriter, previousBytes: number, base: BuiltBlock | undefined): void {
    const { genesis } = this.#setup;
    writeStart(writer, {
      ...{ genesis: genesis.block.header.hash, previousBytes },
      base: base && {
        ...{ header: base.block.header, accounts: trieEntries(base.executed.trie) },
      },
    });
  }

  /** Blocks of one validator alone, in its own slots, behind what it has of the chain. */
  #branch(host: NodeId): readonly BuiltBlock[] {
    const { options, producers, rules } = this.#setup;
    const hosts = Object.keys(producers);
    const from = options.heightOf[host]!;
    const blocks: BuiltBlock[] = [];
    let parent = this.#blocks[from - 1];
    for (let slot = from + 1; blocks.length < options.branchOf[host]!; slot++) {
      if (hosts[slot % hosts.length] !== host) continue;
      parent = this.#build(parent, slotStart(rules.genesis, slot), producers[host]!, []);
      blocks.push(parent);
    }
    return blocks;
  }

  #next(parent: BuiltBlock | undefined, slot: number, producer: string): BuiltBlock {
    const { options, rules } = this.#setup;
    const payments = Array.from({ length: options.payments }, (_, i) =>
      this.#payment(slot * options.payments + i),
    );
    return this.#build(parent, slotStart(rules.genesis, slot), producer, payments);
  }

  #build(
    parent: BuiltBlock | undefined,
    timestamp: number,
    producer: string,
    payments: readonly Transaction[],
  ): BuiltBlock {
    const { genesis, rules, wallet } = this.#setup;
    assert(slotOf(rules.genesis, timestamp) > 0, "a block in the slot of genesis");
    const proposal = {
      parent: parent?.block.header ?? genesis.block.header,
      accounts: parent === undefined ? genesis.trie : parent.executed.trie,
      ...{ candidates: payments, timestamp, keys: wallet.pairOf(producer) },
    };
    const built = buildBlock(proposal, rules);
    assert(built.transactions.length === payments.length, "a payment found no room");
    return built;
  }

  #payment(number: number): Transaction {
    const { payers, wallet, options } = this.#setup;
    assert(payers.length > 0, "there is nobody to pay");
    const from = payers[number % payers.length]!;
    const nonce = this.#nonces.get(from) ?? 0;
    this.#nonces.set(from, nonce + 1);
    const to = payers[(number + 1) % payers.length]!;
    return wallet.pay({ from, to, amount: 1, nonce, data: new Uint8Array(options.dataBytes) });
  }
}
