import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32c } from "../../../src/sim/checksum.ts";
import { plainWire } from "../../../src/sim/network/wire.ts";

const arbitraryText = fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) });
const arbitraryLeaf = fc.oneof(
  ...[fc.constantFrom(undefined, null, true, false), fc.integer(), fc.maxSafeInteger()],
  ...[fc.double(), arbitraryText, fc.string(), fc.uint8Array()],
);
const { plain: arbitraryPlain } = fc.letrec((tie) => ({
  plain: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    arbitraryLeaf,
    fc.array(tie("plain")),
    fc.dictionary(fc.oneof(arbitraryText, fc.constant("__proto__")), tie("plain"), {
      noNullPrototype: true,
    }),
    fc.array(fc.tuple(tie("plain"), tie("plain"))).map((entries) => new Map(entries)),
    fc.array(tie("plain")).map((items) => new Set(items)),
  ),
}));

describe("the plain wire", () => {
  it("gives back every message as it was", () => {
    const property = fc.property(arbitraryPlain, (message) => {
      expect(plainWire.decode(plainWire.encode(message))).toEqual(message);
    });
    fc.assert(property, { numRuns: 150 });
  });

  it("tells a message's size without encoding it", () => {
    const property = fc.property(arbitraryPlain, (message) => {
      expect(plainWire.sizeOf(message)).toBe(plainWire.encode(message).length);
    });
    fc.assert(property, { numRuns: 150 });
  });

  it.each<[unknown, number]>([
    // A byte for the kind and four for the checksum, always.
    [true, 5],
    [127, 6],
    [128, 7],
    [-1, 6],
    [0.5, 13],
    [-0, 13],
    ["aé€😀", 16],
    ["\ud800", 9],
    [Uint8Array.of(1, 2, 3), 9],
    [{ type: "vote", term: 3 }, 5 + 1 + 5 + 5 + 6 + 2],
  ])("needs for %s %d bytes", (message, size) => {
    expect(plainWire.encode(message).length).toBe(size);
  });

  it("never lets one to three changed bits pass, nor four in a small message", () => {
    const flips = fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 4 });
    const property = fc.property(arbitraryPlain, flips, (message, given) => {
      const bytes = plainWire.encode(message);
      const bits = new Set(given.map((bit) => bit % (bytes.length * 8)));
      if (bytes.length > 655 && bits.size > 3) return;
      for (const bit of bits) bytes[bit >> 3]! ^= 1 << (bit & 7);
      expect(plainWire.decode(bytes)).toBeUndefined();
    });
    fc.assert(property, { numRuns: 150 });
  });

  it("takes no other bytes for a message, and never throws", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 60 }), (content) => {
      const bytes = new Uint8Array(content.length + 4);
      bytes.set(content);
      new DataView(bytes.buffer).setUint32(
        content.length,
        crc32c(content, 0, content.length),
        true,
      );
      const message = plainWire.decode(bytes);
      // What does decode is a message: its checksum was made right on purpose.
      if (message !== undefined) expect(() => plainWire.sizeOf(message)).not.toThrow();
      expect(plainWire.decode(content.slice(0, 4))).toBeUndefined();
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it("refuses what is no plain data", () => {
    expect(() => plainWire.encode({ act: () => 1 })).toThrow(
      "no plain data in a message: function",
    );
  });
});

it("CRC-32C of the digits 1 to 9 is the one that RFC 3720 and others print", () => {
  expect(crc32c(new TextEncoder().encode("123456789"), 0, 9)).toBe(0xe306_9283);
});
