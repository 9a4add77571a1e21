// Blocks for tests of the chain: linked as blocks are, with bodies and states of no meaning.

import type { ChainBlock } from "../../src/protocols/block-sync/chain.ts";
import { type Hash, hashOf } from "../../src/protocols/block-sync/encoding/hash.ts";
import type { Checkpoint, Vote } from "../../src/protocols/block-sync/finality/vote.ts";

/** The first block of the chains of tests. */
export const FIRST = block("first", undefined);

/** A block behind another one; its hash follows from its name, and so do its transactions'. */
export function block(
  name: string,
  parent: ChainBlock | undefined,
  transactions: readonly string[] = [],
): ChainBlock {
  const bytes = new TextEncoder().encode(name);
  const header = {
    height: parent === undefined ? 0 : parent.header.height + 1,
    parent: parent?.header.hash ?? "00".repeat(32),
    ...{ stateRoot: "", transactionsRoot: "", timestamp: 0, producer: "" },
    ...{ signature: new Uint8Array(0), hash: hashOf(bytes), bytes },
  };
  const body = transactions.map((text) => new TextEncoder().encode(text));
  return { header, body, transactions: body.map(hashOf), accounts: { trie: undefined } };
}

/** Blocks behind each other. */
export function line(name: string, parent: ChainBlock, count: number): readonly ChainBlock[] {
  const blocks: ChainBlock[] = [];
  for (let i = 1; i <= count; i++) blocks.push(block(`${name}${i}`, blocks.at(-1) ?? parent));
  return blocks;
}

export function hashesOf(blocks: readonly ChainBlock[]): readonly Hash[] {
  return blocks.map(({ header }) => header.hash);
}

export function pointOf({ header: { height, hash } }: ChainBlock): Checkpoint {
  return { height, hash };
}

/** A vote without a signature. */
export function voteOf(validator: string, source: ChainBlock, target: ChainBlock): Vote {
  const text = [validator, source.header.hash, target.header.hash].join(" ");
  return {
    ...{ validator, source: pointOf(source), target: pointOf(target) },
    ...{ signature: new Uint8Array(0), bytes: new TextEncoder().encode(text) },
  };
}
