// In a recorded run a handler sees an Immer draft of its node's memory: the same must come of it.

import { createDraft, enableMapSet, finishDraft } from "immer";
import { describe, expect, it } from "vitest";
import { buildBlock } from "../../../src/protocols/block-sync/build-block.ts";
import {
  addTransaction,
  candidates,
  dropOld,
  followTip,
  type MempoolState,
  newMempool,
} from "../../../src/protocols/block-sync/mempool.ts";
import { genesis, rulesOfThree } from "./chain-of-three.ts";
import { accountOf, alice, bob, pays } from "./chain-support.ts";

enableMapSet();

const ALL = [
  ...[0, 1, 2].map((nonce) => pays(alice, { nonce })),
  ...[0, 2].map((nonce) => pays(bob, { nonce })),
];

type Handler = (pool: MempoolState) => void;

const HANDLERS: readonly Handler[] = [
  ...ALL.map(({ bytes }, now): Handler => {
    const accountAt = (address: string) =>
      accountOf(genesis.trie, address === alice.address ? alice : bob);
    return (pool) => addTransaction(pool, { bytes, now }, rulesOfThree(), accountAt);
  }),
  (pool) => followTip(pool, { orphaned: [], adopted: built(pool) }, 10),
  (pool) => followTip(pool, { orphaned: ALL.slice(0, 1), adopted: [] }, 20),
  (pool) => dropOld(pool, 22, { ...rulesOfThree().limits, mempoolAge: 20 }),
];

/** What a producer takes of it into a block of two. */
function built(pool: MempoolState) {
  const rules = rulesOfThree({ blockGas: 42_000 });
  const on = { parent: genesis.block.header, accounts: genesis.trie, timestamp: 0 };
  return buildBlock({ ...on, candidates: candidates(pool), keys: bob.keys }, rules).transactions;
}

describe("a mempool in a recorded run", () => {
  it("goes through the same states as in any other", () => {
    const plain = newMempool();
    let recorded = newMempool();
    for (const handle of HANDLERS) {
      handle(plain);
      const draft = createDraft(recorded);
      handle(draft);
      recorded = finishDraft(draft);
      expect(recorded).toEqual(plain);
      expect([...recorded.senders.keys()]).toEqual([...plain.senders.keys()]);
    }
    expect([...candidates(recorded)]).toEqual(ALL.slice(0, 1));
    expect(recorded.waiting.size).toBe(3);
  });
});
