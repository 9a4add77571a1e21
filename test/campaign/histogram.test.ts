import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Histogram } from "../../src/campaign/histogram.ts";
import { percentiles } from "../../src/sim/metrics.ts";

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

describe("a histogram", () => {
  it("gives the percentiles of whole numbers up to 256 exactly", () => {
    const property = fc.property(fc.array(fc.nat(256), { minLength: 1 }), (values) => {
      expect(histogramOf(values).percentiles()).toEqual(percentiles(values));
    });
    fc.assert(property);
  });

  it("gives others less than 0.8 % too low, never too high, and the largest exactly", () => {
    const values = fc.double({ min: 0.001, max: 1e12, noNaN: true });
    const property = fc.property(fc.array(values, { minLength: 1 }), (list) => {
      const found = histogramOf(list).percentiles();
      const exact = percentiles(list);
      for (const name of ["p50", "p90", "p95", "p99"] as const) {
        expect(found[name]).toBeLessThanOrEqual(exact[name]);
        expect(found[name]).toBeGreaterThanOrEqual(exact[name] * 0.992);
      }
      expect(found.max).toBe(exact.max);
      expect(found.count).toBe(list.length);
    });
    fc.assert(property);
  });

  it.each([-1, Number.NaN])("refuses %d", (value) => {
    expect(() => new Histogram().add(value)).toThrow(`a histogram of ${value}`);
  });

  it("has no percentiles of nothing", () => {
    expect(() => new Histogram().percentiles()).toThrow("percentiles of nothing");
  });
});
