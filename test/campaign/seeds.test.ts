import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  countOf,
  type SeedRange,
  type SeedRanges,
  seedsOf,
  sharedSeed,
  TURN_SEEDS,
  turnsOf,
  unionOf,
  WHOLE,
  without,
} from "../../src/campaign/seeds.ts";

const range = fc
  .tuple(fc.nat(40), fc.nat(15))
  .map(([from, count]): SeedRange => [from, from + count]);
const anyRanges = fc.array(range, { maxLength: 6 });

const seedsIn = (ranges: SeedRanges): number[] =>
  ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i));
const setOf = (ranges: SeedRanges): number[] => [...new Set(seedsIn(ranges))].sort((a, b) => a - b);

describe("sets of seeds", () => {
  it("have the seeds of all their ranges once, in as few ranges as there can be", () => {
    fc.assert(
      fc.property(anyRanges, (ranges) => {
        const union = unionOf(ranges);
        expect(seedsIn(union)).toEqual(setOf(ranges));
        expect(countOf(union)).toBe(setOf(ranges).length);
        const gaps = union.slice(1).map(([from], i) => from - union[i]![1]);
        expect(gaps.every((gap) => gap > 0)).toBe(true);
      }),
    );
  });

  it("share the lowest seed that both have", () => {
    fc.assert(
      fc.property(anyRanges, anyRanges, (a, b) => {
        const others = new Set(seedsIn(b));
        const expected = setOf(a).find((seed) => others.has(seed));
        expect(sharedSeed(unionOf(a), unionOf(b))).toBe(expected);
      }),
    );
  });

  it("leave of a range what they have not", () => {
    fc.assert(
      fc.property(range, anyRanges, (one, ranges) => {
        const done = new Set(seedsIn(ranges));
        const expected = seedsIn([one]).filter((seed) => !done.has(seed));
        expect(seedsIn(without(one, unionOf(ranges)))).toEqual(expected);
      }),
    );
  });
});

describe("the shards of a campaign", () => {
  it("run each seed of each scenario once, in parts as equal as can be", () => {
    const shape = fc.record({ from: fc.nat(5), seeds: fc.integer({ min: 1, max: 50 }) });
    fc.assert(
      fc.property(shape, fc.integer({ min: 1, max: 20 }), fc.nat(9), (division, count, n) => {
        const shares = Array.from({ length: count }, (_, i) => {
          return [...seedsOf({ ...division, shard: { index: i + 1, count } }, n)];
        });
        const { from, seeds } = division;
        const all = Array.from({ length: seeds }, (_, i) => from + i);
        expect(shares.flatMap(seedsIn).sort((a, b) => a - b)).toEqual(all);
        const counts = shares.map(countOf);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("share out scenarios when there are fewer seeds than shards", () => {
    const share = (index: number, n: number) =>
      countOf([...seedsOf({ from: 1, seeds: 1, shard: { index, count: 3 } }, n)]);
    const table = [1, 2, 3].map((index) => [0, 1, 2, 3].map((n) => share(index, n)));
    for (const row of table) expect(row.reduce((sum, count) => sum + count)).toBeGreaterThan(0);
  });

  it("take turns when there is no end of seeds", () => {
    const first = (index: number): SeedRange[] => {
      const shares = seedsOf({ from: 5, seeds: undefined, shard: { index, count: 2 } }, 0);
      const iterator = shares[Symbol.iterator]();
      return [iterator.next().value, iterator.next().value];
    };
    const turn = (n: number): SeedRange => [5 + n * TURN_SEEDS, 5 + (n + 1) * TURN_SEEDS];
    expect([first(1), first(2)]).toEqual([
      [turn(0), turn(2)],
      [turn(1), turn(3)],
    ]);
  });
});

describe("turns", () => {
  it("go round the scenarios, leave out what is done, and end with the last seed", () => {
    const done = [[[1, 3]], [], [[1, 4]]] as const;
    const turns = [...turnsOf({ from: 1, seeds: 3, shard: WHOLE }, done)];
    expect(turns.map(({ scenario, seed }) => `${scenario}: ${seed}`)).toEqual([
      ...["0: 3", "1: 1", "1: 2", "1: 3"],
    ]);
  });
});
