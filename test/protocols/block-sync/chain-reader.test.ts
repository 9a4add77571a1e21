import { describe, expect, it } from "vitest";
import { ChainReader, newChainChecks } from "../../../src/protocols/block-sync/chain-reader.ts";
import { SignatureCheck } from "../../../src/protocols/block-sync/encoding/keys.ts";
import { orderedRoot } from "../../../src/protocols/block-sync/trie/trie.ts";
import { hexOf } from "../../../src/protocols/hex.ts";
import { addresses, alice, bob, forged, pays, TRANSACTION_BYTES_MAX } from "./chain-support.ts";

/** Counts how many signatures are really looked at. */
class CountingCheck extends SignatureCheck {
  count = 0;

  override isSignedBy(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    this.count++;
    return super.isSignedBy(key, message, signature);
  }
}

describe("a reader of transactions", () => {
  it("reads an array once", () => {
    const { reader } = newChainChecks();
    const sent = pays(alice);
    const read = reader.transaction(sent.bytes, TRANSACTION_BYTES_MAX);
    expect(read).toEqual(sent);
    expect(reader.transaction(sent.bytes, TRANSACTION_BYTES_MAX)).toBe(read);
    expect(reader.transaction(sent.bytes.slice(), TRANSACTION_BYTES_MAX)).not.toBe(read);
  });

  it("refuses what is too long, also when it was read before", () => {
    const { reader } = newChainChecks();
    const { bytes } = pays(alice);
    reader.transaction(bytes, bytes.length);
    expect(reader.transaction(bytes, bytes.length - 1)).toMatchObject({ kind: "malformed" });
  });

  it("refuses junk as often as it comes", () => {
    const { reader } = newChainChecks();
    const junk = Uint8Array.of(1, 2, 3);
    const answers = [1, 2].map(() => reader.transaction(junk, TRANSACTION_BYTES_MAX));
    expect(answers).toMatchObject([{ kind: "malformed" }, { kind: "malformed" }]);
  });

  it("has a signature checked once, and a bad one as often as it comes", () => {
    const signatures = new CountingCheck();
    const reader = new ChainReader(signatures, addresses);
    const [good, bad] = [pays(alice), forged(pays(alice))];
    expect([good, good, bad, bad].map((one) => reader.isSigned(one))).toEqual([
      ...[true, true, false, false],
    ]);
    expect(signatures.count).toBe(3);
  });

  it("forgets what was not used lately, and gives the same answers", () => {
    const signatures = new CountingCheck();
    const reader = new ChainReader(signatures, addresses, 1);
    const all = [0, 1, 2].map((nonce) => pays(alice, { nonce }));
    const answers = [...all, ...all].map((one) => reader.isSigned(one));
    expect(answers).toEqual(Array(6).fill(true));
    expect(signatures.count).toBe(6);
  });
});

describe("a reader of bodies", () => {
  it("has the root of each", () => {
    const { reader } = newChainChecks();
    const bodies = [[], [pays(alice).bytes], [pays(alice).bytes, pays(bob).bytes]];
    const roots = [...bodies, ...bodies].map((body) => reader.transactionsRoot(body));
    expect(roots).toEqual([...bodies, ...bodies].map((body) => hexOf(orderedRoot(body))));
  });
});
