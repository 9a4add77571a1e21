import { describe, expect, it } from "vitest";
import { Addresses } from "../../../src/protocols/block-sync/encoding/addresses.ts";
import { addressOf } from "../../../src/protocols/block-sync/encoding/keys.ts";
import { hexOf } from "../../../src/protocols/hex.ts";
import { alice, bob } from "./chain-support.ts";

describe("addresses", () => {
  it("are those of public keys, asked for once or again", () => {
    const addresses = new Addresses();
    const answers = [alice, bob, alice].map(({ publicKey }) => addresses.of(publicKey));
    expect(answers).toEqual([alice, bob, alice].map(({ keys }) => addressOf(keys.publicKey)));
  });

  it("lead to the Keccak-256 hashes of their bytes", () => {
    const key = new Addresses().keyOf("0000000000000000000000000000000000000000");
    // keccak256 of 20 zero bytes, as the secure tries of Ethereum have it for the zero address.
    expect(hexOf(key)).toBe("5380c7b7ae81a58eb98d9c78de4a1fd7fd9535fc953ed2be602daaa41767312a");
  });

  it("are the same when more were asked for than are remembered", () => {
    const addresses = new Addresses(1);
    const ask = () => [alice, bob].map((person) => hexOf(addresses.keyOf(person.address)));
    expect(ask()).toEqual(ask());
  });
});
