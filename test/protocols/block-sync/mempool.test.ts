import { describe, expect, it } from "vitest";
import type { Account } from "../../../src/protocols/block-sync/account.ts";
import {
  addTransaction,
  candidates,
  dropOld,
  followTip,
  type MempoolState,
  newMempool,
  nextNonce,
} from "../../../src/protocols/block-sync/mempool.ts";
import type { ChainLimits } from "../../../src/protocols/block-sync/options.ts";
import type { Refusal } from "../../../src/protocols/block-sync/queries.ts";
import type { Transaction } from "../../../src/protocols/block-sync/transaction.ts";
import { rulesOfThree } from "./chain-of-three.ts";
import { alice, bob, carol, forged, pays } from "./chain-support.ts";

/** Everybody has sent five transactions before, and can pay for four with an amount of 1,000. */
const ACCOUNT: Account = { balance: 88_000, nonce: 5 };

function poolOf(limits: Partial<ChainLimits> = {}) {
  const pool = newMempool();
  const rules = rulesOfThree({ mempoolCount: 6, mempoolPerSender: 3, mempoolAge: 100, ...limits });
  const add = ({ bytes }: Transaction, now = 0, account = ACCOUNT) =>
    addTransaction(pool, { bytes, now }, rules, () => account);
  return { pool, add, limits: rules.limits };
}

/** Five was the last nonce but one: these are the next ones. */
const [a5, a6, a7] = [5, 6, 7].map((nonce) => pays(alice, { nonce })) as [
  Transaction,
  Transaction,
  Transaction,
];
const [b5, b6] = [5, 6].map((nonce) => pays(bob, { nonce })) as [Transaction, Transaction];
const c5 = pays(carol, { nonce: 5 });

const inTurn = (pool: MempoolState) => [...candidates(pool)];
const waiting = (pool: MempoolState) =>
  [...pool.waiting.values()].map(({ transaction }) => transaction);

describe("a mempool", () => {
  it("takes a transaction in", () => {
    const { pool, add } = poolOf();
    expect(add(a5)).toEqual({ kind: "accepted", transaction: a5 });
    expect(waiting(pool)).toEqual([a5]);
    expect(inTurn(pool)).toEqual([a5]);
  });

  it("refuses one that waits already", () => {
    const { add } = poolOf();
    add(a5);
    expect(add(a5)).toEqual({ kind: "known" });
  });

  it("keeps half of its room for what can go into the next blocks", () => {
    const { add } = poolOf({ mempoolCount: 4 });
    add(a7);
    add(b6);
    expect(add(pays(carol, { nonce: 6 }))).toEqual({ kind: "busy" });
    expect(add(a6)).toEqual({ kind: "busy" });
    expect(add(a5).kind).toBe("accepted");
    expect(add(a6).kind).toBe("accepted");
  });

  it("refuses another one with the nonce of one that waits, which is not replaced", () => {
    const { pool, add } = poolOf();
    add(a5);
    expect(add(pays(alice, { nonce: 5, gasPrice: 2 }))).toEqual({ kind: "nonce taken" });
    expect(waiting(pool)).toEqual([a5]);
  });

  it("is busy when as many wait as may, and says so before it looks at another one", () => {
    const { add } = poolOf({ mempoolCount: 2 });
    add(a5);
    add(b5);
    expect(add(forged(c5))).toEqual({ kind: "busy" });
    expect(add(a5)).toEqual({ kind: "known" });
  });

  it("is busy for a sender of whom as many wait as may", () => {
    const { add } = poolOf({ mempoolPerSender: 2 });
    add(a5);
    add(a6);
    expect(add(a7)).toEqual({ kind: "busy" });
    expect(add(b5)).toMatchObject({ kind: "accepted" });
  });

  it("refuses junk", () => {
    const { pool } = poolOf();
    const junk = { bytes: Uint8Array.of(1, 2, 3), now: 0 };
    expect(addTransaction(pool, junk, rulesOfThree(), () => ACCOUNT)).toEqual({
      kind: "malformed",
      reason: expect.stringMatching(/^transaction: expected a list/),
    });
  });

  it.each<[Extract<Refusal, { kind: "invalid" }>["rule"], Transaction]>([
    ["bad signature", forged(a5)],
    ["nonce too low", pays(alice, { nonce: 4 })],
    ["nonce too high", pays(alice, { nonce: 8 })],
    ["insufficient balance", pays(alice, { nonce: 5, amount: 67_001 })],
    ["gas limit too low", pays(alice, { nonce: 5, gasLimit: 1 })],
    ["gas limit above block", pays(alice, { nonce: 5, gasLimit: 210_001 })],
    ["amount overflow", pays(alice, { nonce: 5, gasPrice: 2 ** 50 })],
  ])("refuses what breaks a rule: %s", (rule, transaction) => {
    const { pool, add } = poolOf();
    expect(add(transaction)).toEqual({ kind: "invalid", rule });
    expect(pool).toEqual(newMempool());
  });

  it("refuses what its sender cannot pay together with what waits", () => {
    const { add } = poolOf();
    add(pays(alice, { nonce: 6, amount: 20_000 }));
    const rest = ACCOUNT.balance - 41_000 - 21_000;
    const more = pays(alice, { nonce: 5, amount: rest + 1 });
    expect(add(more)).toEqual({ kind: "invalid", rule: "insufficient balance" });
    expect(add(pays(alice, { nonce: 5, amount: rest }))).toMatchObject({ kind: "accepted" });
  });

  it("keeps what comes before its turn, and offers it when the gap is filled", () => {
    const { pool, add } = poolOf();
    add(a7);
    add(a5);
    expect(inTurn(pool)).toEqual([a5]);
    add(a6);
    expect(inTurn(pool)).toEqual([a5, a6, a7]);
  });

  it("knows the next nonce, up to the first gap", () => {
    const { pool, add } = poolOf();
    expect(nextNonce(pool, alice.address, ACCOUNT)).toBe(5);
    add(a5);
    add(a7);
    expect(nextNonce(pool, alice.address, ACCOUNT)).toBe(6);
    add(a6);
    expect(nextNonce(pool, alice.address, ACCOUNT)).toBe(8);
  });

  it("drops what has waited for too long", () => {
    const { pool, add, limits } = poolOf();
    add(a5, 0);
    add(a6, 1);
    add(b5, 2);
    expect(dropOld(pool, 100, limits)).toBe(0);
    expect(dropOld(pool, 102, limits)).toBe(2);
    expect(waiting(pool)).toEqual([b5]);
    expect([...pool.senders.keys()]).toEqual([bob.address]);
  });
});

describe("the turn", () => {
  const pooled = () => {
    const made = poolOf();
    for (const transaction of [a5, a6, a7, b5, b6, c5]) made.add(transaction);
    return made;
  };

  it("goes round the senders, who take one place each", () => {
    expect(inTurn(pooled().pool)).toEqual([a5, b5, c5, a6, b6, a7]);
  });

  it("begins with whoever was served least lately", () => {
    const { pool } = pooled();
    followTip(pool, { orphaned: [], adopted: [a5] }, 1);
    expect(inTurn(pool)).toEqual([b5, c5, a6, b6, a7]);
  });
});

describe("a mempool that follows the chain", () => {
  it("drops what is in a block", () => {
    const { pool, add } = poolOf();
    add(a5);
    add(a6);
    followTip(pool, { orphaned: [], adopted: [a5] }, 1);
    expect(waiting(pool)).toEqual([a6]);
    expect(inTurn(pool)).toEqual([a6]);
    followTip(pool, { orphaned: [], adopted: [a6] }, 2);
    expect(pool).toEqual(newMempool());
  });

  it("drops what waits for a nonce that another one has used", () => {
    const { pool, add } = poolOf();
    add(a5);
    add(a6);
    followTip(pool, { orphaned: [], adopted: [pays(alice, { nonce: 5, amount: 1 })] }, 1);
    expect(waiting(pool)).toEqual([a6]);
  });

  it("gives room to its senders again", () => {
    const { pool, add } = poolOf({ mempoolPerSender: 2 });
    add(a5);
    add(a6);
    followTip(pool, { orphaned: [], adopted: [a5] }, 1);
    expect(add(a7, 1, { ...ACCOUNT, nonce: 6 })).toMatchObject({ kind: "accepted" });
  });

  it("takes back what was orphaned, in front of what waits of its sender", () => {
    const { pool, add } = poolOf();
    add(a5);
    add(a6);
    add(a7);
    followTip(pool, { orphaned: [], adopted: [a5, a6] }, 1);
    followTip(pool, { orphaned: [a5, a6], adopted: [] }, 2);
    expect(inTurn(pool)).toEqual([a5, a6, a7]);
  });

  it("takes back what came in a block only", () => {
    const { pool } = poolOf();
    followTip(pool, { orphaned: [a5, b5], adopted: [] }, 2);
    expect(inTurn(pool)).toEqual([a5, b5]);
  });

  it("takes back nothing that is in the new branch, or whose nonce is used there", () => {
    const { pool } = poolOf();
    const other = pays(bob, { nonce: 5, amount: 1 });
    followTip(pool, { orphaned: [a5, a6, b5, b6], adopted: [a5, other] }, 2);
    expect(waiting(pool)).toEqual([a6, b6]);
    expect(inTurn(pool)).toEqual([a6, b6]);
  });

  it("takes back nothing for a nonce for which another one waits", () => {
    const { pool, add } = poolOf();
    add(a5);
    followTip(pool, { orphaned: [pays(alice, { nonce: 5, amount: 1 })], adopted: [] }, 2);
    expect(waiting(pool)).toEqual([a5]);
  });

  it("takes back more than it would accept", () => {
    const { pool } = poolOf({ mempoolCount: 1, mempoolPerSender: 1 });
    followTip(pool, { orphaned: [a5, a6, b5], adopted: [] }, 2);
    expect(inTurn(pool)).toEqual([a5, b5, a6]);
  });

  it("takes back no more of a sender than any account could pay", () => {
    const { pool } = poolOf();
    const half = { amount: 2 ** 52, gasPrice: 0 };
    const orphaned = [5, 6, 7].map((nonce) => pays(alice, { nonce, ...half }));
    followTip(pool, { orphaned, adopted: [] }, 2);
    expect(waiting(pool)).toEqual([orphaned[0]]);
  });

  it("lets what it took back wait as long as what is new", () => {
    const { pool, limits } = poolOf();
    followTip(pool, { orphaned: [a5], adopted: [] }, 50);
    expect(dropOld(pool, 150, limits)).toBe(0);
    expect(dropOld(pool, 151, limits)).toBe(1);
  });
});
