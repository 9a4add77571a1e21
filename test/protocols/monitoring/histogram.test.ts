import { describe, expect, it } from "vitest";
import { newHistogram, observe } from "../../../src/protocols/monitoring/histogram.ts";

const SIZES = { help: "Sizes.", bounds: [1, 10] };

function seen(values: readonly number[]) {
  const histogram = newHistogram(SIZES);
  for (const value of values) observe(SIZES, histogram, value);
  return histogram;
}

describe("a histogram", () => {
  it("counts nothing in the beginning", () => {
    expect(newHistogram(SIZES)).toEqual({ counts: [0, 0, 0], sum: 0, max: 0 });
  });

  it("counts a value in the first bucket whose bound it is not above, or in the last one", () => {
    expect(seen([0, 1, 2, 10, 11, 500])).toEqual({ counts: [2, 2, 2], sum: 524, max: 500 });
  });

  it("has a sum of 2^53 - 1 when it would be more", () => {
    const { sum, counts } = seen([Number.MAX_SAFE_INTEGER, 5]);
    expect(sum).toBe(Number.MAX_SAFE_INTEGER);
    expect(counts).toEqual([0, 1, 1]);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])("does not take %d", (value) => {
    expect(() => seen([value])).toThrow(/^a histogram sees whole numbers of at least 0, not /);
  });
});
