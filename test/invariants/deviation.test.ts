import { describe, expect, it } from "vitest";
import { leastShare, meanOffMax, shareOffMax } from "../../src/invariants/deviation.ts";

describe("how far a mean may be off", () => {
  it("is where Bernstein's bound on the chance of more is one in 10^9", () => {
    const [count, variance, offMax] = [3_600, 10.7, 8];
    const sum = count * meanOffMax({ count, variance, offMax });
    const exponent = sum ** 2 / 2 / (count * variance + (offMax * sum) / 3);
    const chance = 2 * Math.exp(-exponent);
    expect(chance).toBeLessThanOrEqual(1e-9);
    expect(chance).toBeGreaterThan(0.99e-9);
  });

  it("is more than six standard deviations of many draws, and less than seven", () => {
    const deviations = meanOffMax({ count: 1_000_000, variance: 1, offMax: 1 }) * 1_000;
    expect(deviations).toBeGreaterThan(6);
    expect(deviations).toBeLessThan(7);
  });

  it("is nothing where nothing is left to chance", () => {
    expect([shareOffMax(100, 0), shareOffMax(100, 1)]).toEqual([0, 0]);
  });

  it("is the same for a share, of which the variance is p (1 - p)", () => {
    const mean = meanOffMax({ count: 500, variance: 0.09, offMax: 1 });
    expect(shareOffMax(500, 0.1)).toBeCloseTo(mean, 12);
  });
});

describe("the share that the least of many draws is in", () => {
  it("is missed by all of them in fewer than one of 10^9 runs", () => {
    for (const count of [50, 450, 3_600]) {
      expect((1 - leastShare(count)) ** count).toBeLessThan(1e-9);
    }
    expect((1 - leastShare(3_600)) ** 3_600).toBeGreaterThan(0.4e-9);
  });

  it("is all of them for few", () => {
    expect(leastShare(21)).toBe(1);
  });
});
