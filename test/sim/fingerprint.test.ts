import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Plain } from "../../src/sim/env.ts";
import { Fingerprint, hashPlain } from "../../src/sim/fingerprint.ts";

const hashOf = (value: Plain): number => hashPlain(0, value);
const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

/** Few leaves and small shapes, so that values that nearly are the same are drawn often. */
const arbitraryPlain = fc.letrec<{ any: Plain }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Plain>(undefined, null, true, false, 0, 1, 2, 3, -1, 0.5, "", "a", "ab", "\0"),
    fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 5 }).map((list) => bytes(...list)),
    fc.array(tie("any"), { maxLength: 3 }),
    fc.record({ a: tie("any") }, { noNullPrototype: true }),
    fc.record({ a: tie("any"), b: tie("any") }, { noNullPrototype: true }),
  ),
})).any;

describe("the hash of plain data", () => {
  it("is the same for the same content, and another for any other", () => {
    const property = fc.property(arbitraryPlain, arbitraryPlain, (one, other) => {
      expect(hashOf(structuredClone(one))).toBe(hashOf(one));
      expect(hashOf(one) === hashOf(other)).toBe(isDeepStrictEqual(one, other));
    });
    fc.assert(property, { numRuns: 3_000 });
  });

  it.each<[string, readonly Plain[]]>([
    ["nothing, and what counts as nothing", [undefined, null, false, 0, "", [], {}, bytes()]],
    ["truth and the small numbers", [true, false, undefined, null, 0, 1, 2, 3, 4]],
    ["a number and its digits", [1, "1", [1], { a: 1 }, bytes(1)]],
    ["numbers of any size", [1, -1, 0.5, -0.5, 2 ** 31, 2 ** 32, 2 ** 32 + 1, Number.NaN]],
    ["texts of even and odd length", ["a", "ab", "ba", "abc", "abd", "ab\0", "aa", "ä"]],
    ["a text and its characters", ["\u0001", ["\u0001"], [1], bytes(1)]],
    ["a list in another order", [[1, 2], [2, 1], [[1], 2], [1, [2]], [[1, 2]], [1, 2, undefined]]],
    ["the value of a field", [{ a: 1 }, { a: 2 }, { a: "1" }, { a: [1] }, { a: { a: 1 } }]],
    ["a list in a record and a record in a list", [{ a: [3] }, [{ a: 3 }], [[3]], { a: { a: 3 } }]],
    ["a field more or less", [{ a: 1 }, { a: 1, b: undefined }, { a: 1, b: 0 }, {}]],
    ["every byte", [bytes(1, 2, 3, 4), bytes(1, 2, 3, 5), bytes(1, 2, 3, 4, 0), bytes(0, 1, 2, 3)]],
    ["a byte of the tail", [bytes(1, 2, 3, 4, 5), bytes(1, 2, 3, 4, 6), bytes(1, 2, 3, 4, 5, 6)]],
    [
      "maps and sets, by order",
      [
        new Map([
          ["a", 1],
          ["b", 2],
        ]),
        new Map([
          ["b", 2],
          ["a", 1],
        ]),
        new Set(["a", "b"]),
        new Set(["b", "a"]),
        ["a", "b"],
        new Map([["a", "b"]]),
        new Set([["a", "b"]]),
        [["a", "b"]],
      ],
    ],
  ])("tells apart %s", (_what, values) => {
    expect(new Set(values.map(hashOf)).size).toBe(values.length);
  });

  it("takes -0 for 0, as JSON does", () => {
    expect(hashOf(-0)).toBe(hashOf(0));
    expect(hashOf([{ a: -0 }])).toBe(hashOf([{ a: 0 }]));
  });

  it("leaves the names of fields out, as the code fixes them", () => {
    expect(hashOf({ term: 1, index: 2 })).toBe(hashOf({ view: 1, number: 2 }));
  });

  it("takes a record for what it holds, whatever its prototype", () => {
    const bare = Object.assign(Object.create(null), { a: 1 });
    expect(hashOf(bare)).toBe(hashOf({ a: 1 }));
  });
});

describe("a fingerprint", () => {
  const of = (mix: (fingerprint: Fingerprint) => void): string => {
    const fingerprint = new Fingerprint();
    mix(fingerprint);
    return fingerprint.toString();
  };

  it("is 16 hexadecimal digits, also when a lane is small", () => {
    const fingerprint = new Fingerprint();
    fingerprint.restore([1, 0]);
    expect(fingerprint.toString()).toBe("0000000000000001");
    fingerprint.restore([-1, 2 ** 31 - 1]);
    expect(fingerprint.toString()).toBe("7fffffffffffffff");
  });

  it("depends on the order of what is mixed in, and on how often", () => {
    const words = fc.uniqueArray(fc.integer(), { minLength: 2, maxLength: 2 });
    const property = fc.property(words, ([one, other]) => {
      const inOrder = of((fingerprint) => [one!, other!].map((word) => fingerprint.mix(word)));
      const swapped = of((fingerprint) => [other!, one!].map((word) => fingerprint.mix(word)));
      const once = of((fingerprint) => fingerprint.mix(one!));
      expect(new Set([inOrder, swapped, once]).size).toBe(3);
    });
    fc.assert(property);
  });

  it("forgets nothing: runs that differ early differ for ever", () => {
    const property = fc.property(fc.integer(), fc.array(fc.integer()), (word, rest) => {
      const mixAll = (first: number) => (fingerprint: Fingerprint) =>
        [first, ...rest].map((each) => fingerprint.mix(each));
      const [one, other] = [of(mixAll(word)), of(mixAll(word ^ 1))];
      expect(one.slice(0, 8)).not.toBe(other.slice(0, 8));
      expect(one.slice(8)).not.toBe(other.slice(8));
    });
    fc.assert(property);
  });

  it("tells numbers apart beyond 32 bits, and fractions", () => {
    const numbers = [0, 2 ** 32, 2 ** 33, 2 ** 40 + 1, 0.5, 1.5];
    const mixed = numbers.map((each) => of((fingerprint) => fingerprint.mixNumber(each)));
    expect(new Set(mixed).size).toBe(numbers.length);
  });

  it("goes on from its lanes as if it had never stopped", () => {
    const whole = new Fingerprint();
    whole.mix(1);
    const rest = new Fingerprint();
    rest.restore(whole.lanes);
    whole.mixPlain("more");
    rest.mixPlain("more");
    expect(rest.toString()).toBe(whole.toString());
  });

  it("is that of long bytes wherever they lie, and tells each of them", () => {
    const long = Uint8Array.from({ length: 1_003 }, (_, i) => i * 7);
    const elsewhere = new Uint8Array(1_006);
    elsewhere.set(long, 3);
    expect(hashOf(long)).toBe(-1_002_032_551);
    expect(hashOf(elsewhere.subarray(3))).toBe(hashOf(long));
    const changed = Array.from(long, (byte, i) => hashOf(long.with(i, byte ^ 1)));
    expect(new Set([hashOf(long), ...changed]).size).toBe(1_004);
  });

  it("is the same on every machine", () => {
    const mixed = of((fingerprint) => {
      fingerprint.mix(-7);
      fingerprint.mixNumber(2 ** 40 + 0.5);
      fingerprint.mixPlain("n1");
      fingerprint.mixPlain([
        undefined,
        null,
        true,
        false,
        { term: 3, bytes: bytes(1, 2, 3, 4, 5) },
      ]);
    });
    expect(new Fingerprint().toString()).toBe("3c6ef3726a09e667");
    expect(mixed).toBe("c1b56ca92c254be7");
  });
});
