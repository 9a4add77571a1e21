import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sizedValue } from "../../../src/protocols/kv/sized-value.ts";

describe("a value of a size", () => {
  it("has that size, and is the same for the same name", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(20_000), (name, sizeBytes) => {
        const value = sizedValue(name, sizeBytes);
        expect(value.length).toBe(sizeBytes);
        expect(Buffer.compare(value, sizedValue(name, sizeBytes))).toBe(0);
      }),
    );
  });

  it("is another for another name", () => {
    expect(sizedValue("a", 16)).not.toEqual(sizedValue("b", 16));
  });

  it("has no two blocks alike, but for a last one that is too short for its number", () => {
    const value = sizedValue("a", 4_096 * 300 + 4);
    const blocks = Array.from({ length: 301 }, (_, i) =>
      value.subarray(i * 4_096, (i + 1) * 4_096).join(" "),
    );
    expect(new Set(blocks).size).toBe(301);
  });

  it.each([-1, 0.5])("is refused when it is to have %d bytes", (sizeBytes) => {
    expect(() => sizedValue("a", sizeBytes)).toThrow(`a value of bytes: ${sizeBytes}`);
  });
});
