import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  blockAt,
  type ChainBlock,
  type ChainState,
  forkPoint,
  hashAt,
  isAncestor,
  newChain,
  tipOf,
  transactionAt,
} from "../../../src/protocols/block-sync/chain.ts";
import { hashOf } from "../../../src/protocols/block-sync/encoding/hash.ts";
import {
  branchRefusal,
  insert,
  onFinalized,
  onJustified,
} from "../../../src/protocols/block-sync/finality/fork-choice.ts";
import { block, FIRST, hashesOf, line, pointOf } from "../../support/chain-blocks.ts";

const NO_LIMIT = 1_000;

function chainOf(...blocks: readonly ChainBlock[]): ChainState {
  const chain = newChain(FIRST);
  for (const one of blocks) insert(chain, one);
  return chain;
}

/** Two lines that leave the first block; where they are equally high, the short one is better. */
const LONG = line("long", FIRST, 4);
const SHORT = line("low", FIRST, 2);

describe("the tip", () => {
  it("is the block that was added behind it", () => {
    const chain = chainOf();
    expect(insert(chain, LONG[0]!)).toEqual({ orphaned: [], adopted: hashesOf(LONG.slice(0, 1)) });
    expect(tipOf(chain)).toBe(LONG[0]);
  });

  it("moves to a branch that has become higher, and tells what it leaves and takes", () => {
    const chain = chainOf(...SHORT, ...LONG.slice(0, 2));
    expect(insert(chain, LONG[2]!)).toEqual({
      orphaned: SHORT,
      adopted: hashesOf(LONG.slice(0, 3)),
    });
    expect(chain.canonical).toEqual(hashesOf([FIRST, ...LONG.slice(0, 3)]));
  });

  it("is of two equally high blocks the one with the lower hash, whichever came first", () => {
    const [one, other] = [block("one", FIRST), block("other", FIRST)];
    const lowest = [one, other].sort((a, b) => (a.header.hash < b.header.hash ? -1 : 1))[0];
    expect(tipOf(chainOf(one, other))).toBe(lowest);
    expect(tipOf(chainOf(other, one))).toBe(lowest);
  });

  it("moves to a justified block, although another branch is higher", () => {
    const chain = chainOf(...LONG, ...SHORT);
    const change = onJustified(chain, pointOf(SHORT[0]!));
    expect(change).toEqual({ orphaned: LONG, adopted: hashesOf(SHORT) });
    expect(insert(chain, block("more", LONG[3]))).toBeUndefined();
  });

  it("stays when a block of the chain is justified, or one below the highest", () => {
    const chain = chainOf(...LONG, ...SHORT);
    expect(onJustified(chain, pointOf(LONG[2]!))).toBeUndefined();
    expect(onJustified(chain, pointOf(SHORT[1]!))).toBeUndefined();
    expect(chain.justified).toEqual(pointOf(LONG[2]!));
  });

  it("stays when a block comes that is known already", () => {
    const chain = chainOf(...LONG);
    expect(insert(chain, LONG[3]!)).toBeUndefined();
    expect(chain.branches.get(4)).toEqual(hashesOf([LONG[3]!]));
  });
});

describe("a final block", () => {
  it("takes with it all branches that do not descend from it", () => {
    const twig = line("twig", LONG[1]!, 5);
    const chain = chainOf(...LONG, ...SHORT, block("leaf", SHORT[1]), block("bud", LONG[0]));
    onJustified(chain, pointOf(LONG[1]!));
    for (const one of twig) insert(chain, one);
    onFinalized(chain, pointOf(LONG[1]!));
    const left = [FIRST, ...LONG, ...twig];
    expect(new Set(chain.blocks.keys())).toEqual(new Set(hashesOf(left)));
    expect([...chain.branches.keys()]).toEqual([3, 4, 5, 6, 7]);
    expect(tipOf(chain)).toBe(twig[4]);
  });

  it("is on the chain, even where the highest justified block was elsewhere", () => {
    const chain = chainOf(...LONG, ...SHORT);
    onJustified(chain, pointOf(LONG[3]!));
    const change = onFinalized(chain, pointOf(SHORT[0]!));
    expect(change).toEqual({ orphaned: LONG, adopted: hashesOf(SHORT) });
    expect(chain.justified).toEqual(pointOf(SHORT[0]!));
    expect(chain.blocks.size).toBe(3);
  });

  it("is not given up for a lower one", () => {
    const chain = chainOf(...LONG);
    onFinalized(chain, pointOf(LONG[2]!));
    expect(onFinalized(chain, pointOf(LONG[1]!))).toBeUndefined();
    expect(chain.finalized).toEqual(pointOf(LONG[2]!));
  });
});

describe("a branch is refused", () => {
  it("behind a block that nobody knows", () => {
    expect(branchRefusal(chainOf(), pointOf(LONG[0]!), NO_LIMIT)).toBe("unknown parent");
  });

  it("that leaves the chain below the final block", () => {
    const chain = chainOf(...LONG);
    onFinalized(chain, pointOf(LONG[1]!));
    expect(branchRefusal(chain, pointOf(LONG[0]!), NO_LIMIT)).toBe("behind finality");
    expect(branchRefusal(chain, pointOf(LONG[1]!), NO_LIMIT)).toBeUndefined();
  });

  it("that leaves it too far below the tip", () => {
    const chain = chainOf(...LONG, ...SHORT);
    expect(branchRefusal(chain, pointOf(SHORT[1]!), 4)).toBeUndefined();
    expect(branchRefusal(chain, pointOf(SHORT[1]!), 3)).toBe("fork too deep");
    expect(branchRefusal(chain, pointOf(LONG[0]!), 3)).toBeUndefined();
  });
});

describe("transactions", () => {
  it("are found in the block of the chain that holds them, wherever the chain goes", () => {
    const one = block("one", FIRST, ["x", "y"]);
    const other = block("other", FIRST, ["y", "z"]);
    const chain = chainOf(one);
    const [x, y, z] = ["x", "y", "z"].map((text) => hashOf(new TextEncoder().encode(text)));
    expect(transactionAt(chain, y!)).toEqual({ block: one.header.hash, index: 1 });
    insert(chain, other);
    insert(chain, block("next", other));
    expect(transactionAt(chain, x!)).toBeUndefined();
    expect(transactionAt(chain, y!)).toEqual({ block: other.header.hash, index: 0 });
    expect(transactionAt(chain, z!)).toEqual({ block: other.header.hash, index: 1 });
  });
});

/** A block by the number of its parent among those before it; 0 is the first one. */
const trees = fc.array(fc.nat(), { minLength: 1, maxLength: 24 }).map((choices) => {
  const blocks = [FIRST];
  for (const [i, choice] of choices.entries()) {
    // Mostly behind one of the last few, so that branches grow.
    const parent = blocks[Math.max(0, blocks.length - 1 - (choice % 4))]!;
    blocks.push(block(`tree${i}`, parent, [`tx${choice % 7} ${parent.header.height}`]));
  }
  return blocks;
});

const worlds = trees.chain((blocks) =>
  fc.record({
    blocks: fc.constant(blocks),
    order: fc.shuffledSubarray(blocks.slice(1), { minLength: blocks.length - 1 }),
    final: fc.constantFrom(...blocks),
    justified: fc.constantFrom(...blocks),
    votesAfter: fc.nat({ max: blocks.length - 1 }),
  }),
);

function pathTo(blocks: readonly ChainBlock[], end: ChainBlock): readonly ChainBlock[] {
  const parent = blocks.find(({ header }) => header.hash === end.header.parent);
  return parent === undefined ? [end] : [...pathTo(blocks, parent), end];
}

function bestOf(blocks: readonly ChainBlock[]): ChainBlock {
  return blocks.reduce((best, { header }, i) => {
    const { height, hash } = best.header;
    const isBetter = header.height > height || (header.height === height && header.hash < hash);
    return isBetter ? blocks[i]! : best;
  });
}

/** The chain as its rules say, from all that is known. */
function naiveChain({ blocks, final, justified }: World): readonly ChainBlock[] {
  const root = bestOf([justified, ...pathTo(blocks, final)]);
  return pathTo(blocks, bestOf(blocks.filter((one) => pathTo(blocks, one).includes(root))));
}

interface World {
  readonly blocks: readonly ChainBlock[];
  /** All but the first, as they arrive. */
  readonly order: readonly ChainBlock[];
  /** What is final, and what is justified, once they are known. */
  readonly final: ChainBlock;
  readonly justified: ChainBlock;
  /** So many blocks come before any vote. */
  readonly votesAfter: number;
}

/** The chain after all blocks have come in some order; those without a parent wait for it. */
function arrive({ order, final, justified, votesAfter }: World): ChainState {
  const chain = newChain(FIRST);
  let waiting = [...order];
  const take = (one: ChainBlock): void => {
    waiting = waiting.filter((other) => other !== one);
    if (branchRefusal(chain, { height: one.header.height - 1, hash: one.header.parent }, 1_000)) {
      return;
    }
    insert(chain, one);
    if (order.length - waiting.length < votesAfter) return;
    if (chain.blocks.has(justified.header.hash)) onJustified(chain, pointOf(justified));
    if (chain.blocks.has(final.header.hash)) onFinalized(chain, pointOf(final));
  };
  const isReady = ({ header: { parent, height } }: ChainBlock): boolean =>
    chain.blocks.has(parent) || height <= chain.finalized.height + 1;
  for (let next = waiting[0]; next !== undefined; next = waiting.find(isReady)) {
    if (isReady(next)) take(next);
    else waiting = [...waiting.filter((one) => one !== next), next];
  }
  return chain;
}

describe("the chain", () => {
  it("is the same for the same blocks, in whatever order they come", () => {
    const property = fc.property(worlds, (world) => {
      // What is justified descends from what is final: as few lie as may.
      const descendants = world.blocks.filter((one) =>
        pathTo(world.blocks, one).includes(world.final),
      );
      const justified = descendants.includes(world.justified) ? world.justified : world.final;
      const chain = arrive({ ...world, justified });
      const expected = naiveChain({ ...world, justified });
      expect(chain.canonical).toEqual(hashesOf(expected));
      expect(chain.finalized).toEqual(pointOf(world.final));
      const behind = pathTo(world.blocks, world.final);
      expect(new Set(chain.blocks.keys())).toEqual(new Set(hashesOf([...behind, ...descendants])));
      const indexed = expected.flatMap((one) =>
        one.transactions.map((hash) => [hash, one.header.hash] as const),
      );
      expect(chain.transactions).toEqual(new Map(indexed));
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it("knows of any two blocks whether one descends from the other, and where they part", () => {
    const property = fc.property(worlds, ({ blocks, final, justified, ...world }) => {
      const chain = arrive({ ...world, blocks, final: FIRST, justified: FIRST });
      const path = pathTo(blocks, final);
      expect(isAncestor(chain, pointOf(justified), final.header.hash)).toBe(
        path.includes(justified),
      );
      const shared = path.filter(({ header }) => chain.canonical.includes(header.hash));
      expect(forkPoint(chain, final.header.hash)).toEqual(pointOf(shared.at(-1)!));
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("has nothing above its tip nor below its base", () => {
    const base = LONG[1]!;
    const chain = newChain({ ...base, body: undefined });
    insert(chain, LONG[2]!);
    expect([1, 2, 3, 4].map((height) => hashAt(chain, height))).toEqual([
      ...[undefined, base.header.hash, LONG[2]!.header.hash, undefined],
    ]);
    expect(blockAt(chain, 4)).toBeUndefined();
    expect(chain.bodiesFrom).toBe(3);
  });
});
