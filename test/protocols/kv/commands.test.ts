import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader, ByteWriter } from "../../../src/protocols/codec.ts";
import {
  equalValues,
  type KvCommand,
  type KvOperation,
  type KvValue,
  kvOperations,
  sumOf,
} from "../../../src/protocols/kv/commands.ts";
import { commandCodec } from "../../../src/protocols/replicated/command.ts";

const kvCodec = commandCodec(kvOperations);

const text = fc.string({ unit: "binary" });
const value: fc.Arbitrary<KvValue> = fc.oneof(text, fc.uint8Array({ maxLength: 100, size: "max" }));
const operation: fc.Arbitrary<KvOperation> = fc.oneof(
  fc.record({ op: fc.constant("put" as const), key: text, value }),
  fc.record({ op: fc.constantFrom("get" as const, "delete" as const), key: text }),
  fc.record({
    op: fc.constant("cas" as const),
    key: text,
    expected: fc.option(value, { nil: undefined }),
    value,
  }),
  fc.record({ op: fc.constant("add" as const), key: text, by: fc.maxSafeNat() }),
);
const command: fc.Arbitrary<KvCommand> = fc.record({
  session: text,
  serial: fc.maxSafeNat(),
  operation,
});

function encoded(command: KvCommand): Uint8Array {
  const writer = new ByteWriter();
  kvCodec.encode(command, writer);
  return writer.bytes.slice(0, writer.sizeBytes);
}

describe("the codec of commands", () => {
  it("gives back every command", () => {
    const property = fc.property(command, (one) => {
      expect(kvCodec.decode(new ByteReader(encoded(one), 0))).toEqual(one);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("reads no byte more than it wrote", () => {
    const property = fc.property(command, command, (first, second) => {
      const bytes = Uint8Array.of(...encoded(first), ...encoded(second));
      const reader = new ByteReader(bytes, 0);
      kvCodec.decode(reader);
      expect(kvCodec.decode(reader)).toEqual(second);
    });
    fc.assert(property, { numRuns: 200 });
  });

  it("refuses an operation of unknown kind", () => {
    const bytes = encoded({ session: "s", serial: 1, operation: { op: "get", key: "" } });
    bytes[bytes.length - 2] = 5;
    expect(() => kvCodec.decode(new ByteReader(bytes, 0))).toThrow("an operation of unknown kind");
  });

  it("refuses a put without a value", () => {
    const put = { op: "put", key: "", value: "" } as const;
    const bytes = encoded({ session: "s", serial: 1, operation: put });
    bytes[bytes.length - 2] = 0;
    expect(() => kvCodec.decode(new ByteReader(bytes, 0))).toThrow("a value is missing");
  });
});

describe("equalValues", () => {
  it.each([
    ["a", "a", true],
    ["a", "b", false],
    ["", undefined, false],
    [undefined, undefined, true],
    [Uint8Array.of(1, 2), Uint8Array.of(1, 2), true],
    [Uint8Array.of(1, 2), Uint8Array.of(1, 3), false],
    [Uint8Array.of(1, 2), Uint8Array.of(1), false],
    [Uint8Array.of(1), Uint8Array.of(1, 2), false],
    [Uint8Array.of(0x61), "a", false],
    [Uint8Array.of(), "", false],
    [Uint8Array.of(), undefined, false],
  ])("of %o and %o: %s", (a, b, expected) => {
    expect(equalValues(a, b)).toBe(expected);
    expect(equalValues(b, a)).toBe(expected);
  });
});

describe("the sum of what a key holds and a number", () => {
  it.each([
    [undefined, 3, "3"],
    ["0", 3, "3"],
    ["12", 30, "42"],
    ["9007199254740990", 1, "9007199254740991"],
    ["9007199254740991", 1, undefined],
    ["99999999999999999", 0, undefined],
    ["", 1, undefined],
    ["-1", 1, undefined],
    ["01", 1, undefined],
    ["1e3", 1, undefined],
    ["a", 1, undefined],
    [Uint8Array.of(49), 1, undefined],
  ])("of %o and %i is %o", (held, by, sum) => {
    expect(sumOf(held, by)).toBe(sum);
  });
});
