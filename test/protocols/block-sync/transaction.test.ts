import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SignatureCheck } from "../../../src/protocols/block-sync/encoding/keys.ts";
import { encodeList, isMalformed } from "../../../src/protocols/block-sync/encoding/rlp.ts";
import {
  decodeTransaction,
  gasOf,
  isSignedTransaction,
  signTransaction,
} from "../../../src/protocols/block-sync/transaction.ts";
import { hexOf } from "../../../src/protocols/hex.ts";
import { addresses, alice, bob, payment, pays, TRANSACTION_BYTES_MAX } from "./chain-support.ts";

const decode = (bytes: Uint8Array) => decodeTransaction(bytes, TRANSACTION_BYTES_MAX, addresses);

describe("a transaction", () => {
  it("comes back from its bytes", () => {
    const sent = pays(alice, { nonce: 3, amount: 2 ** 53 - 1, data: Uint8Array.of(1, 2, 3) });
    expect(decode(sent.bytes)).toEqual(sent);
  });

  it("names the account that pays by the last 20 bytes of the hash of its sender's key", () => {
    const { from, sender } = pays(alice);
    expect(from).toMatch(/^[0-9a-f]{40}$/);
    expect({ from, sender }).toEqual({ from: alice.address, sender: alice.publicKey });
  });

  it("is signed by its sender", () => {
    expect(isSignedTransaction(pays(alice), new SignatureCheck())).toBe(true);
  });

  it("is not signed when anything in it was changed", () => {
    const sent = pays(alice, { data: Uint8Array.of(200, 201) });
    const check = new SignatureCheck();
    fc.assert(
      fc.property(fc.nat(sent.bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const bytes = sent.bytes.slice();
        bytes[at] = bytes[at]! ^ by;
        const changed = decode(bytes);
        expect(isMalformed(changed) || !isSignedTransaction(changed, check)).toBe(true);
      }),
    );
  });

  it("has the same signature over all its fields whatever they are", () => {
    const count = fc.maxSafeNat();
    const data = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(count, count, count, count, data, (nonce, amount, gasPrice, gasLimit, data) => {
        const fields = payment({ nonce, amount, gasPrice, gasLimit, data });
        const sent = signTransaction(fields, alice.keys, addresses);
        expect(isSignedTransaction(sent, new SignatureCheck())).toBe(true);
        expect(decode(sent.bytes)).toEqual(sent);
      }),
      { numRuns: 30 },
    );
  });

  it("uses 21,000 gas, and 68 for each byte of data", () => {
    expect(gasOf(pays(alice))).toBe(21_000);
    expect(gasOf(pays(alice, { data: new Uint8Array(10) }))).toBe(21_680);
  });
});

describe("what is no transaction", () => {
  const parts = () => {
    const { nonce, amount, gasPrice, gasLimit, data } = payment();
    const to = new Uint8Array(20).fill(7);
    const signature = new Uint8Array(64);
    return { sender: alice.keys.publicKey, nonce, to, amount, gasPrice, gasLimit, data, signature };
  };
  const refusalOf = (over: object) =>
    decode(encodeList(Object.values({ ...parts(), ...over }) as Uint8Array[]));

  it("is read when nothing is wrong with it", () => {
    expect(refusalOf({})).toMatchObject({ to: "07".repeat(20), sender: hexOf(parts().sender) });
  });

  it.each([
    ["a short sender", { sender: new Uint8Array(31) }, "transaction.sender"],
    ["a long receiver", { to: new Uint8Array(21) }, "transaction.to"],
    ["a nonce with a leading zero", { nonce: Uint8Array.of(0, 1) }, "transaction.nonce"],
    ["a zero that is a byte", { amount: Uint8Array.of(0) }, "transaction.amount"],
    ["an amount of 2^53", { amount: Uint8Array.of(32, 0, 0, 0, 0, 0, 0) }, "transaction.amount"],
    ["a price of eight bytes", { gasPrice: new Uint8Array(8).fill(1) }, "transaction.gasPrice"],
    ["a list for data", { data: [] }, "transaction.data"],
    ["a short signature", { signature: new Uint8Array(63) }, "transaction.signature"],
    ["one more field", { more: 1 }, "transaction"],
  ])("has %s", (_, over, path) => {
    expect(refusalOf(over)).toMatchObject({
      kind: "malformed",
      reason: expect.stringMatching(new RegExp(`^${path}: expected `)),
    });
  });

  it("has bytes behind it", () => {
    const bytes = Uint8Array.of(...pays(alice).bytes, 0);
    expect(decode(bytes)).toMatchObject({ kind: "malformed" });
  });

  it("is longer than is allowed", () => {
    const { bytes } = pays(alice, { data: new Uint8Array(TRANSACTION_BYTES_MAX) });
    expect(decode(bytes)).toEqual({
      kind: "malformed",
      reason: `transaction: expected at most 1024 bytes, got ${bytes.length}`,
    });
  });

  it("is any junk", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (junk) => {
        expect(decode(junk)).toMatchObject({ kind: "malformed" });
      }),
    );
  });

  it("is signed by somebody else", () => {
    const { bytes } = pays(alice);
    const stolen = bytes.slice();
    // Behind the prefixes of the list, two bytes, and of the key.
    stolen.set(bob.keys.publicKey, 3);
    const decoded = decode(stolen);
    expect(decoded).toMatchObject({ sender: bob.publicKey, from: bob.address });
    expect(!isMalformed(decoded) && isSignedTransaction(decoded, new SignatureCheck())).toBe(false);
  });
});
