// What a node answers when it is asked about its chain.

import { decodeAccount, emptyAccount } from "./account.ts";
import type { Body } from "./block.ts";
import { blockAt, type ChainBlock, type ChainState, tipOf, transactionAt } from "./chain.ts";
import type { Addresses } from "./encoding/addresses.ts";
import type { Hash } from "./encoding/hash.ts";
import type { Address } from "./encoding/keys.ts";
import { isMalformed } from "./encoding/rlp.ts";
import type { ChainHealth, ChainQuery, QueryAnswer } from "./queries.ts";
import { proveKey } from "./trie/proof.ts";
import { trieGet } from "./trie/trie.ts";

const NONE: QueryAnswer = { kind: "none" };

/** What answers need besides the chain. */
export interface AnswerSource {
  readonly chain: ChainState;
  readonly addresses: Addresses;
  /** From memory, or from the disk; undefined when it was pruned. */
  bodyOf(block: ChainBlock): Body | undefined;
  /** Of the next transaction of an address, those that wait counted. */
  nextNonce(address: Address): number;
  verify(): QueryAnswer;
  health(): ChainHealth;
}

/** Answers one question; of what is not there the answer is `none`, which is no error. */
export function answerOf(query: ChainQuery, source: AnswerSource): QueryAnswer {
  const { chain } = source;
  switch (query.op) {
    case "height": {
      const { height, hash } = tipOf(chain).header;
      return { kind: "height", height, hash, finalized: chain.finalized.height };
    }
    case "block":
      return showBlock(chain, blockAt(chain, query.height));
    case "block by hash":
      return showBlock(chain, chain.blocks.get(query.hash));
    case "hash": {
      const block = blockAt(chain, query.height);
      return block === undefined ? NONE : { kind: "hash", hash: block.header.hash };
    }
    case "transaction":
      return showTransaction(query.hash, source);
    case "account":
      return showAccount(query.address, source);
    case "nonce":
      return { kind: "nonce", nonce: source.nextNonce(query.address) };
    case "verify":
      return source.verify();
    case "health":
      return { kind: "health", health: source.health() };
  }
}

function showBlock(chain: ChainState, block: ChainBlock | undefined): QueryAnswer {
  if (block === undefined) return NONE;
  const { header, transactions } = block;
  if (header.height < chain.bodiesFrom) return { kind: "pruned" };
  return { kind: "block", header: header.bytes, transactions };
}

function showTransaction(hash: Hash, { chain, bodyOf }: AnswerSource): QueryAnswer {
  const place = transactionAt(chain, hash);
  if (place === undefined) return NONE;
  const block = chain.blocks.get(place.block)!;
  const bytes = bodyOf(block)?.[place.index];
  if (bytes === undefined) return { kind: "pruned" };
  const { height } = block.header;
  const isFinal = height <= chain.finalized.height;
  return { kind: "transaction", bytes, ...place, height, isFinal };
}

function showAccount(address: Address, { chain, addresses }: AnswerSource): QueryAnswer {
  const { header, accounts } = tipOf(chain);
  if (accounts === undefined || !/^[0-9a-f]{40}$/.test(address)) return NONE;
  const key = addresses.keyOf(address);
  const bytes = trieGet(accounts.trie, key);
  const account = bytes === undefined ? emptyAccount : decodeAccount(bytes);
  if (isMalformed(account)) return NONE;
  const { height, stateRoot } = header;
  return { kind: "account", account, height, stateRoot, proof: proveKey(accounts.trie, key) };
}
