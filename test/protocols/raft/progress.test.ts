import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { majority, majorityIndex } from "../../../src/protocols/raft/progress.ts";

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
    fc.assert(property, { numRuns: 1_000 });
  });

  it("of nobody is not asked", () => {
    expect(() => majorityIndex([])).toThrow("no members");
  });
});
