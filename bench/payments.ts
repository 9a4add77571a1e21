// Payments on their way through a chain's nodes: from bytes into a mempool, from there into a
// block, and the block's import by whoever has not seen them before. Their signatures are checked
// before, as that is the work of OpenSSL.

import { accountAt } from "../src/protocols/block-sync/account.ts";
import type { Block } from "../src/protocols/block-sync/block.ts";
import { buildBlock } from "../src/protocols/block-sync/build-block.ts";
import {
  type ChainChecks,
  ChainReader,
  newChainChecks,
} from "../src/protocols/block-sync/chain-reader.ts";
import { type KeyPair, keyPairOf } from "../src/protocols/block-sync/encoding/keys.ts";
import {
  type Genesis,
  type GenesisOptions,
  genesisOf,
} from "../src/protocols/block-sync/genesis.ts";
import {
  addTransaction,
  candidates,
  followTip,
  newMempool,
} from "../src/protocols/block-sync/mempool.ts";
import { defaultBlockSyncOptions } from "../src/protocols/block-sync/options.ts";
import {
  GAS_OF_TRANSACTION,
  signTransaction,
  type Transaction,
} from "../src/protocols/block-sync/transaction.ts";
import {
  type ChainRules,
  chainRules,
  checkBody,
  checkExecution,
} from "../src/protocols/block-sync/validation.ts";
import { hexOf } from "../src/protocols/hex.ts";
import { assert } from "../src/sim/assert.ts";

const SENDERS = 1_000;
const PER_SENDER = 10;
export const PAYMENTS = SENDERS * PER_SENDER;

/** Payments of 1,000 accounts to one another, ten of each, and a chain on which they are valid. */
export class Payments {
  readonly #checks: ChainChecks = newChainChecks();
  readonly #keys: readonly KeyPair[];
  readonly #options: GenesisOptions;
  readonly #genesis: Genesis;
  readonly #payments: readonly Transaction[];

  constructor() {
    const { addresses, reader } = this.#checks;
    this.#keys = Array.from({ length: SENDERS }, (_, i) => keyPairOf(seedOf(i)));
    const names = this.#keys.map(({ publicKey }) => addresses.of(hexOf(publicKey)));
    this.#options = {
      ...{ name: "bench", timestamp: 0, slotTime: 1 },
      validators: [hexOf(this.#keys[0]!.publicKey)],
      balances: Object.fromEntries(names.map((name) => [name, 1_000_000_000])),
    };
    this.#genesis = genesisOf(this.#options, addresses);
    this.#payments = Array.from({ length: PAYMENTS }, (_, i) => {
      const fields = { nonce: Math.floor(i / SENDERS), to: names[(i * 7 + 1) % SENDERS]! };
      const price = { amount: 5, gasPrice: 1, gasLimit: GAS_OF_TRANSACTION };
      const keys = this.#keys[i % SENDERS]!;
      return signTransaction({ ...fields, ...price, data: new Uint8Array() }, keys, addresses);
    });
    assert(
      this.#payments.every((payment) => reader.isSigned(payment)),
      "a bad signature",
    );
  }

  /** All of them once, by nodes that have read none of them before. */
  pass(): void {
    const block = this.#propose();
    const rules = this.#rules();
    const checked = checkBody({ ...block, body: block.body.map((bytes) => bytes.slice()) }, rules);
    assert(checked.kind === "checked", "a block with a broken rule");
    const { transactions } = checked;
    const executed = checkExecution(block.header, transactions, this.#genesis.trie, rules);
    assert(executed.kind === "executed", "a block with a broken rule");
  }

  #propose(): Block {
    const [pool, rules] = [newMempool(), this.#rules()];
    const { block: parent, trie: accounts } = this.#genesis;
    const accountOf = (address: string) => accountAt(accounts, address, rules.addresses);
    for (const { bytes } of this.#payments) {
      addTransaction(pool, { bytes, now: 0 }, rules, accountOf);
    }
    const { block, transactions } = buildBlock(
      {
        ...{ parent: parent.header, accounts, timestamp: 1 },
        ...{ candidates: candidates(pool), keys: this.#keys[0]! },
      },
      rules,
    );
    followTip(pool, { orphaned: [], adopted: transactions }, 1);
    assert(transactions.length === PAYMENTS && pool.waiting.size === 0, "payments are left");
    return block;
  }

  /** Those of a node that has read nothing yet, but finds each signature among the checked ones. */
  #rules(): ChainRules {
    const { signatures, addresses } = this.#checks;
    const checks = { ...this.#checks, reader: new ChainReader(signatures, addresses) };
    const limits = {
      ...defaultBlockSyncOptions.limits,
      ...{ blockGas: PAYMENTS * GAS_OF_TRANSACTION, mempoolCount: PAYMENTS },
    };
    return chainRules(this.#options, this.#genesis.block.header.hash, limits, checks);
  }
}

function seedOf(account: number): Uint8Array {
  const seed = new Uint8Array(32);
  new DataView(seed.buffer).setUint32(0, account);
  return seed;
}
