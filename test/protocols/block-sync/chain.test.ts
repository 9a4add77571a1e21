import { describe, expect, it } from "vitest";
import {
  blockAt,
  type ChainState,
  forgetBodies,
  forgetStates,
  newChain,
  pruneBodies,
  transactionAt,
} from "../../../src/protocols/block-sync/chain.ts";
import {
  branchRefusal,
  insert,
  onFinalized,
  onJustified,
} from "../../../src/protocols/block-sync/finality/fork-choice.ts";
import { block, FIRST, line, pointOf } from "../../support/chain-blocks.ts";

const HEIGHTS = [0, 1, 2, 3, 4, 5, 6, 7, 8];

/** A chain of eight blocks, of which the first `final` are final, and a branch off the third. */
function longChain(final: number): ChainState {
  const chain = newChain(FIRST);
  const blocks = line("b", FIRST, 8);
  for (const one of blocks) insert(chain, one);
  insert(chain, block("branch", blocks[2]));
  if (final > 0) onFinalized(chain, pointOf(blocks[final - 1]!));
  return chain;
}

function withState(chain: ChainState): readonly number[] {
  return HEIGHTS.filter((height) => blockAt(chain, height)!.accounts !== undefined);
}

function withBody(chain: ChainState): readonly number[] {
  return HEIGHTS.filter((height) => blockAt(chain, height)!.body !== undefined);
}

describe("states", () => {
  it("are kept as many as asked for, from the tip down", () => {
    const chain = longChain(8);
    forgetStates(chain, { keptStates: 3, reorgMax: 100 });
    expect(withState(chain)).toEqual([6, 7, 8]);
  });

  it("are kept where a branch may yet begin: from the final block on", () => {
    const chain = longChain(3);
    forgetStates(chain, { keptStates: 1, reorgMax: 100 });
    expect(withState(chain)).toEqual([3, 4, 5, 6, 7, 8]);
  });

  it("are given up where a branch would be too deep, on every branch", () => {
    const chain = longChain(0);
    forgetStates(chain, { keptStates: 1, reorgMax: 3 });
    expect(withState(chain)).toEqual([5, 6, 7, 8]);
    const [, , , branch] = [...chain.branches.values()].map((hashes) => hashes[1]);
    expect(chain.blocks.get(branch!)!.accounts).toBeUndefined();
  });

  it("that are gone let no branch begin", () => {
    const chain = longChain(0);
    forgetStates(chain, { keptStates: 1, reorgMax: 3 });
    expect(branchRefusal(chain, pointOf(blockAt(chain, 4)!), 100)).toBe("fork too deep");
    expect(branchRefusal(chain, pointOf(blockAt(chain, 5)!), 100)).toBeUndefined();
  });
});

describe("bodies", () => {
  it("below a height leave the memory, and their transactions are still found", () => {
    const chain = newChain(FIRST);
    const one = block("one", FIRST, ["x"]);
    insert(chain, one);
    forgetBodies(chain, 2);
    expect(blockAt(chain, 1)!.body).toBeUndefined();
    expect(transactionAt(chain, one.transactions[0]!)).toEqual({
      ...{ block: one.header.hash, index: 0 },
    });
    expect(chain.bodiesFrom).toBe(0);
  });

  it("below a height leave the memory on every branch, those that come late, too", () => {
    const chain = longChain(0);
    forgetBodies(chain, 6);
    expect(withBody(chain)).toEqual([6, 7, 8]);
    const late = line("late", blockAt(chain, 3)!, 6);
    for (const one of late) insert(chain, one);
    forgetBodies(chain, 6);
    const heights = [4, 5, 6, 7, 8, 9];
    expect(heights.map((height) => blockAt(chain, height)!.body !== undefined)).toEqual([
      ...[false, false, true, true, true, true],
    ]);
  });

  it("that are pruned take the lookup of their transactions with them", () => {
    const chain = newChain(FIRST);
    const one = block("one", FIRST, ["x"]);
    const two = block("two", one, ["y"]);
    insert(chain, one);
    insert(chain, two);
    onFinalized(chain, pointOf(two));
    pruneBodies(chain, 2);
    expect(transactionAt(chain, one.transactions[0]!)).toBeUndefined();
    expect(transactionAt(chain, two.transactions[0]!)).toBeDefined();
    expect(blockAt(chain, 1)).toEqual({
      ...{ header: one.header, body: undefined, transactions: [], accounts: one.accounts },
    });
    expect(chain.bodiesFrom).toBe(2);
  });

  it("are pruned only where they are final", () => {
    const chain = longChain(4);
    pruneBodies(chain, 7);
    expect(chain.bodiesFrom).toBe(4);
    expect(withBody(chain)).toEqual([4, 5, 6, 7, 8]);
  });
});

describe("a chain of ten thousand blocks", () => {
  it("takes another one without looking at all of them", () => {
    const chain = newChain(FIRST);
    const blocks = line("b", FIRST, 10_000);
    let looks = 0;
    const { get } = chain.blocks;
    chain.blocks.get = function (hash) {
      looks++;
      return get.call(this, hash);
    };
    for (const one of blocks) {
      insert(chain, one);
      onJustified(chain, pointOf(one));
      onFinalized(chain, pointOf(one));
      forgetStates(chain, { keptStates: 128, reorgMax: 1_000 });
      forgetBodies(chain, one.header.height - 128);
    }
    // A few for each block.
    expect(looks).toBeLessThan(200_000);
  });
});
