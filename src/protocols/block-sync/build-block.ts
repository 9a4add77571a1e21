import type { Micros } from "../../sim/time.ts";
import { hexOf } from "../hex.ts";
import {
  type Block,
  type Header,
  listBytes,
  signHeader,
  stringBytes,
  TRANSACTIONS_MAX,
} from "./block.ts";
import type { KeyPair } from "./encoding/keys.ts";
import { type Executed, Execution } from "./executor.ts";
import { gasOf, type Transaction } from "./transaction.ts";
import { type Trie, trieRoot } from "./trie/trie.ts";
import type { ChainRules } from "./validation.ts";

/** What a producer makes a block of. */
export interface Proposal {
  readonly parent: Header;
  /** All accounts after the parent. */
  readonly accounts: Trie;
  /** In the order of preference; each was found valid but for the accounts as they are now. */
  readonly candidates: Iterable<Transaction>;
  readonly timestamp: Micros;
  readonly keys: KeyPair;
}

/** A block with what its import would find. */
export interface BuiltBlock {
  readonly block: Block;
  readonly transactions: readonly Transaction[];
  readonly executed: Executed;
}

/**
 * Makes the next block: it takes candidates in their order, skips those that are invalid by now,
 * and ends with the first that does not fit in any more, as that one is then the first of the
 * next block. O(candidates that are looked at).
 */
export function buildBlock(proposal: Proposal, rules: ChainRules): BuiltBlock {
  const { parent, accounts, timestamp, keys } = proposal;
  const execution = new Execution(accounts, rules.addresses);
  const transactions = taken(proposal.candidates, execution, rules);
  const executed = execution.finish();
  const body = transactions.map(({ bytes }) => bytes);
  const fields = {
    height: parent.height + 1,
    parent: parent.hash,
    stateRoot: hexOf(trieRoot(executed.trie)),
    transactionsRoot: rules.reader.transactionsRoot(body),
    timestamp,
  };
  return { block: { header: signHeader(fields, keys), body }, transactions, executed };
}

function taken(
  candidates: Iterable<Transaction>,
  execution: Execution,
  { limits }: ChainRules,
): Transaction[] {
  const transactions: Transaction[] = [];
  let gas = 0;
  let contentBytes = 0;
  for (const candidate of candidates) {
    const gasAfter = gas + gasOf(candidate);
    const bytesAfter = contentBytes + stringBytes(candidate.bytes);
    if (gasAfter > limits.blockGas || listBytes(bytesAfter) > limits.blockBytes) break;
    if (execution.apply(candidate) !== undefined) continue;
    transactions.push(candidate);
    gas = gasAfter;
    contentBytes = bytesAfter;
    if (transactions.length === TRANSACTIONS_MAX) break;
  }
  return transactions;
}
