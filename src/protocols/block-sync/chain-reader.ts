import { hexOf } from "../hex.ts";
import type { Body } from "./block.ts";
import { Addresses } from "./encoding/addresses.ts";
import type { Hash } from "./encoding/hash.ts";
import { SignatureCheck } from "./encoding/keys.ts";
import { Recent } from "./encoding/recent.ts";
import { isMalformed, type Malformed } from "./encoding/rlp.ts";
import { decodeTransaction, isSignedTransaction, type Transaction } from "./transaction.ts";
import { orderedRoot } from "./trie/trie.ts";

/** What checks the signatures, addresses and transactions of a chain. */
export interface ChainChecks {
  readonly signatures: SignatureCheck;
  readonly addresses: Addresses;
  readonly reader: ChainReader;
}

/**
 * What all nodes of a process may share, as no answer depends on who has asked before. Whoever
 * builds the nodes makes it. It is no plain data: it is for a node's config, not for its memory.
 */
export function newChainChecks(): ChainChecks {
  const signatures = new SignatureCheck();
  const addresses = new Addresses();
  return { signatures, addresses, reader: new ChainReader(signatures, addresses) };
}

/** How many transactions are remembered, in each of two generations. */
const TRANSACTIONS_MAX = 16_384;
const BODIES_MAX = 64;

/**
 * Reads transactions and bodies, and remembers for a while what it has found, by the arrays
 * themselves: gossip hands the same ones on, from node to node and into blocks, and most of the
 * work on them is hashing. So arrays that were read may not be written to any more, as it is with
 * all that is sent. Another array with the same bytes is read anew, with the same result.
 */
export class ChainReader {
  readonly #signatures: SignatureCheck;
  readonly #addresses: Addresses;
  readonly #transactions: RecentArrays<Uint8Array, Transaction>;
  /** By hash, which is of the signature, too. Only what was verified is in it. */
  readonly #signed: Recent<true>;
  readonly #roots: RecentArrays<Body, Hash>;

  constructor(
    signatures: SignatureCheck,
    addresses: Addresses,
    transactionsMax: number = TRANSACTIONS_MAX,
  ) {
    this.#signatures = signatures;
    this.#addresses = addresses;
    this.#transactions = new RecentArrays(transactionsMax);
    this.#signed = new Recent(transactionsMax);
    this.#roots = new RecentArrays(BODIES_MAX);
  }

  /** The same as {@link decodeTransaction}. */
  transaction(bytes: Uint8Array, sizeBytesMax: number): Transaction | Malformed {
    const known = this.#transactions.get(bytes);
    if (known !== undefined && bytes.length <= sizeBytesMax) return known;
    const transaction = decodeTransaction(bytes, sizeBytesMax, this.#addresses);
    if (!isMalformed(transaction)) this.#transactions.set(bytes, transaction);
    return transaction;
  }

  /** The same as {@link isSignedTransaction}. */
  isSigned(transaction: Transaction): boolean {
    if (this.#signed.get(transaction.hash) !== undefined) return true;
    const isSigned = isSignedTransaction(transaction, this.#signatures);
    if (isSigned) this.#signed.set(transaction.hash, true);
    return isSigned;
  }

  /** The same as {@link orderedRoot}, as text. No transaction may be empty. */
  transactionsRoot(body: Body): Hash {
    const known = this.#roots.get(body);
    if (known !== undefined) return known;
    const root = hexOf(orderedRoot(body));
    this.#roots.set(body, root);
    return root;
  }
}

/**
 * Remembers something of what was used last, by identity and only as long as that lives. In two
 * generations, as whole chains may live: it keeps at most twice `sizeMax` values.
 */
class RecentArrays<Key extends object, Value> {
  readonly #sizeMax: number;
  #young = new WeakMap<Key, Value>();
  #old = new WeakMap<Key, Value>();
  #size = 0;

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  get(key: Key): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: Key, value: Value): void {
    if (this.#size >= this.#sizeMax) {
      this.#old = this.#young;
      this.#young = new WeakMap();
      this.#size = 0;
    }
    this.#young.set(key, value);
    this.#size++;
  }
}
