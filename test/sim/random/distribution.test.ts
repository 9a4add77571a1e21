import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/sim/assert.ts";
import {
  checkDistribution,
  constant,
  type Distribution,
  describeDistribution,
  exponential,
  logNormal,
  pareto,
  quantiles,
  sample,
  sampler,
  uniform,
} from "../../../src/sim/random/distribution.ts";
import { Noise } from "../../../src/sim/random/random.ts";
import { exp, ln, normalUpperQuantiles } from "../../../src/sim/random/transcendental.ts";
import { ms } from "../../../src/sim/time.ts";

const DRAWS = 100_000;

function drawn(distribution: Distribution): number[] {
  const noise = new Noise("1", "distribution");
  const ready = sampler(distribution);
  return Array.from({ length: DRAWS }, (_, n) => sample(ready, noise.draw(7, n)));
}

/** By Kolmogorov and Smirnov: how far apart the two are at most; values are whole microseconds. */
function distance(values: readonly number[], cdf: (x: number) => number): number {
  const sorted = Float64Array.from(values).sort();
  let farthest = 0;
  sorted.forEach((value, i) => {
    if (sorted[i + 1] === value) return;
    // A value stands for what is nearer to it than to the next one.
    farthest = Math.max(farthest, Math.abs((i + 1) / sorted.length - cdf(value + 0.5)));
  });
  return farthest;
}

/** Passed once in 1,000 by a true sample. */
const DISTANCE_MAX = 1.95 / Math.sqrt(DRAWS);

/** The standard normal cdf by Simpson's rule: slow, and of nothing that the source uses. */
function normal(z: number): number {
  const steps = 400;
  const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(0) + density(z);
  for (let i = 1; i < steps; i++) sum += density((z * i) / steps) * (i % 2 === 1 ? 4 : 2);
  return 0.5 + (sum * z) / steps / 3;
}

const unbounded = 2 ** 48;
const measured = [1_000, 2_000, 2_500, 9_000, 90_000];
const piecewise = (x: number): number => {
  const i = measured.findIndex((value) => x < value) - 1;
  if (i < 0) return x < measured[0]! ? 0 : 1;
  return (i + (x - measured[i]!) / (measured[i + 1]! - measured[i]!)) / (measured.length - 1);
};
const CONTINUOUS: readonly [string, Distribution, (x: number) => number][] = [
  ["uniform", uniform(0, 9_999), (x) => Math.min(1, Math.round(x + 0.5) / 10_000)],
  [
    "exponential",
    exponential({ mean: 10_000, max: unbounded }),
    (x) => 1 - Math.exp(-Math.max(0, x) / 10_000),
  ],
  [
    "exponential above a minimum",
    exponential({ min: 5_000, mean: 8_000 }),
    (x) => (x < 5_000 ? 0 : 1 - Math.exp(-(x - 5_000) / 3_000)),
  ],
  [
    "log-normal",
    logNormal({ median: 10_000, sigma: 0.7, max: unbounded }),
    (x) => normal(Math.log(x / 10_000) / 0.7),
  ],
  [
    "log-normal within bounds",
    logNormal({ min: 5_000, median: 10_000, sigma: 1, max: 20_000 }),
    (x) => (x < 5_000 ? 0 : x >= 20_000 ? 1 : normal(Math.log(x / 10_000))),
  ],
  [
    "Pareto",
    pareto({ min: 1_000, shape: 1.2, max: unbounded }),
    (x) => (x < 1_000 ? 0 : 1 - (1_000 / x) ** 1.2),
  ],
  ["quantiles", quantiles(measured), piecewise],
];

describe.each(CONTINUOUS)("%s", (_name, distribution, cdf) => {
  const values = drawn(distribution);

  it("is what it says, by the test of Kolmogorov and Smirnov", () => {
    expect(distance(values, cdf)).toBeLessThan(DISTANCE_MAX);
  });

  it("draws each value independently of the one before it", () => {
    // Pairs of sixteenths of the distribution: 256 cells with 390 pairs each.
    const place = (value: number): number => Math.min(15, Math.floor(cdf(value + 0.5) * 16));
    const cells = new Map<number, number>();
    const rows = new Map<number, number>();
    for (let i = 0; i < DRAWS; i += 2) {
      const [first, second] = [place(values[i]!), place(values[i + 1]!)];
      cells.set(first * 16 + second, (cells.get(first * 16 + second) ?? 0) + 1);
      rows.set(first, (rows.get(first) ?? 0) + 1);
    }
    const columns = Array.from({ length: 16 }, (_, column) =>
      [...rows.keys()].reduce((sum, row) => sum + (cells.get(row * 16 + column) ?? 0), 0),
    );
    let chiSquare = 0;
    let freedom = -1;
    for (const [row, inRow] of rows) {
      for (const [column, inColumn] of columns.entries()) {
        const expected = (inRow * inColumn) / (DRAWS / 2);
        if (expected === 0) continue;
        chiSquare += ((cells.get(row * 16 + column) ?? 0) - expected) ** 2 / expected;
        freedom++;
      }
    }
    // The normal approximation; 3.1 standard deviations are passed once in 1,000.
    expect(chiSquare).toBeLessThan(freedom + 3.1 * Math.sqrt(2 * freedom));
  });
});

it("a uniform distribution of few values takes each as often, by chi-square", () => {
  const counts = new Map<number, number>();
  for (const value of drawn(uniform(5, 11))) counts.set(value, (counts.get(value) ?? 0) + 1);
  const expected = DRAWS / 7;
  const chiSquare = [...counts.values()].reduce(
    (sum, count) => sum + (count - expected) ** 2 / expected,
    0,
  );
  expect([...counts.keys()].sort((a, b) => a - b)).toEqual([5, 6, 7, 8, 9, 10, 11]);
  // Of 6 degrees of freedom, passed once in 1,000.
  expect(chiSquare).toBeLessThan(22.46);
});

describe("the tail", () => {
  // What is exceeded with probability 2^-k is found by the draw 2^32 - 2^(32 - k).
  const tails = Array.from({ length: 31 }, (_, i) => i + 1);
  const exceeded = (distribution: Distribution, k: number): number =>
    sample(sampler(distribution), 2 ** 32 - 1 - 2 ** (32 - k));

  it.each(tails)("of 1 in 2^%d is true to one in a thousand", (k) => {
    const mean = 1_000_000;
    const longest = exceeded(exponential({ mean, max: unbounded }), k);
    expect(longest / (mean * k * Math.LN2)).toBeCloseTo(1, 3);
    const heavy = exceeded(pareto({ min: mean, shape: 2, max: unbounded }), k);
    expect(heavy / (mean * 2 ** (k / 2))).toBeCloseTo(1, 3);
  });

  it("of a log-normal distribution is true far out", () => {
    const latency = logNormal({ median: 1_000_000, sigma: 0.5, max: unbounded });
    // Exceeded by a standard normal value with probability 2^-10 and 2^-20.
    expect(exceeded(latency, 10) / 1_000_000).toBeCloseTo(Math.exp(0.5 * 3.097_269), 2);
    expect(exceeded(latency, 20) / 1_000_000).toBeCloseTo(Math.exp(0.5 * 4.763_43), 2);
  });

  it("is flat only at the bound", () => {
    const bounded = exponential({ mean: 10_000, max: 30_000 });
    const atBound = drawn(bounded).filter((value) => value === 30_000).length / DRAWS;
    expect(atBound).toBeCloseTo(Math.exp(-3), 2);
    expect(sample(sampler(bounded), 0xffff_ffff)).toBe(30_000);
    expect(sample(sampler(bounded), 0)).toBe(0);
  });

  it("never falls from one draw to the next", () => {
    for (const [, distribution] of CONTINUOUS) {
      const ready = sampler(distribution);
      const edges = [0, 1, 31, 32, 63, 64, 2 ** 31 - 2, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1];
      const others = Array.from({ length: 4_000 }, (_, i) => i * 1_073_741);
      const draws = [...edges, ...others, ...edges.map((edge) => 0xffff_ffff - edge)];
      const values = draws.sort((a, b) => a - b).map((draw) => sample(ready, draw));
      expect(values.filter((value, i) => value < (values[i - 1] ?? 0))).toEqual([]);
    }
  });
});

describe("functions of our own", () => {
  const numbers = [1e-9, 0.001, 0.3, 0.749, 0.75, 1, 1.5, 1.501, 2, 7.389, 1e6, 1e12];

  it("agree with those of this platform", () => {
    for (const x of numbers) {
      expect(ln(x)).toBeCloseTo(Math.log(x), 12);
      expect(exp(Math.log(x)) / x).toBeCloseTo(1, 12);
    }
  });

  it("find normal quantiles as printed in tables", () => {
    const found = normalUpperQuantiles([0.5, 0.158_655_253_931_457, 0.025, 0.001, 1e-9]);
    const printed = [0, 1, 1.959_963_984_54, 3.090_232_306_17, 5.997_807_015];
    found.forEach((z, i) => {
      expect(z).toBeCloseTo(printed[i]!, 8);
    });
  });
});

describe("in words", () => {
  it.each([
    [constant(ms(200)), "200 ms"],
    [uniform(ms(50), ms(350)), "50 ms to 350 ms"],
    [exponential({ mean: ms(10) }), "exponential, mean 10 ms"],
    [logNormal({ median: ms(10), sigma: 0.5 }), "log-normal, median 10 ms, sigma 0.5"],
    [pareto({ min: ms(1), shape: 1.5 }), "Pareto, from 1 ms, shape 1.5"],
    [quantiles([ms(1), ms(2), ms(80)]), "measured, 1 ms to 80 ms"],
  ])("a distribution says what it is: %#", (distribution, words) => {
    expect(describeDistribution(distribution)).toBe(words);
    expect(checkDistribution(distribution, "latency")).toEqual(distribution);
  });
});

describe("a distribution from outside", () => {
  it.each<[unknown, string]>([
    [
      { kind: "normal" },
      "latency.kind: expected one of constant, uniform, exponential, logNormal, pareto, " +
        'quantiles, got "normal"',
    ],
    [
      { ...exponential({ mean: 5 }), mean: 0 },
      "latency.mean: expected a whole number in [1, 281474976710656], got 0",
    ],
    [
      { ...exponential({ mean: 5 }), sigma: 1 },
      "latency.sigma: unknown field, expected only kind, min, mean, max",
    ],
    [logNormal({ median: 5, sigma: 0 }), "latency.sigma: expected a number above 0, got 0"],
    [
      pareto({ min: 0, shape: 1 }),
      "latency.min: expected a whole number in [1, 281474976710656], got 0",
    ],
    [quantiles([1]), "latency.values: expected at least two values, got 1"],
    [
      quantiles([3, 2]),
      "latency.values[1]: expected a whole number in [3, 281474976710656], got 2",
    ],
  ])("is refused in one line: %#", (given, message) => {
    expect(() => checkDistribution(given, "latency")).toThrow(new UsageError(message));
  });
});
