import { describe, expect, it } from "vitest";
import { formatTime, minutes, ms, seconds, us } from "../../src/sim/time.ts";

describe("a span of time", () => {
  it("is a whole number of microseconds, whatever the unit", () => {
    expect(us(7)).toBe(7);
    expect(ms(7)).toBe(7_000);
    expect(seconds(7)).toBe(7_000_000);
    expect(minutes(7)).toBe(420_000_000);
  });

  it("may be given with decimals, as long as it ends on a microsecond", () => {
    expect(ms(0.001)).toBe(1);
    expect(seconds(0.000_001)).toBe(1);
    expect(minutes(0.5)).toBe(30_000_000);
  });

  it("forgives the residue of binary fractions", () => {
    // 0.1 + 0.2 is 0.30000000000000004, and 1.001 * 1_000_000 is 1000999.9999999999.
    expect(seconds(0.1 + 0.2)).toBe(300_000);
    expect(seconds(1.001)).toBe(1_001_000);
  });

  it.each([
    ["half a microsecond", () => us(0.5), "us(0.5)"],
    ["a tenth of one", () => ms(0.0001), "ms(0.0001)"],
    ["a negative one", () => seconds(-1), "seconds(-1)"],
    ["no number", () => minutes(Number.NaN), "minutes(NaN)"],
    ["infinity", () => ms(Number.POSITIVE_INFINITY), "ms(Infinity)"],
    ["more than a number can count", () => minutes(1e9), "minutes(1000000000)"],
  ])("is refused when it is %s", (_what, make, named) => {
    expect(make).toThrow(`${named}: expected a whole`);
  });
});

describe("a time as text", () => {
  it.each([
    [0, "0 ms"],
    [1, "0.001 ms"],
    [12_500, "12.5 ms"],
    [999_999, "999.999 ms"],
    [1_000_000, "1 s"],
    [3_250_000, "3.25 s"],
    [420_000_000, "420 s"],
  ])("%i us reads %s", (time, text) => {
    expect(formatTime(time)).toBe(text);
  });
});
