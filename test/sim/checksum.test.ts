import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32c } from "../../src/sim/checksum.ts";

/** Bit by bit, as the polynomial says. */
function naive(bytes: Uint8Array, seed: number): number {
  let crc = ~seed;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

describe("crc32c", () => {
  it("is the checksum that a naive one is, of any part of any bytes", () => {
    const bytes = fc.uint8Array({ maxLength: 100 });
    fc.assert(
      fc.property(bytes, fc.nat(100), fc.nat(100), fc.integer(), (all, a, b, seed) => {
        const [start, end] = [Math.min(a, b, all.length), Math.min(Math.max(a, b), all.length)];
        expect(crc32c(all, start, end, seed)).toBe(naive(all.subarray(start, end), seed));
      }),
    );
  });

  it.each([
    // RFC 3720 §B.4.
    ["32 zeros", new Uint8Array(32), 0x8a91_36aa],
    ["32 ones", new Uint8Array(32).fill(255), 0x62a8_ab43],
    ["32 rising", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd_794e],
  ])("is that of the standard for %s", (_, bytes, expected) => {
    expect(crc32c(bytes, 0, bytes.length)).toBe(expected);
  });
});
