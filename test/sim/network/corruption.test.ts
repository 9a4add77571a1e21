import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Plain } from "../../../src/sim/env.ts";
import { corruptBytes, corruptField } from "../../../src/sim/network/corruption.ts";

const arbitraryDraws = fc.array(fc.nat(0xffff_ffff), { minLength: 5, maxLength: 5 });
const bitsOf = (bytes: Uint8Array): number =>
  bytes.reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);

it("corrupt bytes differ in 1 to 4 bits, also when the draws agree", () => {
  const property = fc.property(arbitraryDraws, fc.integer({ min: 1, max: 20 }), (draws, size) => {
    const bytes = new Uint8Array(size);
    corruptBytes(bytes, (k) => draws[k]!);
    const flips = 1 + Math.floor((draws[0]! * 4) / 2 ** 32);
    expect(bitsOf(bytes)).toBe(flips);
  });
  fc.assert(property);
  const bytes = new Uint8Array(2);
  corruptBytes(bytes, () => 0xffff_ffff);
  expect(bitsOf(bytes)).toBe(4);
});

describe("a corrupt field", () => {
  it.each<Plain>([
    ...[0, -0, 1, -7, 0.5, Number.NaN, Infinity, -Infinity, 2 ** 60, "", "x", "😀", true, false],
    ...[Uint8Array.of(0), Uint8Array.of(1, 2, 3)],
  ])("is another one than %s, of the same kind", (leaf) => {
    const property = fc.property(arbitraryDraws, (draws) => {
      const message = { leaf };
      const corrupt = corruptField(message, (k) => draws[k]!) as { leaf: Plain };
      expect(corrupt.leaf).not.toEqual(leaf);
      expect(typeof corrupt.leaf).toBe(typeof leaf);
      expect(message.leaf).toBe(leaf);
    });
    fc.assert(property, { numRuns: 40 });
  });

  it("is none where there is no leaf: the message is the same", () => {
    const hollow = { list: [], none: undefined, no: null, bytes: new Uint8Array(0) };
    expect(corruptField(hollow, () => 0)).toBe(hollow);
  });
});
