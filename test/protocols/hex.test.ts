import { describe, expect, it } from "vitest";
import { bytesOf, hexOf, isHex } from "../../src/protocols/hex.ts";

describe("hexadecimal digits", () => {
  it("are two a byte, in lower case", () => {
    expect(hexOf(Uint8Array.of(0, 10, 255))).toBe("000aff");
  });

  it("are turned back into bytes", () => {
    expect(bytesOf("000aff")).toEqual(Uint8Array.of(0, 10, 255));
  });

  it.each(["0", "0g", "0A", "0x00", "00\n"])("are not %j", (text) => {
    expect(isHex(text)).toBe(false);
    expect(() => bytesOf(text)).toThrow("expected lower-case hexadecimal digits in pairs");
  });

  it("are of as many bytes as they are asked to be", () => {
    expect([isHex("00ff", 2), isHex("00ff", 1), isHex("00ff", 3), isHex("", 0)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});
