import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupRandom, initialGroupDraws } from "../../../src/protocols/groups/group-random.ts";

const KEYS = fc.integer({ min: 0, max: 0xffff_ffff });

/** The random numbers of groups on a host with a key. */
function host(key: number) {
  const draws = { ...initialGroupDraws(), key };
  return { draws, random: (group: string) => groupRandom(group, () => draws) };
}

function words(random: ReturnType<typeof groupRandom>, count: number): number[] {
  return Array.from({ length: count }, () => random.int(0, 0xffff_ffff));
}

describe("random numbers of a group", () => {
  it("are as they would be without the other groups", () => {
    const property = fc.property(KEYS, fc.array(fc.boolean(), { maxLength: 30 }), (key, turns) => {
      const alone = words(host(key).random("g1"), turns.length);
      const { random } = host(key);
      const [one, other] = [random("g1"), random("g2")];
      const among = turns.map((isFirst) => {
        if (isFirst) other.shuffle([1, 2, 3]);
        return one.int(0, 0xffff_ffff);
      });
      expect(among).toEqual(alone);
    });
    fc.assert(property);
  });

  it("go on from where the memory says", () => {
    const { draws, random } = host(1);
    const [first, second] = words(random("g1"), 2);
    draws.drawn.set("g1", 0);
    expect(
      words(
        groupRandom("g1", () => draws),
        2,
      ),
    ).toEqual([first, second]);
  });

  it("differ between groups, and between lives of the host", () => {
    const drawn = [host(1).random("g1"), host(1).random("g2"), host(2).random("g1")];
    expect(new Set(drawn.flatMap((random) => words(random, 100))).size).toBe(300);
  });

  it("lie within the range, each value as often as the others", () => {
    const random = host(1).random("g1");
    const counts = [0, 0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 70_000; i++) counts[random.int(3, 9) - 3]!++;
    // Six standard deviations of a count of 10,000.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(560);
  });

  it("are bits that are set half of the time, whatever the bit", () => {
    const drawn = words(host(7).random("g3"), 10_000);
    for (let bit = 0; bit < 32; bit++) {
      const set = drawn.filter((word) => (word >>> bit) & 1).length;
      expect(Math.abs(set - 5_000)).toBeLessThan(300);
    }
  });

  it("hit a chance as often as it says", () => {
    const random = host(1).random("g1");
    const hits = Array.from({ length: 10_000 }, () => random.chance(0.3)).filter(Boolean).length;
    expect(Math.abs(hits - 3_000)).toBeLessThan(275);
    expect([random.chance(0), random.chance(1)]).toEqual([false, true]);
  });

  it("pick one item, and shuffle all of them", () => {
    const random = host(1).random("g1");
    const picked = Array.from({ length: 100 }, () => random.pick(["a", "b"]));
    expect(new Set(picked)).toEqual(new Set(["a", "b"]));
    const orders = Array.from({ length: 200 }, () => random.shuffle([1, 2, 3]).join(""));
    expect(new Set(orders).size).toBe(6);
  });

  it("need a range", () => {
    const random = host(1).random("g1");
    expect(() => random.int(2, 1)).toThrow("not a range: 2 1");
    expect(() => random.int(0, 2 ** 32)).toThrow("not a range");
  });
});
