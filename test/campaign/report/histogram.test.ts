import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Histogram } from "../../../src/campaign/report/histogram.ts";
import { percentiles } from "../../../src/sim/metrics.ts";

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

describe("a histogram", () => {
  it("gives exact percentiles of whole numbers up to 256, on both sides of 0", () => {
    const values = fc.array(fc.integer({ min: -256, max: 256 }), { minLength: 1 });
    const property = fc.property(values, (some) => {
      expect(histogramOf(some).percentiles()).toEqual(percentiles(some));
    });
    fc.assert(property);
  });

  it("gives those of any numbers at most 0.8 % too close to 0, and the largest exactly", () => {
    const amount = fc.double({ min: 1e-9, max: 1e15, noNaN: true });
    const value = fc.tuple(amount, fc.constantFrom(1, -1)).map(([size, sign]) => size * sign);
    const property = fc.property(fc.array(value, { minLength: 1 }), (some) => {
      const found = histogramOf(some).percentiles();
      const exact = percentiles(some);
      for (const rank of ["p50", "p90", "p95", "p99"] as const) {
        const share = found[rank] / exact[rank];
        expect(share).toBeGreaterThan(0.992);
        expect(share).toBeLessThanOrEqual(1);
      }
      expect(found.max).toBe(exact.max);
      expect(found.count).toBe(some.length);
    });
    fc.assert(property);
  });

  it("refuses what is no finite number", () => {
    expect(() => histogramOf([Number.NaN])).toThrow("a histogram of NaN");
    expect(() => histogramOf([Infinity])).toThrow("a histogram of Infinity");
  });
});
