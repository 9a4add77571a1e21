// The rules of blocks, in three steps as their parts become known: header, body, execution.

import type { Micros } from "../../sim/time.ts";
import { hexOf } from "../hex.ts";
import {
  type Block,
  type Body,
  bodyBytes,
  type Header,
  isSignedHeader,
  TRANSACTIONS_MAX,
} from "./block.ts";
import type { ChainChecks } from "./chain-reader.ts";
import type { Hash } from "./encoding/hash.ts";
import { isMalformed } from "./encoding/rlp.ts";
import {
  type Executed,
  execute,
  type InvalidTransaction,
  type TransactionRules,
} from "./executor.ts";
import { type GenesisOptions, producerOf, slotOf } from "./genesis.ts";
import type { ChainLimits } from "./options.ts";
import { gasOf, type Transaction } from "./transaction.ts";
import { type Trie, trieRoot } from "./trie/trie.ts";

/** The rule that a block breaks: each has its own name. */
export type InvalidBlock =
  | "malformed header"
  | "malformed body"
  | "too large"
  | "wrong genesis"
  | "unknown parent"
  | "height gap"
  | "timestamp not after parent"
  | "timestamp in the future"
  | "unknown producer"
  | "not its slot"
  | "bad block signature"
  | "wrong transactions root"
  | "over gas limit"
  | "wrong state root"
  | `transaction: ${InvalidTransaction | "malformed"}`;

/** What the validity of blocks depends on, apart from their ancestors and the time. */
export interface ChainRules extends TransactionRules {
  readonly genesis: GenesisOptions;
  readonly genesisHash: Hash;
  readonly limits: ChainLimits;
}

/** The rules of a chain whose genesis block has that hash, with the limits of one of its nodes. */
export function chainRules(
  genesis: GenesisOptions,
  genesisHash: Hash,
  limits: ChainLimits,
  checks: ChainChecks,
): ChainRules {
  return { genesis, genesisHash, limits, blockGas: limits.blockGas, ...checks };
}

/** The first rule that was found to be broken, and by which transaction, if by one. */
export interface Broken {
  readonly kind: "broken";
  readonly rule: InvalidBlock;
  readonly index: number | undefined;
}

/** A body that belongs to its header, decoded. */
export interface CheckedBody {
  readonly kind: "checked";
  readonly transactions: readonly Transaction[];
}

/**
 * The first rule that a header breaks; `parent` is the header of that hash, if it is known, and
 * `now` the time by this node's wall clock. One that is in the future now may be valid later, and
 * one of an unknown parent when it is known; all else is for ever.
 */
export function ruleBrokenByHeader(
  header: Header,
  parent: Header | undefined,
  now: Micros,
  rules: ChainRules,
): InvalidBlock | undefined {
  const { height, timestamp } = header;
  if (height === 0) return header.hash === rules.genesisHash ? undefined : "wrong genesis";
  if (height === 1 && header.parent !== rules.genesisHash) return "wrong genesis";
  if (parent === undefined) return "unknown parent";
  if (height !== parent.height + 1) return "height gap";
  if (timestamp <= parent.timestamp) return "timestamp not after parent";
  if (timestamp > now + rules.limits.futureMax) return "timestamp in the future";
  return ruleBrokenByProducer(header, parent, rules);
}

/**
 * Decodes a body, unless it breaks a rule of its own or is not its header's. O(bytes), and bounded
 * by the limits.
 */
export function checkBody({ header, body }: Block, rules: ChainRules): CheckedBody | Broken {
  const rule = ruleBrokenByBody(body, header, rules);
  return rule === undefined ? decodeBody(body, rules) : broken(rule);
}

/** The first rule that a body breaks before it is decoded: whether it belongs to that header. */
export function ruleBrokenByBody(
  body: Body,
  { transactionsRoot }: Header,
  { limits, reader }: Pick<ChainRules, "limits" | "reader">,
): InvalidBlock | undefined {
  if (!isBody(body)) return "malformed body";
  if (bodyBytes(body) > limits.blockBytes) return "too large";
  return reader.transactionsRoot(body) === transactionsRoot ? undefined : "wrong transactions root";
}

/** The state root is the last thing that can be wrong: whatever passes is a valid block. */
export function checkExecution(
  { stateRoot }: Header,
  transactions: readonly Transaction[],
  parent: Trie,
  rules: ChainRules,
): Executed | Broken {
  const executed = execute(parent, transactions, rules);
  if (executed.kind === "rejected") {
    return broken(`transaction: ${executed.rule}`, executed.index);
  }
  const root = hexOf(trieRoot(executed.trie));
  return root === stateRoot ? executed : broken("wrong state root");
}

/**
 * Whether the rule is broken by what was received, and not by the block: another peer may have a
 * body, or a header, that is right.
 */
export function isSenderAtFault(rule: InvalidBlock): boolean {
  const rules: readonly InvalidBlock[] = [
    ...(["malformed header", "malformed body"] as const),
    ...(["too large", "wrong transactions root"] as const),
  ];
  return rules.includes(rule);
}

/** Whether the rule may be kept when more blocks are known, or later: it is not for ever. */
export function isBrokenForNow(rule: InvalidBlock): boolean {
  return rule === "unknown parent" || rule === "timestamp in the future";
}

function ruleBrokenByProducer(
  header: Header,
  parent: Header,
  { genesis, signatures }: ChainRules,
): InvalidBlock | undefined {
  const { producer } = header;
  if (!genesis.validators.includes(producer)) return "unknown producer";
  const slot = slotOf(genesis, header.timestamp);
  // A slot is for one block: also its owner may not make two, one after another.
  if (slot <= slotOf(genesis, parent.timestamp)) return "not its slot";
  if (producer !== producerOf(genesis, slot)) return "not its slot";
  return isSignedHeader(header, signatures) ? undefined : "bad block signature";
}

/** What comes from outside may be anything, whatever the types of messages say. */
function isBody(body: unknown): body is Body {
  if (!Array.isArray(body) || body.length > TRANSACTIONS_MAX) return false;
  // No transaction is empty, and the trie that makes the root has no place for one.
  return body.every((bytes) => bytes instanceof Uint8Array && bytes.length > 0);
}

function decodeBody(body: Body, { limits, reader }: ChainRules): CheckedBody | Broken {
  const transactions: Transaction[] = [];
  let gas = 0;
  for (const [index, bytes] of body.entries()) {
    const transaction = reader.transaction(bytes, limits.transactionBytes);
    if (isMalformed(transaction)) return broken("transaction: malformed", index);
    gas += gasOf(transaction);
    if (gas > limits.blockGas) return broken("over gas limit", index);
    transactions.push(transaction);
  }
  return { kind: "checked", transactions };
}

function broken(rule: InvalidBlock, index?: number): Broken {
  return { kind: "broken", rule, index };
}
