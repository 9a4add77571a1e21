import { describe, expect, it } from "vitest";
import { newChainChecks } from "../../src/protocols/block-sync/chain-reader.ts";
import type { ChainLimits } from "../../src/protocols/block-sync/options.ts";
import type { Transaction } from "../../src/protocols/block-sync/transaction.ts";
import { orderedRoot } from "../../src/protocols/block-sync/trie/trie.ts";
import { hexOf } from "../../src/protocols/hex.ts";
import { ChainJudge } from "../../src/scenarios/chain-judge.ts";
import {
  blockOf,
  GENESIS,
  genesis,
  rulesOfThree,
  withBody,
} from "../protocols/block-sync/chain-of-three.ts";
import { alice, carol, pays } from "../protocols/block-sync/chain-support.ts";

const RIGHT = { epoch: GENESIS.timestamp };

const judgeOf = (limits: Partial<ChainLimits> = {}, clocks: { epoch?: number } = RIGHT) => {
  const options = { genesis: GENESIS, rootEvery: 1, ...newChainChecks() };
  const { limits: all } = rulesOfThree(limits);
  return new ChainJudge({ ...options, limits: all, epoch: clocks.epoch }, genesis.block.header);
};

/** The next block with other transactions, whatever they make of the accounts. */
const blockWith = (transactions: readonly Transaction[]) => {
  const body = transactions.map(({ bytes }) => bytes);
  return withBody(blockOf(1).block, body, hexOf(orderedRoot(body)));
};

describe("the second opinion on a block", () => {
  const { block } = blockOf(1, [pays(alice), pays(alice, { nonce: 1 })]);
  // A transfer has between 56 and 255 bytes, and a prefix of two; the list's is of three.
  const sizeBytes = block.body.reduce((sum, { length }) => sum + length + 2, 3);
  const longest = Math.max(...block.body.map(({ length }) => length));

  it("is that a block of its producer is valid", () => {
    expect(judgeOf().judge(block)).toBeUndefined();
  });

  it("bounds the bytes of its body, and of each transaction", () => {
    expect(judgeOf({ blockBytes: sizeBytes }).judge(block)).toBeUndefined();
    expect(judgeOf({ blockBytes: sizeBytes - 1 }).judge(block)).toBe(`its size, ${sizeBytes}`);
    expect(judgeOf({ transactionBytes: longest }).judge(block)).toBeUndefined();
    expect(judgeOf({ transactionBytes: longest - 1 }).judge(block)).toMatch(/at most .* bytes/);
  });

  it.each<[string, Transaction]>([
    ["its gas limit, above the block's", pays(alice, { gasLimit: 210_001 })],
    ["its amount", pays(alice, { amount: 2 ** 53 - 21_000 })],
    ["its amount", pays(alice, { gasPrice: 2 ** 50 })],
    ["its payer's balance", pays(alice, { amount: 2 ** 53 - 21_001 })],
    ["its payer's balance", pays(carol)],
    ["its nonce", pays(alice, { nonce: 1 })],
  ])("names what is wrong with a transaction: %s", (wrong, transaction) => {
    expect(judgeOf().judge(blockWith([transaction]))).toBe(`transaction 0: ${wrong}`);
  });

  it("finds a replay", () => {
    const twice = blockWith([pays(alice), pays(alice)]);
    expect(judgeOf().judge(twice)).toBe("transaction 1: its nonce");
  });

  it("says how far its time is to come, unless clocks differ", () => {
    const late = blockOf(50).block;
    const judge = judgeOf({ futureMax: 1_000 });
    expect(judge.judge(late)).toBeUndefined();
    // Slot 50 begins 5,000 us after genesis.
    expect(judge.judgeTime(late.header.hash, 4_000)).toBeUndefined();
    expect(judge.judgeTime(late.header.hash, 3_999)).toBe("its time, 1001 us to come");
    const doubtful = judgeOf({ futureMax: 1_000 }, {});
    expect(doubtful.judge(late)).toBeUndefined();
    expect(doubtful.judgeTime(late.header.hash, 0)).toBeUndefined();
  });
});
