import { describe, expect, it } from "vitest";
import { requiredConfirmations } from "../../../src/protocols/storage-quorum/quorum.ts";

const TWO_THIRDS = { numerator: 2, denominator: 3 };

describe("the confirmations that a chunk needs", () => {
  it.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 4],
    [6, 4],
    [7, 5],
    [8, 6],
    [9, 6],
    [10, 7],
  ])("for %i replicas at two thirds are %i", (replicas, required) => {
    expect(requiredConfirmations(replicas, TWO_THIRDS, 1)).toBe(required);
  });

  it("are never below the minimum, however few the replicas", () => {
    expect(requiredConfirmations(1, TWO_THIRDS, 2)).toBe(2);
    expect(requiredConfirmations(0, TWO_THIRDS, 2)).toBe(2);
  });

  it("are above the minimum when the share is", () => {
    expect(requiredConfirmations(6, TWO_THIRDS, 2)).toBe(4);
  });

  it("of a share in decimals would be another: 0.67 of 3 is 3", () => {
    expect(requiredConfirmations(3, { numerator: 67, denominator: 100 }, 1)).toBe(3);
  });

  it("are all at the whole share, and the minimum at none", () => {
    expect(requiredConfirmations(7, { numerator: 1, denominator: 1 }, 1)).toBe(7);
    expect(requiredConfirmations(7, { numerator: 0, denominator: 1 }, 1)).toBe(1);
  });
});
