// Keys that anybody can make again from a name: for workloads and demonstrations, never for money.

import { Addresses } from "../encoding/addresses.ts";
import { keccak256 } from "../encoding/hash.ts";
import { type Address, addressOf, type KeyPair, keyPairOf } from "../encoding/keys.ts";
import {
  GAS_OF_DATA_BYTE,
  GAS_OF_TRANSACTION,
  signTransaction,
  type Transaction,
} from "../transaction.ts";

/** The secret of an account, or of a validator, of that name: 32 bytes. */
export function secretOf(name: string): Uint8Array {
  return keccak256(new TextEncoder().encode(name));
}

/** Who pays what to whom, by the names of their accounts. */
export interface NamedPayment {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
  /** How many transactions of the payer came before. */
  readonly nonce: number;
  /** Default: none. */
  readonly data?: Uint8Array;
}

/** Keys and addresses by name, each made once. It only remembers what follows from the names. */
export class Wallet {
  readonly addresses: Addresses;
  readonly #pairs = new Map<string, KeyPair>();
  readonly #addressOf = new Map<string, Address>();

  constructor(addresses: Addresses = new Addresses()) {
    this.addresses = addresses;
  }

  pairOf(name: string): KeyPair {
    const known = this.#pairs.get(name);
    if (known !== undefined) return known;
    const pair = keyPairOf(secretOf(name));
    this.#pairs.set(name, pair);
    return pair;
  }

  addressOf(name: string): Address {
    const known = this.#addressOf.get(name);
    if (known !== undefined) return known;
    const address = addressOf(this.pairOf(name).publicKey);
    this.#addressOf.set(name, address);
    return address;
  }

  /** A payment between named accounts, signed by the payer; it may take the gas that it needs. */
  pay({ from, to, amount, nonce, data = new Uint8Array(0) }: NamedPayment): Transaction {
    const gasLimit = GAS_OF_TRANSACTION + GAS_OF_DATA_BYTE * data.length;
    const payment = { nonce, to: this.addressOf(to), amount, gasPrice: 1, gasLimit, data };
    return signTransaction(payment, this.pairOf(from), this.addresses);
  }
}
