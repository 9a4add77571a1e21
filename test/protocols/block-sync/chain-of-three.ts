// A chain of three validators for tests: its rules, its genesis, and blocks on top of blocks.

import type { Block, Header } from "../../../src/protocols/block-sync/block.ts";
import { signHeader } from "../../../src/protocols/block-sync/block.ts";
import { type BuiltBlock, buildBlock } from "../../../src/protocols/block-sync/build-block.ts";
import { newChainChecks } from "../../../src/protocols/block-sync/chain-reader.ts";
import {
  type GenesisOptions,
  genesisOf,
  slotStart,
} from "../../../src/protocols/block-sync/genesis.ts";
import {
  type ChainLimits,
  defaultBlockSyncOptions,
} from "../../../src/protocols/block-sync/options.ts";
import type { Transaction } from "../../../src/protocols/block-sync/transaction.ts";
import type { Trie } from "../../../src/protocols/block-sync/trie/trie.ts";
import { type ChainRules, chainRules } from "../../../src/protocols/block-sync/validation.ts";
import {
  addresses,
  alice,
  bob,
  carol,
  type Person,
  TRANSACTION_BYTES_MAX,
} from "./chain-support.ts";

/** In the order of their slots: Alice has 0, 3, 6 and so on. */
export const VALIDATORS: readonly Person[] = [alice, bob, carol];

export const GENESIS: GenesisOptions = {
  ...{ name: "three", timestamp: 1_000_000, slotTime: 100 },
  validators: VALIDATORS.map(({ publicKey }) => publicKey),
  balances: { [alice.address]: 1_000_000, [bob.address]: 1_000_000 },
};

export const genesis = genesisOf(GENESIS, addresses);

/** Ten transfers a block; 1,024 bytes a transaction and 4,096 a body. */
export function rulesOfThree(over: Partial<ChainLimits> = {}): ChainRules {
  const limits = {
    ...defaultBlockSyncOptions.limits,
    ...{ blockGas: 210_000, blockBytes: 4_096, transactionBytes: TRANSACTION_BYTES_MAX },
    ...over,
  };
  return chainRules(GENESIS, genesis.block.header.hash, limits, newChainChecks());
}

/** The block that the owner of a slot makes of candidates. */
export function blockOf(
  slot: number,
  candidates: Iterable<Transaction> = [],
  on: { readonly header: Header; readonly trie: Trie } = onGenesis,
): BuiltBlock {
  const { keys } = VALIDATORS[slot % 3]!;
  const timestamp = slotStart(GENESIS, slot);
  const proposal = { parent: on.header, accounts: on.trie, candidates, timestamp, keys };
  return buildBlock(proposal, rulesOfThree());
}

export const onGenesis = { header: genesis.block.header, trie: genesis.trie };

/** The header with something else in it, signed by its producer or by somebody else. */
export function resigned(header: Header, over: Partial<Header>, by?: Person): Header {
  const owner = VALIDATORS.find(({ publicKey }) => publicKey === header.producer)!;
  return signHeader({ ...header, ...over }, (by ?? owner).keys);
}

/** The block with another body, whose root its header has. */
export function withBody(block: Block, body: readonly Uint8Array[], root: string): Block {
  return { header: resigned(block.header, { transactionsRoot: root }), body };
}
