// A mempool beside a chain that grows and forks at random: what it holds must always follow from
// the chain's tip, as a naive look at all of it finds.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildBlock } from "../../../src/protocols/block-sync/build-block.ts";
import { costOf, execute } from "../../../src/protocols/block-sync/executor.ts";
import {
  addTransaction,
  candidates,
  followTip,
  newMempool,
} from "../../../src/protocols/block-sync/mempool.ts";
import type { Transaction } from "../../../src/protocols/block-sync/transaction.ts";
import type { Trie } from "../../../src/protocols/block-sync/trie/trie.ts";
import { genesis, rulesOfThree } from "./chain-of-three.ts";
import { accountOf, accountsOf, alice, bob, carol, pays } from "./chain-support.ts";

const PEOPLE = [alice, bob, carol];

interface Layer {
  readonly trie: Trie;
  readonly transactions: readonly Transaction[];
}

type Step =
  | { readonly kind: "add"; readonly who: number; readonly ahead: number; readonly amount: number }
  | { readonly kind: "build"; readonly fit: number }
  /** The last blocks go, and as many come that hold other transactions. */
  | { readonly kind: "fork"; readonly depth: number; readonly who: number };

/** A chain that is its layers, and a pool beside it. */
class PooledChain {
  readonly pool = newMempool();
  readonly layers: Layer[] = [
    { trie: accountsOf(PEOPLE.map((one) => [one, { balance: 500_000 }])), transactions: [] },
  ];
  readonly accepted = new Set<Transaction>();

  get trie(): Trie {
    return this.layers.at(-1)!.trie;
  }

  nonceOf(who: number): number {
    return accountOf(this.trie, PEOPLE[who]!).nonce;
  }

  add(transaction: Transaction): void {
    const { bytes } = transaction;
    const accountAt = (address: string) =>
      accountOf(this.trie, PEOPLE.find((one) => one.address === address)!);
    const added = addTransaction(this.pool, { bytes, now: 0 }, rulesOfThree(), accountAt);
    if (added.kind === "accepted") this.accepted.add(added.transaction);
  }

  build(fit: number): void {
    const limits = { blockGas: 21_000 * fit };
    const { transactions, executed } = buildBlock(
      {
        ...{ parent: genesis.block.header, accounts: this.trie, timestamp: 0 },
        ...{ candidates: candidates(this.pool), keys: alice.keys },
      },
      { ...rulesOfThree(), limits: { ...rulesOfThree().limits, ...limits } },
    );
    this.layers.push({ trie: executed.trie, transactions });
    followTip(this.pool, { orphaned: [], adopted: transactions }, 0);
  }

  fork(depth: number, who: number): void {
    const gone = this.layers.splice(Math.max(1, this.layers.length - depth));
    const orphaned = gone.flatMap(({ transactions }) => transactions);
    const other = pays(PEOPLE[who]!, { nonce: this.nonceOf(who), amount: 3, gasPrice: 0 });
    const adopted = [orphaned.filter((_, i) => i === 0), [other]].flat();
    const executed = execute(this.trie, adopted, rulesOfThree());
    const layer = executed.kind === "executed" ? executed : { trie: this.trie };
    const transactions = executed.kind === "executed" ? adopted : [];
    this.layers.push({ trie: layer.trie, transactions });
    followTip(this.pool, { orphaned, adopted: transactions }, 0);
  }

  take(step: Step): void {
    if (step.kind === "build") this.build(step.fit);
    else if (step.kind === "fork") this.fork(step.depth, step.who);
    else {
      const nonce = this.nonceOf(step.who) + step.ahead;
      this.add(pays(PEOPLE[step.who]!, { nonce, amount: step.amount, gasPrice: 0 }));
    }
  }
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("add" as const), ...addition() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("build" as const),
      fit: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...{ kind: fc.constant("fork" as const), depth: fc.integer({ min: 1, max: 4 }) },
      who: fc.nat(2),
    }),
  },
);

function addition() {
  return { who: fc.nat(2), ahead: fc.nat(4), amount: fc.nat(200_000) };
}

describe("a mempool beside a chain that forks", () => {
  it("holds what could still be valid, once, in the queues of its senders", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const chain = new PooledChain();
        for (const each of steps) chain.take(each);
        const { waiting, senders } = chain.pool;
        const all = [...waiting.values()].map(({ transaction }) => transaction);
        for (const [who, person] of PEOPLE.entries()) {
          const own = all.filter(({ from }) => from === person.address);
          const queue = senders.get(person.address);
          expect(new Map(own.map(({ nonce, hash }) => [nonce, hash]))).toEqual(
            new Map(queue?.byNonce),
          );
          expect(queue?.cost ?? 0).toBe(own.reduce((sum, one) => sum + costOf(one), 0));
          expect(queue?.nonce ?? chain.nonceOf(who)).toBe(chain.nonceOf(who));
          expect(own.every(({ nonce }) => nonce >= chain.nonceOf(who))).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("loses nothing that it has accepted, but to another one with the same nonce", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const chain = new PooledChain();
        for (const each of steps) chain.take(each);
        const included = chain.layers.flatMap(({ transactions }) => transactions);
        const waiting = [...chain.pool.waiting.values()].map(({ transaction }) => transaction);
        const found = new Set(
          [...included, ...waiting].map(({ from, nonce }) => `${from} ${nonce}`),
        );
        const lost = [...chain.accepted].filter(
          ({ from, nonce }) => !found.has(`${from} ${nonce}`),
        );
        expect(lost).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it("offers each of a sender's in a row that begins at its account's nonce", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const chain = new PooledChain();
        for (const each of steps) chain.take(each);
        const offered = [...candidates(chain.pool)];
        for (const [who, person] of PEOPLE.entries()) {
          const nonces = offered.filter(({ from }) => from === person.address);
          expect(nonces.map(({ nonce }) => nonce)).toEqual(
            nonces.map((_, i) => chain.nonceOf(who) + i),
          );
        }
      }),
      { numRuns: 100 },
    );
  });
});
