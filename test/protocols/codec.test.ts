import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader, ByteWriter } from "../../src/protocols/codec.ts";

/** The bytes that one writing leaves. */
function written(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter();
  write(writer);
  return writer.bytes.slice(0, writer.sizeBytes);
}

describe("a count", () => {
  // Where the next byte begins, where shifts end, and the largest.
  const bounds: readonly (readonly [value: number, sizeBytes: number])[] = [
    [0, 1],
    [2 ** 7 - 1, 1],
    [2 ** 7, 2],
    [2 ** 14 - 1, 2],
    [2 ** 14, 3],
    [2 ** 28, 5],
    [2 ** 31 - 1, 5],
    [2 ** 31, 5],
    [2 ** 32 - 1, 5],
    [2 ** 32, 5],
    [2 ** 35 - 1, 5],
    [2 ** 35, 6],
    [2 ** 49 - 1, 7],
    [2 ** 49, 8],
    [Number.MAX_SAFE_INTEGER, 8],
  ];
  it.each(bounds)("%i takes %i bytes and comes back", (value, sizeBytes) => {
    const bytes = written((writer) => writer.count(value));
    expect(bytes.length).toBe(sizeBytes);
    expect(new ByteReader(bytes, 0).count()).toBe(value);
  });

  it("is written low groups first, as LEB128", () => {
    expect(written((writer) => writer.count(300))).toEqual(Uint8Array.of(0xac, 0x02));
  });

  it.each([-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY])("is not %d", (value) => {
    expect(() => written((writer) => writer.count(value))).toThrow("not a count");
  });
});

describe("room that is reserved", () => {
  it("lies between what was written before and what is written behind", () => {
    const bytes = written((writer) => {
      writer.byte(1);
      writer.reserve(300);
      writer.byte(2);
    });
    expect([bytes.length, bytes[0], bytes[301]]).toEqual([302, 1, 2]);
  });
});

describe("a text", () => {
  it.each(["", "a", "\u007f", "\u0080", "é", "ascii, then é", "\ufeffmark", "🌩", "x".repeat(999)])(
    "%j comes back",
    (text) => {
      const bytes = written((writer) => writer.text(text));
      expect(new ByteReader(bytes, 0).text()).toBe(text);
    },
  );

  it.each(["é", "🌩", "\u0080"])("that is long and not all ASCII comes back: %j", (one) => {
    for (const text of [one + "x".repeat(200), "x".repeat(200) + one, one.repeat(99)]) {
      const bytes = written((writer) => writer.text(text));
      expect(new ByteReader(bytes, 0).text()).toBe(text);
    }
  });

  it("that is long is refused with a lone surrogate", () => {
    const text = `${"x".repeat(200)}\ud800`;
    expect(() => written((writer) => writer.text(text))).toThrow("not Unicode");
  });

  it("has the size of its UTF-8 bytes before it", () => {
    expect([...written((writer) => writer.text("aé"))]).toEqual([3, 0x61, 0xc3, 0xa9]);
  });

  it.each(["\ud800", "a\udc00", "\udc00\ud800"])("with a lone surrogate is refused: %j", (text) => {
    expect(() => written((writer) => writer.text(text))).toThrow("not Unicode");
  });

  it("that is no UTF-8 is refused", () => {
    expect(() => new ByteReader(Uint8Array.of(1, 0xff), 0).text()).toThrow(TypeError);
  });
});

type Field =
  | { readonly type: "byte"; readonly value: number }
  | { readonly type: "count"; readonly value: number }
  | { readonly type: "bytesOf"; readonly value: Uint8Array }
  | { readonly type: "text"; readonly value: string };

// 64 bytes is where copying changes, 256 where the writer grows.
const longBytes = fc.nat(300).map((sizeBytes) => new Uint8Array(sizeBytes).fill(sizeBytes));
const longText = fc.nat(300).map((length) => "x".repeat(length));
const text = fc.string({ unit: "binary" });

const field: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ type: fc.constant("byte" as const), value: fc.nat(255) }),
  fc.record({ type: fc.constant("count" as const), value: fc.maxSafeNat() }),
  fc.record({ type: fc.constant("bytesOf" as const), value: fc.oneof(fc.uint8Array(), longBytes) }),
  fc.record({ type: fc.constant("text" as const), value: fc.oneof(text, longText) }),
);

function write(fields: readonly Field[], writer: ByteWriter): void {
  for (const { type, value } of fields) {
    if (type === "byte") writer.byte(value);
    else if (type === "count") writer.count(value);
    else if (type === "bytesOf") writer.bytesOf(value);
    else writer.text(value);
  }
}

describe("ByteReader", () => {
  it("reads what ByteWriter wrote, in the same order", () => {
    const property = fc.property(fc.array(field, { maxLength: 30, size: "max" }), (fields) => {
      const reader = new ByteReader(
        written((writer) => write(fields, writer)),
        0,
      );
      const back = fields.map(({ type }) => ({ type, value: reader[type]() }));
      expect(back).toEqual(fields);
    });
    fc.assert(property, { numRuns: 100 });
  });

  it("reads from where it is told", () => {
    expect(new ByteReader(Uint8Array.of(1, 2, 3), 2).byte()).toBe(3);
  });

  it("never reads past the end: every truncation of a last field is refused", () => {
    const property = fc.property(field, fc.nat(), (last, cut) => {
      const bytes = written((writer) => write([last], writer));
      const cutBytes = bytes.slice(0, cut % bytes.length);
      expect(() => new ByteReader(cutBytes, 0)[last.type]()).toThrow("read past the end");
    });
    fc.assert(property, { numRuns: 200 });
  });
});

describe("ByteWriter", () => {
  it("begins anew after clear", () => {
    const writer = new ByteWriter();
    writer.text("left over");
    writer.clear();
    writer.byte(7);
    expect([...writer.bytes.slice(0, writer.sizeBytes)]).toEqual([7]);
  });

  it("copies the bytes that it is given", () => {
    const bytes = Uint8Array.of(1, 2);
    const writer = new ByteWriter();
    writer.bytesOf(bytes);
    bytes.fill(9);
    expect(new ByteReader(writer.bytes, 0).bytesOf()).toEqual(Uint8Array.of(1, 2));
  });
});
