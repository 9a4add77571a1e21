import { expect, it } from "vitest";
import { encodeAccount } from "../../src/protocols/block-sync/account.ts";
import { keccak256 } from "../../src/protocols/block-sync/encoding/hash.ts";
import { proveKey } from "../../src/protocols/block-sync/trie/proof.ts";
import { type Trie, triePut, trieRoot } from "../../src/protocols/block-sync/trie/trie.ts";
import { hexOf } from "../../src/protocols/hex.ts";
import { accountIn, provenValue } from "../../src/scenarios/chain-proof.ts";

const keys = Array.from({ length: 200 }, (_, i) => keccak256(Uint8Array.of(i)));
const made = keys.reduce<Trie>(
  (trie, key, i) => triePut(trie, key, encodeAccount({ nonce: i, balance: 1_000_000 + i })),
  undefined,
);
const root = hexOf(trieRoot(made));

it.each([0, 57, 199])("finds account %i by its proof", (i) => {
  const value = provenValue(root, keys[i]!, proveKey(made, keys[i]!));
  expect(value).toBeInstanceOf(Uint8Array);
  expect(accountIn(value as Uint8Array)).toEqual([i, 1_000_000 + i]);
});

it("finds that there is no account, in a trie or in one without any", () => {
  const key = keccak256(Uint8Array.of(1, 2));
  expect(provenValue(root, key, proveKey(made, key))).toBe("absent");
  expect(provenValue(hexOf(trieRoot(undefined)), key, [])).toBe("absent");
});

it("finds an account that is alone in its trie", () => {
  const account = { nonce: 0, balance: 300 };
  const alone = triePut(undefined, keys[3]!, encodeAccount(account));
  const value = provenValue(hexOf(trieRoot(alone)), keys[3]!, proveKey(alone, keys[3]!));
  expect(accountIn(value as Uint8Array)).toEqual([0, 300]);
});

it("believes nothing of another root, with a node missing, or with a byte changed", () => {
  const proof = proveKey(made, keys[9]!);
  const other = hexOf(keccak256(Uint8Array.of(9)));
  expect(provenValue(other, keys[9]!, proof)).toEqual({ broken: `node ${other} is missing` });
  expect(provenValue(root, keys[9]!, proof.slice(0, -1))).toHaveProperty("broken");
  const changed = proof.map((bytes) => Uint8Array.from(bytes));
  changed.at(-1)![40]! ^= 1;
  expect(provenValue(root, keys[9]!, changed)).toHaveProperty("broken");
});
