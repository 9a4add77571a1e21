import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeAccount } from "../../../src/protocols/block-sync/account.ts";
import {
  costOf,
  Execution,
  execute,
  type InvalidTransaction,
} from "../../../src/protocols/block-sync/executor.ts";
import type { Transaction } from "../../../src/protocols/block-sync/transaction.ts";
import { trieGet, trieRoot } from "../../../src/protocols/block-sync/trie/trie.ts";
import { hexOf } from "../../../src/protocols/hex.ts";
import {
  accountOf,
  accountsOf,
  addresses,
  alice,
  bob,
  carol,
  forged,
  pays,
  person,
  rulesOf,
} from "./chain-support.ts";

const MOST = Number.MAX_SAFE_INTEGER;

/** Alice has sent five transactions before, and Bob has something. */
const before = accountsOf([
  [alice, { balance: 100_000, nonce: 5 }],
  [bob, { balance: 1_000 }],
]);

const executed = (transactions: readonly Transaction[]) => {
  const result = execute(before, transactions, rulesOf());
  if (result.kind === "rejected") throw new Error(result.rule);
  return result;
};

describe("a transaction that is executed", () => {
  it("pays its amount to its receiver and burns its fee", () => {
    const { trie, burned } = executed([pays(alice, { nonce: 5, amount: 10, gasPrice: 2 })]);
    expect(accountOf(trie, alice)).toEqual({ balance: 100_000 - 10 - 42_000, nonce: 6 });
    expect(accountOf(trie, bob)).toEqual({ balance: 1_010, nonce: 0 });
    expect(burned).toBe(42_000);
  });

  it("takes the gas that it uses, and not its limit", () => {
    const { burned } = executed([pays(alice, { nonce: 5, gasLimit: 90_000 })]);
    expect(burned).toBe(21_000);
  });

  it("makes an account of an address that had none", () => {
    const { trie } = executed([pays(alice, { nonce: 5, to: carol.address, amount: 7 })]);
    expect(accountOf(trie, carol)).toEqual({ balance: 7, nonce: 0 });
  });

  it("makes no account of an address that is paid nothing", () => {
    const { trie, changes } = executed([
      pays(alice, { nonce: 5, to: carol.address, amount: 0, gasPrice: 0 }),
    ]);
    expect(trieGet(trie, addresses.keyOf(carol.address))).toBeUndefined();
    expect(changes).toHaveLength(1);
  });

  it("may pay its sender, who loses the fee alone", () => {
    const { trie } = executed([pays(alice, { nonce: 5, to: alice.address, amount: 50_000 })]);
    expect(accountOf(trie, alice)).toEqual({ balance: 79_000, nonce: 6 });
  });

  it("may pay its sender though twice as much would be too much for an account", () => {
    const rich = accountsOf([[alice, { balance: MOST }]]);
    const toOneself = pays(alice, { to: alice.address, amount: MOST, gasPrice: 0 });
    const result = execute(rich, [toOneself], rulesOf());
    expect(result.kind === "executed" && accountOf(result.trie, alice)).toEqual({
      ...{ balance: MOST, nonce: 1 },
    });
  });

  it("may spend all, to the last", () => {
    const { trie } = executed([pays(alice, { nonce: 5, amount: 79_000 })]);
    expect(accountOf(trie, alice)).toEqual({ balance: 0, nonce: 6 });
  });

  it("may spend what one before it in the block has paid", () => {
    const { trie } = executed([
      pays(alice, { nonce: 5, to: carol.address, amount: 30_000 }),
      pays(carol, { amount: 9_000 }),
    ]);
    expect(accountOf(trie, carol)).toEqual({ balance: 0, nonce: 1 });
    expect(accountOf(trie, bob).balance).toBe(10_000);
  });

  it("leaves the accounts before it as they were", () => {
    const root = trieRoot(before);
    executed([pays(alice, { nonce: 5 })]);
    expect(trieRoot(before)).toEqual(root);
    expect(accountOf(before, alice)).toEqual({ balance: 100_000, nonce: 5 });
  });
});

describe("the changes of a block", () => {
  it("are the accounts that became others, once each, in the order of their keys", () => {
    const { trie, changes } = executed([
      pays(alice, { nonce: 5, amount: 10 }),
      pays(alice, { nonce: 6, amount: 10 }),
    ]);
    expect(changes).toEqual(
      [bob, alice].map((person) => ({
        key: addresses.keyOf(person.address),
        value: encodeAccount(accountOf(trie, person)),
      })),
    );
    expect(hexOf(changes[0]!.key) < hexOf(changes[1]!.key)).toBe(true);
  });

  it("are none without transactions, and the trie is the same", () => {
    const { trie, changes, burned } = executed([]);
    expect(trie).toBe(before);
    expect({ changes, burned }).toEqual({ changes: [], burned: 0 });
  });
});

describe("the first transaction that is invalid", () => {
  const rejected = (transaction: Transaction, accounts = before) =>
    execute(accounts, [pays(alice, { nonce: 5, amount: 1 }), transaction], rulesOf());
  const next = { nonce: 6 };

  it.each<[InvalidTransaction, Transaction]>([
    ["bad signature", forged(pays(alice, next))],
    ["nonce too low", pays(alice, { nonce: 5 })],
    ["nonce too high", pays(alice, { nonce: 7 })],
    ["insufficient balance", pays(alice, { ...next, amount: 58_000 })],
    ["gas limit too low", pays(alice, { ...next, gasLimit: 20_999 })],
    ["gas limit above block", pays(alice, { ...next, gasLimit: 210_001 })],
    ["amount overflow", pays(alice, { ...next, amount: MOST })],
  ])("breaks the rule: %s", (rule, transaction) => {
    expect(rejected(transaction)).toEqual({ kind: "rejected", index: 1, rule });
  });

  it.each([
    ["at the limit of gas of a block", { ...next, gasLimit: 210_000 }],
    ["of the last that its sender has", { ...next, amount: 57_999 }],
  ])("is not one %s", (_, over) => {
    expect(rejected(pays(alice, over))).toMatchObject({ kind: "executed" });
  });

  it("needs gas for its data", () => {
    const data = new Uint8Array(1);
    const few = pays(alice, { ...next, data, gasLimit: 21_067 });
    expect(rejected(few)).toMatchObject({ rule: "gas limit too low" });
    const enough = pays(alice, { ...next, data, gasLimit: 21_068 });
    expect(rejected(enough)).toMatchObject({ kind: "executed" });
  });

  it("makes its receiver's balance too great", () => {
    const rich = accountsOf([
      [alice, { balance: 100_000, nonce: 5 }],
      [carol, { balance: MOST - 1 }],
    ]);
    const most = pays(alice, { ...next, to: carol.address, amount: 1 });
    expect(rejected(most, rich)).toMatchObject({ kind: "executed" });
    const more = pays(alice, { ...next, to: carol.address, amount: 2 });
    expect(rejected(more, rich)).toMatchObject({ index: 1, rule: "amount overflow" });
  });

  it("pays a fee that no number is exact for", () => {
    const dear = pays(alice, { ...next, gasPrice: MOST });
    expect(rejected(dear)).toMatchObject({ rule: "amount overflow" });
  });
});

describe("what a transaction costs", () => {
  it("is exact below 2^53, and not below it otherwise", () => {
    const count = fc.maxSafeNat();
    fc.assert(
      fc.property(
        count,
        fc.oneof(count, fc.nat(2 ** 32)),
        fc.nat(200),
        (amount, gasPrice, size) => {
          const data = new Uint8Array(size);
          const exact = BigInt(amount) + BigInt(gasPrice) * BigInt(21_000 + 68 * size);
          const cost = costOf({ ...pays(alice), amount, gasPrice, data });
          expect(cost > MOST ? 0n : BigInt(cost)).toBe(exact > BigInt(MOST) ? 0n : exact);
        },
      ),
    );
  });
});

describe("transactions one after another", () => {
  it("leave everything as it was when one is refused", () => {
    const execution = new Execution(before, addresses);
    expect(execution.apply(pays(carol, { amount: 1 }))).toBe("insufficient balance");
    expect(execution.apply(pays(alice, { nonce: 6 }))).toBe("nonce too high");
    expect(execution.finish()).toMatchObject({ trie: before, changes: [], burned: 0 });
  });

  it("keep the supply but for what is burned, in any order and number", () => {
    const people = [1, 2, 3, 4].map(person);
    const accounts = accountsOf(people.map((one) => [one, { balance: 200_000 }]));
    const one = fc.record({
      sender: fc.nat(3),
      to: fc.nat(3),
      nonce: fc.nat(4),
      amount: fc.nat(150_000),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 12 }), (wanted) => {
        const execution = new Execution(accounts, addresses);
        for (const { sender, to, nonce, amount } of wanted) {
          execution.apply(pays(people[sender]!, { nonce, to: people[to]!.address, amount }));
        }
        const { trie, burned } = execution.finish();
        const left = people.reduce((sum, one) => sum + accountOf(trie, one).balance, 0);
        expect(left + burned).toBe(800_000);
      }),
      { numRuns: 50 },
    );
  });
});
