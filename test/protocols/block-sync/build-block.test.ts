import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bodyBytes, decodeHeader } from "../../../src/protocols/block-sync/block.ts";
import { buildBlock } from "../../../src/protocols/block-sync/build-block.ts";
import { slotStart } from "../../../src/protocols/block-sync/genesis.ts";
import type { ChainLimits } from "../../../src/protocols/block-sync/options.ts";
import type { Transaction } from "../../../src/protocols/block-sync/transaction.ts";
import {
  checkBody,
  checkExecution,
  ruleBrokenByHeader,
} from "../../../src/protocols/block-sync/validation.ts";
import { GENESIS, genesis, rulesOfThree } from "./chain-of-three.ts";
import { alice, bob, carol, pays } from "./chain-support.ts";

/** What Bob makes of candidates in slot 1. */
const build = (candidates: Iterable<Transaction>, limits: Partial<ChainLimits> = {}) => {
  const timestamp = slotStart(GENESIS, 1);
  const on = { parent: genesis.block.header, accounts: genesis.trie };
  return buildBlock({ ...on, candidates, timestamp, keys: bob.keys }, rulesOfThree(limits));
};
const transfers = (count: number) =>
  Array.from({ length: count }, (_, nonce) => pays(alice, { nonce }));

describe("a block that is built", () => {
  it("holds the candidates in their order", () => {
    const candidates = [pays(bob), ...transfers(3)];
    const { block, transactions } = build(candidates);
    expect(transactions).toEqual(candidates);
    expect(block.body).toEqual(candidates.map(({ bytes }) => bytes));
  });

  it("may be empty", () => {
    const { block, executed } = build([]);
    expect(block.body).toEqual([]);
    expect(executed).toMatchObject({ trie: genesis.trie, changes: [] });
  });

  it("follows its parent, by its producer and at its time", () => {
    const { header } = build([]).block;
    expect(header).toMatchObject({
      ...{ height: 1, parent: genesis.block.header.hash },
      ...{ producer: bob.publicKey, timestamp: slotStart(GENESIS, 1) },
    });
    expect(decodeHeader(header.bytes)).toEqual(header);
  });

  it("skips what is invalid by now", () => {
    const [first, second] = transfers(2);
    const gap = pays(bob, { nonce: 1 });
    const poor = pays(carol, { amount: 1 });
    expect(build([gap, first!, first!, poor, second!]).transactions).toEqual([first, second]);
  });

  it("ends with the first that does not fit into its gas", () => {
    const wide = pays(bob, { data: new Uint8Array(500), gasLimit: 60_000 });
    const [first, ...rest] = transfers(9);
    // The ninth transfer would fit, but for the wide one before it: 8 x 21,000 + 55,000 > 210,000.
    const candidates = [first!, ...rest.slice(0, 7), wide, rest.at(-1)!];
    expect(build(candidates).transactions).toEqual(candidates.slice(0, 8));
    expect(build(transfers(11)).transactions).toEqual(transfers(10));
  });

  it("is as long as is allowed, and no longer", () => {
    const sizeBytes = bodyBytes(transfers(3).map(({ bytes }) => bytes));
    expect(build(transfers(4), { blockBytes: sizeBytes }).transactions).toHaveLength(3);
    expect(build(transfers(4), { blockBytes: sizeBytes - 1 }).transactions).toHaveLength(2);
  });

  it("looks at no more candidates than it needs", () => {
    let looked = 0;
    const endless = function* () {
      for (const candidate of transfers(50)) {
        looked++;
        yield candidate;
      }
    };
    build(endless());
    expect(looked).toBe(11);
  });

  it("is valid, and its import comes to what its producer has", () => {
    const candidate = fc.record({ nonce: fc.nat(4), amount: fc.nat(600_000), who: fc.nat(2) });
    const people = [alice, bob, carol];
    fc.assert(
      fc.property(fc.array(candidate, { maxLength: 15 }), (wanted) => {
        const rules = rulesOfThree();
        const built = build(
          wanted.map(({ who, nonce, amount }) =>
            pays(people[who]!, { nonce, amount, to: people[(who + 1) % 3]!.address }),
          ),
        );
        const { header } = built.block;
        const now = header.timestamp;
        expect(ruleBrokenByHeader(header, genesis.block.header, now, rules)).toBeUndefined();
        const body = checkBody(built.block, rules);
        expect(body).toEqual({ kind: "checked", transactions: built.transactions });
        const executed = checkExecution(header, built.transactions, genesis.trie, rules);
        expect(executed).toEqual(built.executed);
      }),
      { numRuns: 30 },
    );
  });
});
