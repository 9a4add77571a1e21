import { describe, expect, it } from "vitest";
import { emptyAccount } from "../../../src/protocols/block-sync/account.ts";
import { decodeBlock, encodeBlock } from "../../../src/protocols/block-sync/block.ts";
import {
  checkGenesis,
  type GenesisOptions,
  genesisOf,
  producerOf,
  slotOf,
  slotStart,
} from "../../../src/protocols/block-sync/genesis.ts";
import { trieRoot } from "../../../src/protocols/block-sync/trie/trie.ts";
import { hexOf } from "../../../src/protocols/hex.ts";
import { UsageError } from "../../../src/sim/assert.ts";
import { accountOf, addresses, alice, bob, carol } from "./chain-support.ts";

const OPTIONS: GenesisOptions = {
  ...{ name: "test", timestamp: 1_000_000, slotTime: 100 },
  validators: [alice.publicKey, bob.publicKey, carol.publicKey],
  balances: { [alice.address]: 1_000, [bob.address]: 2_000 },
};

/** The root of an empty trie, as in the yellow paper: the hash of RLP's empty string. */
const EMPTY_ROOT = "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421";

const hash = (over: Partial<GenesisOptions> = {}) =>
  genesisOf({ ...OPTIONS, ...over }, addresses).block.header.hash;

describe("genesis", () => {
  it("gives accounts what the options say", () => {
    const { trie } = genesisOf(OPTIONS, addresses);
    expect(accountOf(trie, alice)).toEqual({ balance: 1_000, nonce: 0 });
    expect(accountOf(trie, bob)).toEqual({ balance: 2_000, nonce: 0 });
    expect(accountOf(trie, carol)).toEqual(emptyAccount);
  });

  it("is a block at height 0 with the root of these accounts and an empty body", () => {
    const { block, trie } = genesisOf(OPTIONS, addresses);
    expect(block.body).toEqual([]);
    expect(block.header).toMatchObject({
      ...{ height: 0, timestamp: 1_000_000 },
      ...{ stateRoot: hexOf(trieRoot(trie)), transactionsRoot: EMPTY_ROOT },
    });
    expect(decodeBlock(encodeBlock(block))).toEqual(block);
  });

  it("may have no accounts", () => {
    const { header } = genesisOf({ ...OPTIONS, balances: {} }, addresses).block;
    expect(header.stateRoot).toBe(EMPTY_ROOT);
  });

  it("is the same in whatever order balances are given", () => {
    const balances = { [bob.address]: 2_000, [alice.address]: 1_000 };
    expect(hash({ balances })).toBe(hash());
  });

  it.each<Partial<GenesisOptions>>([
    { name: "Test" },
    { timestamp: 1_000_001 },
    { slotTime: 101 },
    { validators: [bob.publicKey, alice.publicKey, carol.publicKey] },
    { balances: { [alice.address]: 1_001, [bob.address]: 2_000 } },
  ])("is another one with %o", (over) => {
    expect(hash(over)).not.toBe(hash());
  });
});

describe("slots", () => {
  it.each([
    [1_000_000, 0],
    [1_000_099, 0],
    [1_000_100, 1],
    [1_000_399, 3],
  ])("at %i are number %i", (time, slot) => {
    expect(slotOf(OPTIONS, time)).toBe(slot);
  });

  it("begin when the one before ends", () => {
    expect(slotStart(OPTIONS, 3)).toBe(1_000_300);
  });

  it("go round the validators", () => {
    const producers = [0, 1, 2, 3].map((slot) => producerOf(OPTIONS, slot));
    expect(producers).toEqual([alice, bob, carol, alice].map(({ publicKey }) => publicKey));
  });
});

describe("a genesis in a plan", () => {
  const check = (over: object) => checkGenesis({ ...OPTIONS, ...over }, "genesis");
  const many = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [i.toString(16).padStart(40, "0"), 1]),
    );

  it("is good as it is", () => {
    expect(check({})).toEqual(OPTIONS);
    expect(check({ balances: {} })).toMatchObject({ balances: {} });
  });

  it.each([
    [{ name: "" }, 'genesis.name: expected a text, got ""'],
    [{ timestamp: -1 }, "genesis.timestamp: expected a whole number of at least 0, got -1"],
    [{ slotTime: 0 }, "genesis.slotTime: expected a whole number of at least 1, got 0"],
    [{ validators: [] }, "genesis.validators: expected at least one, got none"],
    [{ validators: {} }, "genesis.validators: expected a list, got {}"],
    [
      { validators: ["AB"] },
      "genesis.validators[0]: expected a public key of 64 lower-case hexadecimal digits, " +
        'got "AB"',
    ],
    [
      { validators: [alice.publicKey, alice.publicKey] },
      `genesis.validators: expected distinct ids, got "${alice.publicKey}" twice`,
    ],
    [
      { balances: { "0x1": 1 } },
      'genesis.balances: expected addresses of 40 lower-case hexadecimal digits, got "0x1"',
    ],
    [
      { balances: { [alice.address]: 0 } },
      `genesis.balances.${alice.address}: expected a whole number of at least 1, got 0`,
    ],
    [
      { balances: { [alice.address]: 2 ** 53 - 1, [bob.address]: 1 } },
      "genesis.balances: expected less than 2^53 in all, got 9007199254740992",
    ],
    [{ balances: many(65_537) }, "genesis.balances: expected at most 65536, got 65537"],
    [
      { seed: 1 },
      "genesis.seed: unknown field, expected only name, timestamp, slotTime, validators, balances",
    ],
  ])("is refused with wrong fields, case %#", (over, message) => {
    expect(() => check(over)).toThrow(new UsageError(message));
  });

  it("may have the most accounts that it can, and all that there is in one of them", () => {
    expect(Object.keys(check({ balances: many(65_536) }).balances)).toHaveLength(65_536);
    const balances = { [alice.address]: 2 ** 53 - 1 };
    expect(check({ balances })).toMatchObject({ balances });
  });
});
