import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Electorate,
  isQuorum,
  majority,
  majorityIndex,
  quorumIndex,
  voteResult,
} from "../../../src/protocols/raft/quorum.ts";
import type { NodeId } from "../../../src/sim/env.ts";

const RUNS = { numRuns: 100_000 };
const IDS = ["a", "b", "c", "d", "e", "f", "g"];

/** One to five voters, and as often as not those of before. */
const electorates: fc.Arbitrary<Electorate> = fc.record({
  voters: fc.shuffledSubarray(IDS, { minLength: 1, maxLength: 5 }),
  outgoing: fc.oneof(fc.constant([]), fc.shuffledSubarray(IDS, { minLength: 1, maxLength: 5 })),
});

/** The halves that have to agree. */
function halves({ voters, outgoing }: Electorate): readonly (readonly NodeId[])[] {
  return outgoing.length === 0 ? [voters] : [voters, outgoing];
}

describe("majority", () => {
  it.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
    [6, 4],
    [7, 4],
  ])("of %i members is %i", (count, expected) => {
    expect(majority(count)).toBe(expected);
  });
});

describe("majorityIndex", () => {
  it("is the middle of the sorted indexes, the lower one if there are two", () => {
    const indexes = fc.array(fc.nat(8), { minLength: 1, maxLength: 9 });
    const property = fc.property(indexes, (match) => {
      const sorted = [...match].sort((a, b) => a - b);
      expect(majorityIndex(match)).toBe(sorted[Math.floor((match.length - 1) / 2)]);
    });
    fc.assert(property, RUNS);
  });

  it("of nobody is not asked", () => {
    expect(() => majorityIndex([])).toThrow("no members");
  });
});

describe("quorumIndex", () => {
  it("is the highest index that more than half of each half hold", () => {
    const matches = fc.array(fc.nat(6), { minLength: IDS.length, maxLength: IDS.length });
    const property = fc.property(electorates, matches, (electorate, match) => {
      const matchOf = (id: NodeId): number => match[IDS.indexOf(id)]!;
      const isHeld = (index: number): boolean =>
        halves(electorate).every(
          (half) => half.filter((id) => matchOf(id) >= index).length * 2 > half.length,
        );
      const naive = [6, 5, 4, 3, 2, 1, 0].find(isHeld);
      expect(quorumIndex(electorate, matchOf)).toBe(naive);
    });
    fc.assert(property, RUNS);
  });

  it("takes two majorities while a change is under way", () => {
    const held: Record<NodeId, number> = { a: 9, b: 9, c: 1, d: 5, e: 5 };
    const matchOf = (id: NodeId): number => held[id]!;
    const change = { outgoing: ["a", "b", "c"], voters: ["c", "d", "e"] };
    expect(quorumIndex(change, matchOf)).toBe(5);
    expect(quorumIndex({ ...change, outgoing: [] }, matchOf)).toBe(5);
    expect(quorumIndex({ voters: change.outgoing, outgoing: [] }, matchOf)).toBe(9);
  });
});

describe("voteResult", () => {
  const answers = fc.array(fc.constantFrom(true, false, undefined), {
    minLength: IDS.length,
    maxLength: IDS.length,
  });

  it("is won or lost when no answer that is missing could change it", () => {
    const property = fc.property(electorates, answers, (electorate, given) => {
      const votes = new Map(
        IDS.flatMap((id, i) => (given[i] === undefined ? [] : [[id, given[i]] as const])),
      );
      const isWon = (missing: boolean): boolean =>
        halves(electorate).every(
          (half) => half.filter((id) => votes.get(id) ?? missing).length * 2 > half.length,
        );
      // More votes never lose an election, so the two extremes tell.
      const naive = isWon(false) ? "won" : isWon(true) ? "open" : "lost";
      expect(voteResult(electorate, votes)).toBe(naive);
    });
    fc.assert(property, RUNS);
  });

  it("counts no vote of who has none", () => {
    const votes = new Map([
      ["a", true],
      ["x", true],
      ["y", true],
    ]);
    expect(voteResult({ voters: ["a", "b", "c"], outgoing: [] }, votes)).toBe("open");
  });
});

describe("isQuorum", () => {
  it("is more than half of each half", () => {
    const counted = fc.subarray(IDS);
    const property = fc.property(electorates, counted, (electorate, ids) => {
      const naive = halves(electorate).every(
        (half) => half.filter((id) => ids.includes(id)).length > half.length / 2,
      );
      expect(isQuorum(electorate, (id) => ids.includes(id))).toBe(naive);
    });
    fc.assert(property, RUNS);
  });
});
