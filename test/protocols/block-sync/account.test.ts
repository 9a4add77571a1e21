import { describe, expect, it } from "vitest";
import {
  accountAt,
  decodeAccount,
  emptyAccount,
  encodeAccount,
} from "../../../src/protocols/block-sync/account.ts";
import { encodeList } from "../../../src/protocols/block-sync/encoding/rlp.ts";
import { AssertionError } from "../../../src/sim/assert.ts";
import { accountsOf, addresses, alice, bob } from "./chain-support.ts";

describe("an account", () => {
  it.each([
    { balance: 0, nonce: 1 },
    { balance: 1, nonce: 0 },
    { balance: 2 ** 53 - 1, nonce: 2 ** 53 - 1 },
  ])("comes back from its bytes: %o", (account) => {
    expect(decodeAccount(encodeAccount(account))).toEqual(account);
  });

  it("is the list of its nonce and its balance", () => {
    expect(encodeAccount({ balance: 1_024, nonce: 5 })).toEqual(encodeList([5, 1_024]));
  });

  it("that is empty has no bytes", () => {
    expect(() => encodeAccount(emptyAccount)).toThrow(AssertionError);
    expect(decodeAccount(encodeList([0, 0]))).toMatchObject({ kind: "malformed" });
  });

  it("is found by its address, and is empty when it is not there", () => {
    const trie = accountsOf([[alice, { balance: 3 }]]);
    expect(accountAt(trie, alice.address, addresses)).toEqual({ balance: 3, nonce: 0 });
    expect(accountAt(trie, bob.address, addresses)).toEqual(emptyAccount);
  });
});
