import { assert, UsageError } from "../../sim/assert.ts";
import { checkCount, checkDistinct, checkList, checkRecord, checkText } from "../../sim/check.ts";
import type { Micros } from "../../sim/time.ts";
import { bytesOf, hexOf, isHex } from "../hex.ts";
import { encodeAccount } from "./account.ts";
import { type Block, unsignedHeader } from "./block.ts";
import type { Addresses } from "./encoding/addresses.ts";
import { type Hash, hashOf } from "./encoding/hash.ts";
import { ADDRESS_BYTES, PUBLIC_KEY_BYTES } from "./encoding/keys.ts";
import { encodeList } from "./encoding/rlp.ts";
import type { Address, PublicKey } from "./transaction.ts";
import { orderedRoot, type Trie, trieRoot, trieUpdate } from "./trie/trie.ts";

/** What all nodes of a chain agree on before it begins; another genesis is another chain. */
export interface GenesisOptions {
  /** Of the chain. */
  readonly name: string;
  /** Since 1970. No block is older. */
  readonly timestamp: Micros;
  /** Slot n begins n times that after genesis, and belongs to validator n modulo their number. */
  readonly slotTime: Micros;
  /** In the order of their slots. */
  readonly validators: readonly PublicKey[];
  /** What accounts have in the beginning, by address. */
  readonly balances: Readonly<Record<Address, number>>;
}

/** The block at height 0, and the accounts after it. */
export interface Genesis {
  readonly block: Block;
  readonly trie: Trie;
}

/**
 * The beginning of a chain. All that its options say is in the block's hash; nobody has signed it.
 * O(accounts).
 */
export function genesisOf(options: GenesisOptions, addresses: Addresses): Genesis {
  const accounts = sortedBalances(options).map(([address, balance]) => {
    return { key: addresses.keyOf(address), value: encodeAccount({ balance, nonce: 0 }) };
  });
  const trie = trieUpdate(undefined, accounts);
  const header = unsignedHeader({
    height: 0,
    parent: optionsHash(options),
    stateRoot: hexOf(trieRoot(trie)),
    transactionsRoot: hexOf(orderedRoot([])),
    timestamp: options.timestamp,
  });
  return { block: { header, body: [] }, trie };
}

/** The slot in which a time lies that is not before genesis: 0-based. */
export function slotOf({ timestamp, slotTime }: GenesisOptions, time: Micros): number {
  assert(time >= timestamp, "no slot is before genesis:", time);
  return Math.floor((time - timestamp) / slotTime);
}

/** When a slot begins. */
export function slotStart({ timestamp, slotTime }: GenesisOptions, slot: number): Micros {
  return timestamp + slot * slotTime;
}

/** The validator that may make a block in a slot: one after another, round and round. */
export function producerOf({ validators }: GenesisOptions, slot: number): PublicKey {
  return validators[slot % validators.length]!;
}

/** The most accounts and validators of a genesis: what a list may have as RLP. */
const COUNT_MAX = 65_536;

/** Checks a genesis from outside; throws a UsageError that names the path. */
export function checkGenesis(value: unknown, path: string): GenesisOptions {
  const known = ["name", "timestamp", "slotTime", "validators", "balances"];
  const fields = checkRecord(value, path, known);
  return {
    name: checkText(fields.name, `${path}.name`),
    timestamp: checkCount(fields.timestamp, `${path}.timestamp`, 0),
    slotTime: checkCount(fields.slotTime, `${path}.slotTime`, 1),
    validators: checkValidators(fields.validators, `${path}.validators`),
    balances: checkBalances(fields.balances, `${path}.balances`),
  };
}

function checkValidators(value: unknown, path: string): readonly PublicKey[] {
  const list = checkList(value, path);
  checkLength(list.length, path);
  const keys = list.map((key, i) => {
    const text = checkText(key, `${path}[${i}]`);
    if (isHex(text, PUBLIC_KEY_BYTES)) return text;
    const expected = `${2 * PUBLIC_KEY_BYTES} lower-case hexadecimal digits`;
    throw new UsageError(`${path}[${i}]: expected a public key of ${expected}, got "${text}"`);
  });
  if (keys.length === 0) throw new UsageError(`${path}: expected at least one, got none`);
  checkDistinct(keys, path);
  return keys;
}

function checkBalances(value: unknown, path: string): Readonly<Record<Address, number>> {
  const entries = Object.entries(checkRecord(value, path));
  checkLength(entries.length, path);
  let total = 0;
  for (const [address, balance] of entries) {
    if (!isHex(address, ADDRESS_BYTES)) {
      const expected = `${2 * ADDRESS_BYTES} lower-case hexadecimal digits`;
      throw new UsageError(`${path}: expected addresses of ${expected}, got "${address}"`);
    }
    total += checkCount(balance, `${path}.${address}`, 1);
  }
  // Nothing is ever made later: so no balance, and no sum of balances, is ever beyond it either.
  if (total > Number.MAX_SAFE_INTEGER) {
    throw new UsageError(`${path}: expected less than 2^53 in all, got ${total}`);
  }
  // Each was checked.
  return Object.fromEntries(entries) as Record<Address, number>;
}

function checkLength(count: number, path: string): void {
  if (count <= COUNT_MAX) return;
  throw new UsageError(`${path}: expected at most ${COUNT_MAX}, got ${count}`);
}

function optionsHash(options: GenesisOptions): Hash {
  const { name, timestamp, slotTime, validators } = options;
  const balances = sortedBalances(options).map(([address, balance]) => [bytesOf(address), balance]);
  const text = new TextEncoder().encode(name);
  return hashOf(encodeList([text, timestamp, slotTime, validators.map(bytesOf), balances]));
}

/** By rising address: their order in the options says nothing. */
function sortedBalances({ balances }: GenesisOptions): [Address, number][] {
  return Object.entries(balances).sort(([a], [b]) => (a < b ? -1 : 1));
}
