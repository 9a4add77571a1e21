import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  Noise,
  type Random,
  RandomStream,
  Streams,
  subjectKey,
} from "../../../src/sim/random/random.ts";

const take = (random: Random, count: number): number[] =>
  Array.from({ length: count }, () => random.int(0, 0xffff_ffff));

describe("a stream", () => {
  it("is alea, seeded by its text", () => {
    // Computed with Baagøe's published alea; they are the same on every machine, for ever.
    expect(take(new RandomStream("7/latency n1->n2"), 4)).toEqual([
      1_186_590_684, 3_464_045_944, 2_387_118_200, 3_782_268_088,
    ]);
  });

  it("draws whole numbers within both bounds, and reaches both", () => {
    const random = new RandomStream("bounds");
    // 1,000 draws miss one of six values with probability 6 * (5/6)^1000, about 10^-78.
    const drawn = new Set(Array.from({ length: 1_000 }, () => random.int(-2, 3)));
    expect([...drawn].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3]);
  });

  it("keeps to any range of up to 2^32 numbers", () => {
    const low = fc.integer({ min: -(2 ** 40), max: 2 ** 40 });
    const span = fc.integer({ min: 0, max: 0xffff_ffff });
    const property = fc.property(fc.string(), low, span, (seed, from, more) => {
      const drawn = new RandomStream(seed).int(from, from + more);
      expect(Number.isSafeInteger(drawn)).toBe(true);
      expect(drawn).toBeGreaterThanOrEqual(from);
      expect(drawn).toBeLessThanOrEqual(from + more);
    });
    fc.assert(property);
  });

  it.each([
    ["empty", 1, 0],
    ["too wide", 0, 2 ** 32],
    ["no number", 0, Number.NaN],
  ])("refuses a range that is %s", (_what, low, high) => {
    expect(() => new RandomStream("range").int(low, high)).toThrow(`not a range: ${low} ${high}`);
  });

  it("takes a chance of 0 never and of 1 always, and draws all the same", () => {
    const random = new RandomStream("chance");
    const other = new RandomStream("chance");
    expect(Array.from({ length: 100 }, () => random.chance(0))).not.toContain(true);
    expect(Array.from({ length: 100 }, () => random.chance(1))).not.toContain(false);
    take(other, 200);
    expect(take(random, 3)).toEqual(take(other, 3));
  });

  it("takes a chance of a quarter a quarter of the time", () => {
    const random = new RandomStream("quarter");
    const taken = Array.from({ length: 10_000 }, () => random.chance(1 / 4)).filter(Boolean).length;
    // 2,500 expected, with a standard deviation of 43.
    expect(taken).toBeGreaterThan(2_300);
    expect(taken).toBeLessThan(2_700);
  });

  it("picks any of the items and nothing else", () => {
    const random = new RandomStream("pick");
    const picked = new Set(Array.from({ length: 200 }, () => random.pick(["a", "b", "c"])));
    expect([...picked].sort()).toEqual(["a", "b", "c"]);
  });

  it("refuses to pick from nothing", () => {
    expect(() => new RandomStream("pick").pick([])).toThrow("not a range");
  });

  it("shuffles into any order, without loss, and leaves the original alone", () => {
    const random = new RandomStream("shuffle");
    const items = Object.freeze(["a", "b", "c"]);
    const orders = Array.from({ length: 6_000 }, () => random.shuffle(items).join(""));
    expect([...new Set(orders)].sort()).toEqual(["abc", "acb", "bac", "bca", "cab", "cba"]);
    // 1,000 expected for each of the six, with a standard deviation of 29.
    expect(orders.filter((order) => order === "abc").length).toBeGreaterThan(850);
    expect(orders.filter((order) => order === "abc").length).toBeLessThan(1_150);
  });

  it("goes on from a position as if it had never stopped", () => {
    const whole = new RandomStream("position");
    const first = new RandomStream("position");
    const rest = new RandomStream("another");
    take(first, 10);
    rest.restore(first.position());
    expect(take(rest, 10)).toEqual(take(whole, 20).slice(10));
    expect(rest.position()).toEqual(whole.position());
  });
});

describe("labelled streams", () => {
  it("depend on seed and label alone, not on who else draws and when", () => {
    const labels = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 8 });
    const property = fc.property(fc.string(), labels, fc.nat(), (seed, all, number) => {
      const label = all[number % all.length]!;
      const alone = take(new Streams(seed).stream(label), 5);
      const crowd = new Streams(seed);
      const drawn = all.map((each) => take(crowd.stream(each), 5));
      const reversed = new Streams(seed);
      const backwards = all.toReversed().map((each) => take(reversed.stream(each), 5));
      expect(drawn[all.indexOf(label)]).toEqual(alone);
      expect(backwards.toReversed()).toEqual(drawn);
    });
    fc.assert(property);
  });

  it("differ by label and by seed", () => {
    const one = take(new Streams("1").stream("loss"), 3);
    expect(take(new Streams("1").stream("latency"), 3)).not.toEqual(one);
    expect(take(new Streams("2").stream("loss"), 3)).not.toEqual(one);
  });

  it("are the same one each time they are asked for", () => {
    const streams = new Streams("1");
    const whole = take(new Streams("1").stream("loss"), 4);
    expect([...take(streams.stream("loss"), 2), ...take(streams.stream("loss"), 2)]).toEqual(whole);
  });

  it("go on from their positions, all of them", () => {
    const before = new Streams("1");
    take(before.stream("loss"), 3);
    take(before.stream("latency"), 5);
    const after = new Streams("1");
    after.restore(before.positions());
    expect(take(after.stream("loss"), 3)).toEqual(take(before.stream("loss"), 3));
    expect(take(after.stream("latency"), 3)).toEqual(take(before.stream("latency"), 3));
  });
});

describe("noise", () => {
  it("gives an address the same draw, whatever else was drawn", () => {
    const address = fc.tuple(fc.integer(), fc.nat());
    const property = fc.property(fc.string(), fc.array(address), address, (seed, others, at) => {
      const noise = new Noise(seed, "loss");
      const drawn = noise.draw(...at);
      for (const other of others) noise.draw(...other);
      expect(noise.draw(...at)).toBe(drawn);
      expect(new Noise(seed, "loss").draw(...at)).toBe(drawn);
    });
    fc.assert(property);
  });

  it("is the same on every machine", () => {
    const noise = new Noise("7", "latency");
    const link = subjectKey("n1->n2");
    expect(link).toBe(-1_129_068_316);
    expect([0, 1, 2].map((n) => noise.draw(link, n))).toEqual([
      3_917_984_318, 4_120_915_801, 1_634_679_098,
    ]);
    expect(noise.draw(subjectKey("n2->n1"), 0)).toBe(2_855_380_178);
  });

  it("differs by seed, by concern, by subject and by number", () => {
    const drawn = [
      new Noise("1", "loss").draw(1, 1),
      new Noise("2", "loss").draw(1, 1),
      new Noise("1", "latency").draw(1, 1),
      new Noise("1", "loss").draw(2, 1),
      new Noise("1", "loss").draw(1, 2),
    ];
    expect(new Set(drawn).size).toBe(5);
  });

  it.each([
    ["along the messages of one link", (n: number) => [subjectKey("n1->n2"), n] as const],
    ["over the first messages of many links", (n: number) => [subjectKey(`n${n}->n1`), 0] as const],
  ])("is uniform %s, in its high and in its low bits", (_where, address) => {
    const noise = new Noise("1", "latency");
    const draws = Array.from({ length: DRAWS }, (_, n) => noise.draw(...address(n)));
    expect(chiSquare(draws.map((draw) => draw >>> 26))).toBeLessThan(CHI_SQUARE_MAX);
    expect(chiSquare(draws.map((draw) => draw & 63))).toBeLessThan(CHI_SQUARE_MAX);
  });

  it("does not let a draw tell the next one", () => {
    const noise = new Noise("1", "latency");
    const link = subjectKey("n1->n2");
    const pairs = Array.from({ length: DRAWS }, (_, n) => {
      return ((noise.draw(link, n) >>> 29) << 3) | (noise.draw(link, n + 1) >>> 29);
    });
    expect(chiSquare(pairs)).toBeLessThan(CHI_SQUARE_MAX);
  });

  it("would be caught if it were biased, were it by a twentieth in one bucket of 64", () => {
    const random = new RandomStream("biased");
    const fair = Array.from({ length: DRAWS }, () => random.int(0, 63));
    const biased = fair.map((bucket, n) => (n % 20 === 0 ? 0 : bucket));
    expect(chiSquare(fair)).toBeLessThan(CHI_SQUARE_MAX);
    expect(chiSquare(biased)).toBeGreaterThan(CHI_SQUARE_MAX);
  });
});

const DRAWS = 20_000;
const BUCKETS = 64;
/** With 63 degrees of freedom a fair source exceeds this once in about 10^5 seeds. */
const CHI_SQUARE_MAX = 120;

function chiSquare(buckets: readonly number[]): number {
  const counts = new Array<number>(BUCKETS).fill(0);
  for (const bucket of buckets) counts[bucket]!++;
  const expected = buckets.length / BUCKETS;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
