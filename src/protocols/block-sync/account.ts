import { assert, fail } from "../../sim/assert.ts";
import type { Addresses } from "./encoding/addresses.ts";
import type { Address } from "./encoding/keys.ts";
import { decodeList, encodeList, isMalformed, type Malformed } from "./encoding/rlp.ts";
import { type Trie, trieGet } from "./trie/trie.ts";

/** What an account has, and how many transactions it has sent. */
export interface Account {
  readonly balance: number;
  readonly nonce: number;
}

/** Of an address that nobody has paid. */
export const emptyAccount: Account = { balance: 0, nonce: 0 };

/** An account as the trie has it: RLP of nonce and balance. Empty ones are not in the trie. */
export function encodeAccount({ nonce, balance }: Account): Uint8Array {
  assert(nonce > 0 || balance > 0, "an empty account has no place in the trie");
  return encodeList([nonce, balance]);
}

/** Reads what {@link encodeAccount} wrote, strictly. */
export function decodeAccount(bytes: Uint8Array): Account | Malformed {
  const account = decodeList(bytes, "account", (list) => {
    const nonce = list.number("nonce");
    return { balance: list.number("balance"), nonce };
  });
  if (isMalformed(account) || account.nonce > 0 || account.balance > 0) return account;
  return { kind: "malformed", reason: "account: expected a nonce or a balance above 0, got none" };
}

/** An account by its address in a trie whose values were checked when they came in. */
export function accountAt(trie: Trie, address: Address, addresses: Addresses): Account {
  const bytes = trieGet(trie, addresses.keyOf(address));
  if (bytes === undefined) return emptyAccount;
  const account = decodeAccount(bytes);
  if (isMalformed(account)) fail(account.reason);
  return account;
}
