import { describe, expect, it } from "vitest";
import { quantileOfSum } from "../../src/invariants/sum-of-spans.ts";

const LAN = { min: 1_000, max: 9_000 };

describe("a quantile of a sum", () => {
  it("is that of one span where there is one", () => {
    for (const share of [0.01, 0.5, 0.99]) {
      expect(Math.abs(quantileOfSum([LAN], share) - (1_000 + share * 8_000))).toBeLessThan(51);
    }
  });

  it("is that of a triangle where two are equally wide", () => {
    // Of the upper 1 % both sides of the triangle are 16 ms * sqrt(0.01 / 2) long.
    const upper = 18_000 - 16_000 * Math.sqrt(0.005);
    const lower = 2_000 + 16_000 * Math.sqrt(0.005);
    expect(Math.abs(quantileOfSum([LAN, LAN], 0.99) - upper)).toBeLessThan(51);
    expect(Math.abs(quantileOfSum([LAN, LAN], 0.01) - lower)).toBeLessThan(51);
  });

  it("is in the middle of the sums for one half, and of all for everything", () => {
    const added = { min: 180_000, max: 220_000 };
    expect(Math.abs(quantileOfSum([LAN, LAN, added, added], 0.5) - 410_000)).toBeLessThan(51);
    expect(quantileOfSum([LAN, LAN], 1)).toBeGreaterThan(17_000);
    expect(quantileOfSum([LAN, LAN], 1)).toBeLessThanOrEqual(18_000);
  });

  it("is moved by what always takes the same", () => {
    const always = { min: 700, max: 700 };
    expect(quantileOfSum([LAN, always], 0.3)).toBe(quantileOfSum([LAN], 0.3) + 700);
    expect(quantileOfSum([always], 0.3)).toBe(700);
  });
});
