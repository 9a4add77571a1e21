import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Reducible, reduceList, reducePairs } from "../../../src/campaign/shrink/delta.ts";

/** A list of which a test is passed if `holds` says so, and how often it was asked. */
function listOf(size: number, holds: (items: readonly number[]) => boolean) {
  const made = {
    left: Array.from({ length: size }, (_, i) => i) as readonly number[],
    tests: 0,
    testsMax: Number.MAX_SAFE_INTEGER,
  };
  const list: Reducible<number> = {
    items: () => made.left,
    keep: (items) => {
      made.tests++;
      if (!holds(items)) return false;
      made.left = items;
      return true;
    },
    isOver: () => made.tests >= made.testsMax,
  };
  return { made, list };
}

const hasAll =
  (needed: readonly number[]) =>
  (items: readonly number[]): boolean =>
    needed.every((item) => items.includes(item));

describe("delta debugging", () => {
  it("leaves what is needed, and nothing else, in its order", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(199), { maxLength: 8 }), (needed) => {
        const { made, list } = listOf(200, hasAll(needed));
        reduceList(list);
        expect(made.left).toEqual([...needed].sort((a, b) => a - b));
      }),
    );
  });

  it("leaves a list of which no single item can be left out, whatever the test", () => {
    const anyTest = fc.func(fc.boolean());
    fc.assert(
      fc.property(anyTest, fc.integer({ min: 1, max: 30 }), (test, size) => {
        const holds = (items: readonly number[]): boolean => items.length > 0 && test(items);
        const { made, list } = listOf(size, holds);
        reduceList(list);
        const shorter = made.left.map((_, left) => made.left.filter((_, i) => i !== left));
        expect(made.left.length === size || holds(made.left)).toBe(true);
        expect(shorter.filter(holds)).toEqual([]);
      }),
    );
  });

  it("takes one test when nothing is needed", () => {
    const { made, list } = listOf(5_000, () => true);
    reduceList(list);
    expect(made).toMatchObject({ left: [], tests: 1 });
  });

  it("finds three items of 4,096 in a hundred tests or so", () => {
    const { made, list } = listOf(4_096, hasAll([7, 1_999, 4_000]));
    reduceList(list);
    expect(made.left).toEqual([7, 1_999, 4_000]);
    expect(made.tests).toBeLessThan(120);
  });

  it("divides a list into no more parts than it may", () => {
    const { made, list } = listOf(1_024, hasAll([500]));
    reduceList(list, { partsMax: 8 });
    expect(made.left).toContain(500);
    const { length } = made.left;
    // Of ever shorter lists, parts of an eighth.
    expect(length).toBeLessThan(1_024 / 8);
  });

  it("stops when the time is up, with what it has", () => {
    const { made, list } = listOf(1_024, hasAll([500]));
    made.testsMax = 5;
    reduceList(list);
    expect(made.tests).toBe(5);
    expect(made.left).toContain(500);
  });
});

describe("pairs", () => {
  it("that can only go together go", () => {
    const isEven = (items: readonly number[]): boolean => items.length % 2 === 0;
    const { made, list } = listOf(6, (items) => isEven(items) && hasAll([2, 5])(items));
    reduceList(list);
    reducePairs(list);
    expect(made.left).toEqual([2, 5]);
  });
});
