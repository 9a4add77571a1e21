import { bytesOf } from "../../hex.ts";
import { keccak256 } from "./hash.ts";
import { type Address, addressOf } from "./keys.ts";
import { Recent } from "./recent.ts";

/** An ed25519 public key, as 64 hexadecimal digits. */
export type PublicKey = string;

/** How many are remembered, in each of two generations. */
const COUNT_MAX = 65_536;

/**
 * Finds addresses and places in the trie of accounts, each once: it remembers them, up to a bound,
 * to spare a transfer three hashes. What it answers follows from the argument alone, so all nodes
 * of a process may share one. Whoever builds the nodes makes it.
 */
export class Addresses {
  readonly #addresses: Recent<Address>;
  readonly #keys: Recent<Uint8Array>;

  constructor(countMax: number = COUNT_MAX) {
    this.#addresses = new Recent(countMax);
    this.#keys = new Recent(countMax);
  }

  /** The address of the account that belongs to a public key. */
  of(publicKey: PublicKey): Address {
    const known = this.#addresses.get(publicKey);
    if (known !== undefined) return known;
    const address = addressOf(bytesOf(publicKey));
    this.#addresses.set(publicKey, address);
    return address;
  }

  /** Where an account is in the trie: the Keccak-256 hash of its address. Not to be written to. */
  keyOf(address: Address): Uint8Array {
    const known = this.#keys.get(address);
    if (known !== undefined) return known;
    const key = keccak256(bytesOf(address));
    this.#keys.set(address, key);
    return key;
  }
}
