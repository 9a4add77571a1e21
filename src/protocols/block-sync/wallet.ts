// Keys that anybody can make again from a name: for workloads and demonstrations, never for money.

import { Addresses } from "./addresses.ts";
import { keccak256 } from "./hash.ts";
import { type Address, addressOf, type KeyPair, keyPairOf } from "./keys.ts";

/** The secret of an account, or of a validator, of that name: 32 bytes. */
export function secretOf(name: string): Uint8Array {
  return keccak256(new TextEncoder().encode(name));
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
}
