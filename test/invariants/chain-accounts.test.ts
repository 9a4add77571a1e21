import { describe, expect, it } from "vitest";
import {
  accountsAreRight,
  blockAndAccountsAreOne,
  type Ledger,
} from "../../src/invariants/chain-accounts.ts";
import type { ChainView } from "../../src/invariants/chain-view.ts";
import { HandMadeChain, says } from "../support/hand-made-chain.ts";

const ledgerOf = (balance: number, nonce = 0): Ledger => new Map([["k", { balance, nonce }]]);

/** Of 100 that there were 10 are burned; the root of a ledger is what it has. */
const source = (shown: Ledger) => ({
  ...{ ledgerOf: () => shown, rootOf: (ledger: Ledger) => rootOf(ledger) },
  expected: () => ({ ledger: ledgerOf(90), burned: 10 }),
  ...{ supply: 100, every: 1, mayLie: () => false },
});
const rootOf = (ledger: Ledger): string => (ledger.get("k")?.nonce === 7 ? "other" : "");

describe("that accounts are right", () => {
  const begun = (shown: Ledger) => new HandMadeChain(...accountsAreRight<ChainView>(source(shown)));

  it("is accepted of what the transactions make of genesis", () => {
    expect(begun(ledgerOf(90)).has(1, "a", ["x"])).toEqual([]);
  });

  it("is rejected of another root", () => {
    expect(begun(ledgerOf(90, 7)).has(1, "a", ["x"])).toContain(
      "BS-STATE-ROOT: a: after block 1 the root in it is not that of the accounts",
    );
  });

  it("is rejected of other accounts, and of money made", () => {
    expect(begun(ledgerOf(91)).has(1, "a", ["x"])).toEqual([
      "BS-STATE-EQ: a: after block 1 account k is not what it must be",
      "BS-SUPPLY: a: after block 1 there are 101 in all, not 100",
    ]);
  });
});

describe("that a block and its accounts are one", () => {
  const recovered = says("recovered", { height: 0, hash: "genesis" });
  const begun = (shown: Ledger) =>
    new HandMadeChain(blockAndAccountsAreOne<ChainView>("ATOMIC", source(shown)));

  it("is accepted when a disk gives back both", () => {
    expect(begun(ledgerOf(90)).tells(1, "a", recovered)).toEqual([]);
  });

  it("is rejected when it gives back the accounts of another block", () => {
    expect(begun(ledgerOf(80)).tells(1, "a", recovered)).toEqual([
      "ATOMIC: a: after block 0 account k is not what it must be",
    ]);
  });
});
