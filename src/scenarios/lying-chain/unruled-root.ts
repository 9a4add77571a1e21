import { accountAt } from "../../protocols/block-sync/account.ts";
import type { Body } from "../../protocols/block-sync/block.ts";
import type { Addresses } from "../../protocols/block-sync/encoding/addresses.ts";
import { isMalformed } from "../../protocols/block-sync/encoding/rlp.ts";
import { Execution } from "../../protocols/block-sync/executor.ts";
import { decodeTransaction } from "../../protocols/block-sync/transaction.ts";
import { type Trie, trieRoot } from "../../protocols/block-sync/trie/trie.ts";
import { hexOf } from "../../protocols/hex.ts";
import { fail } from "../../sim/assert.ts";

/**
 * The state root after transactions of one sender, whatever their nonces, limits of gas and
 * signatures are: what whoever does not look at these would find. O(transactions).
 */
export function unruledRoot(trie: Trie, body: Body, addresses: Addresses): string {
  const execution = new Execution(trie, addresses);
  for (const [index, bytes] of body.entries()) {
    const transaction = decodeTransaction(bytes, bytes.length, addresses);
    if (isMalformed(transaction)) fail(transaction.reason);
    const nonce = accountAt(trie, transaction.from, addresses).nonce + index;
    execution.apply({ ...transaction, nonce });
  }
  return hexOf(trieRoot(execution.finish().trie));
}
