// A second opinion on blocks: the rules of the chain once more, the slow and simple way, with plain
// maps of accounts in place of tries. It shares with the protocol the encodings and the hash.

import {
  type Account,
  decodeAccount,
  emptyAccount,
  encodeAccount,
} from "../protocols/block-sync/account.ts";
import { type Block, isSignedHeader } from "../protocols/block-sync/block.ts";
import type { ChainBlock } from "../protocols/block-sync/chain.ts";
import type { Addresses } from "../protocols/block-sync/encoding/addresses.ts";
import type { Hash } from "../protocols/block-sync/encoding/hash.ts";
import type { Address, SignatureCheck } from "../protocols/block-sync/encoding/keys.ts";
import { encodeItem, encodeList, isMalformed } from "../protocols/block-sync/encoding/rlp.ts";
import type { GenesisOptions } from "../protocols/block-sync/genesis.ts";
import type { ChainLimits } from "../protocols/block-sync/options.ts";
import {
  decodeTransaction,
  isSignedTransaction,
  type Transaction,
} from "../protocols/block-sync/transaction.ts";
import {
  orderedRoot,
  type Trie,
  trieEntries,
  triePut,
  trieRoot,
} from "../protocols/block-sync/trie/trie.ts";
import { hexOf } from "../protocols/hex.ts";
import { fail } from "../sim/assert.ts";
import type { Micros } from "../sim/time.ts";

/** What is known of a block that was judged: its accounts, and what was burned up to it. */
interface Judged {
  readonly header: Block["header"];
  readonly accounts: ReadonlyMap<Address, Account>;
  readonly burned: number;
  /** Its root is another one: what follows from it is judged by these accounts all the same. */
  readonly wrongRoot?: true;
}

export interface JudgeOptions {
  readonly genesis: GenesisOptions;
  readonly limits: Pick<ChainLimits, "blockGas" | "blockBytes" | "transactionBytes" | "futureMax">;
  readonly signatures: SignatureCheck;
  readonly addresses: Addresses;
  /** What every wall clock shows at time 0; undefined if they differ, and no time is to come. */
  readonly epoch: Micros | undefined;
  /** The root of all accounts, and that of a large body, is made anew at heights it divides. */
  readonly rootEvery: number;
}

/** Transactions of a block whose root is always made by putting in one after the other. */
const FEW_ITEMS = 256;

/** Judges each block once, whoever has it, its ancestors before it. */
export class ChainJudge {
  readonly #options: JudgeOptions;
  readonly #judged = new Map<Hash, Judged | string>();

  constructor(options: JudgeOptions, genesis: Block["header"]) {
    this.#options = options;
    const accounts = Object.entries(options.genesis.balances).map(
      ([address, balance]) => [address, { balance, nonce: 0 }] as const,
    );
    this.#judged.set(genesis.hash, { header: genesis, accounts: new Map(accounts), burned: 0 });
  }

  /** Takes a block, and the accounts after it, for what it is: those before it are never judged. */
  trust({ header, accounts }: ChainBlock, supply: number): void {
    const ledger = new Map<Address, Account>();
    let burned = supply;
    const { addresses, genesis } = this.#options;
    const names = new Map(
      Object.keys(genesis.balances).map((one) => [hexOf(addresses.keyOf(one)), one] as const),
    );
    for (const { key, value } of trieEntries(accounts?.trie)) {
      const account = decodeAccount(value);
      const address = names.get(hexOf(key));
      if (isMalformed(account) || address === undefined) fail("no account of genesis", hexOf(key));
      ledger.set(address, account);
      burned -= account.balance;
    }
    this.#judged.set(header.hash, { header, accounts: ledger, burned });
  }

  /** Whether a block was judged, or is trusted. */
  knows(hash: Hash): boolean {
    return this.#judged.has(hash);
  }

  /** What is wrong with a block whose parent was judged; undefined if it is valid. */
  judge(block: Block): string | undefined {
    const known = this.#judged.get(block.header.hash);
    if (known !== undefined) return wordsOf(known);
    const parent = this.#judged.get(block.header.parent);
    if (typeof parent === "string") return `its parent: ${parent}`;
    const verdict = parent === undefined ? "an unknown parent" : this.#verdictOn(block, parent);
    this.#judged.set(block.header.hash, verdict);
    return wordsOf(verdict);
  }

  /** What is wrong with a valid block if somebody has it at that time already. */
  judgeTime(hash: Hash, now: Micros): string | undefined {
    const { epoch, limits } = this.#options;
    const header = this.#judgedBlock(hash)?.header;
    if (header === undefined || epoch === undefined) return undefined;
    const ahead = header.timestamp - (epoch + now);
    return ahead > limits.futureMax ? `its time, ${ahead} us to come` : undefined;
  }

  /** By address, what the transactions up to a block that was judged make of genesis. */
  accountsAfter(hash: Hash): ReadonlyMap<Address, Account> | undefined {
    return this.#judgedBlock(hash)?.accounts;
  }

  /** All fees up to such a block. */
  burnedBy(hash: Hash): number | undefined {
    return this.#judgedBlock(hash)?.burned;
  }

  #judgedBlock(hash: Hash): Judged | undefined {
    const known = this.#judged.get(hash);
    return typeof known === "string" ? undefined : known;
  }

  #verdictOn(block: Block, parent: Judged): Judged | string {
    const { header } = block;
    const { addresses, limits } = this.#options;
    const wrongHeader = this.#wrongHeader(header, parent.header);
    if (wrongHeader !== undefined) return wrongHeader;
    const sizeBytes = encodeList(block.body).length;
    if (sizeBytes > limits.blockBytes) return `its size, ${sizeBytes}`;
    if (this.#rootOfBody(block) !== header.transactionsRoot) return "its transactions' root";
    const accounts = new Map(parent.accounts);
    let gas = 0;
    let burned = parent.burned;
    for (const [index, bytes] of block.body.entries()) {
      const transaction = decodeTransaction(bytes, limits.transactionBytes, addresses);
      if (isMalformed(transaction)) return `transaction ${index}: ${transaction.reason}`;
      const paid = this.#pay(accounts, transaction);
      if (typeof paid === "string") return `transaction ${index}: ${paid}`;
      gas += paid.gas;
      burned += paid.fee;
    }
    if (gas > limits.blockGas) return `its gas, ${gas}`;
    const isRootDue = header.height % this.#options.rootEvery === 0;
    const isRight = !isRootDue || this.#rootOf(accounts) === header.stateRoot;
    return { header, accounts, burned, ...(isRight ? {} : { wrongRoot: true }) };
  }

  #wrongHeader(header: Block["header"], parent: Block["header"]): string | undefined {
    const { timestamp, slotTime, validators } = this.#options.genesis;
    const slot = (of: Block["header"]): number => Math.floor((of.timestamp - timestamp) / slotTime);
    if (header.height !== parent.height + 1) return "its height";
    if (header.timestamp <= parent.timestamp) return "its time";
    if (slot(header) === slot(parent) && parent.height > 0) return "its slot";
    if (validators[slot(header) % validators.length] !== header.producer) return "its producer";
    return isSignedHeader(header, this.#options.signatures) ? undefined : "its signature";
  }

  #pay(
    accounts: Map<Address, Account>,
    transaction: Transaction,
  ): { readonly gas: number; readonly fee: number } | string {
    const { from, to, amount, nonce, gasPrice, gasLimit, data } = transaction;
    if (!isSignedTransaction(transaction, this.#options.signatures)) return "its signature";
    const gas = 21_000 + 68 * data.length;
    const payer = accounts.get(from) ?? emptyAccount;
    const cost = BigInt(amount) + BigInt(gas) * BigInt(gasPrice);
    if (gas > gasLimit) return "its gas limit";
    if (gasLimit > this.#options.limits.blockGas) return "its gas limit, above the block's";
    if (nonce !== payer.nonce) return "its nonce";
    if (cost >= 2n ** 53n) return "its amount";
    if (cost > BigInt(payer.balance)) return "its payer's balance";
    accounts.set(from, { balance: payer.balance - Number(cost), nonce: nonce + 1 });
    const receiver = accounts.get(to) ?? emptyAccount;
    accounts.set(to, { ...receiver, balance: receiver.balance + amount });
    return { gas, fee: gas * gasPrice };
  }

  /** One after the other where that is not too much, and now and then where it is. */
  #rootOfBody({ header, body }: Block): Hash {
    const isSlow = body.length <= FEW_ITEMS || header.height % this.#options.rootEvery === 0;
    return hexOf(isSlow ? rootOfList(body) : orderedRoot(body));
  }

  #rootOf(accounts: ReadonlyMap<Address, Account>): Hash {
    let trie: Trie;
    for (const [address, account] of accounts) {
      if (account.balance === 0 && account.nonce === 0) continue;
      trie = triePut(trie, this.#options.addresses.keyOf(address), encodeAccount(account));
    }
    return hexOf(trieRoot(trie));
  }
}

function wordsOf(verdict: Judged | string): string | undefined {
  if (typeof verdict === "string") return verdict;
  return verdict.wrongRoot === true ? "its state root" : undefined;
}

/** One after the other, where the protocol makes the whole trie at once. */
function rootOfList(items: readonly Uint8Array[]): Uint8Array {
  let trie: Trie;
  for (const [index, item] of items.entries()) trie = triePut(trie, encodeItem(index), item);
  return trieRoot(trie);
}
