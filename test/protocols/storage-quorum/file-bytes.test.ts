import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { addressOf } from "../../../src/protocols/storage-quorum/cipher.ts";
import { fileBytes } from "../../../src/protocols/storage-quorum/file-bytes.ts";

describe("the bytes of a file", () => {
  it("are the same on every machine", () => {
    expect(addressOf(fileBytes(7, 1_500))).toBe(
      "fdce9635bc80354142658a174291cdb465b67fc7972cb8adcf51edc77e40fdc5",
    );
  });

  it("are as many as asked for, and a longer file begins as a shorter one", () => {
    expect(fileBytes(7, 0).length).toBe(0);
    expect(fileBytes(7, 1_003).slice(0, 6)).toEqual(fileBytes(7, 6));
  });

  it("are others for every fill, also of more than 32 bits", () => {
    const fills = [
      ...Array.from({ length: 1_000 }, (_, fill) => fill),
      2 ** 31,
      2 ** 32,
      2 ** 53 - 1,
    ];
    const files = fills.map((fill) => addressOf(fileBytes(fill, 16)));
    expect(new Set(files).size).toBe(fills.length);
  });

  it.each([0, 1, 2 ** 31, 2 ** 53 - 1])("cannot be compressed, with a fill of %i", (fill) => {
    expect(deflateRawSync(fileBytes(fill, 65_536)).length).toBeGreaterThan(65_000);
  });
});
