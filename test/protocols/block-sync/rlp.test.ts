import { RLP } from "@ethereumjs/rlp";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeItem,
  decodeList,
  encodeItem,
  encodeList,
  isMalformed,
  type RlpItem,
  type RlpList,
} from "../../../src/protocols/block-sync/encoding/rlp.ts";
import { bytesOf, hexOf } from "../../../src/protocols/hex.ts";
import { fromDigits, vectorsOf } from "../../support/ethereum-vectors.ts";
import { anyItem, type Decoded } from "../../support/rlp-items.ts";

/** 2^53 - 1: seven bytes. */
const LARGEST = "871fffffffffffff";

const malformed = (reason: string) => ({ kind: "malformed", reason });
const numberOf = (hex: string) => decodeItem(bytesOf(hex), (whole) => whole.number("n"));
const anyOf = (hex: string) => decodeItem(bytesOf(hex), anyItem);

describe("encoding", () => {
  it.each([
    [0, "80"],
    [1, "01"],
    [127, "7f"],
    [128, "8180"],
    [1000, "8203e8"],
    [2 ** 32, "850100000000"],
    [2 ** 53 - 1, LARGEST],
  ])("gives the number %i without leading zeros", (value, hex) => {
    expect(hexOf(encodeItem(value))).toBe(hex);
  });

  it("gives bytes, numbers and lists within a list", () => {
    const items = [Uint8Array.of(1, 2), 5, [], [[Uint8Array.of()], 1024]];
    expect(hexOf(encodeList(items))).toBe("cb82010205c0c5c180820400");
  });

  it.each([-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY])("refuses %d", (value) => {
    expect(() => encodeList([[value]])).toThrow("not a whole number in [0, 2^53)");
  });

  it("is what the library gives", () => {
    fc.assert(
      fc.property(items, (item) => {
        expect(hexOf(encodeItem(item))).toBe(hexOf(RLP.encode(item as Uint8Array[])));
      }),
      { numRuns: 500 },
    );
  });

  it.each([0, 1, 55, 56, 255, 256, 65_535, 65_536, 2 ** 24])("gives a string of %i", (length) => {
    const string = new Uint8Array(length).fill(0xff);
    expect(Buffer.compare(encodeItem(string), RLP.encode(string))).toBe(0);
  });

  it("gives lists of more items than a call has room for", () => {
    const list = new Array<number>(300_000).fill(1);
    expect(decodeItem(encodeItem(list), anyItem)).toHaveLength(300_000);
  });
});

const text = (value: string) => new TextEncoder().encode(value);
const itemOf = (value: unknown): RlpItem => {
  if (Array.isArray(value)) return value.map(itemOf);
  return typeof value === "number" ? value : text(String(value));
};

const VALID = vectorsOf<{ readonly in: unknown; readonly out: string }>("rlptest.json")
  // Those with # are above 2^53.
  .filter(([, { in: value }]) => !String(value).startsWith("#"));
const INVALID = vectorsOf<{ readonly out: string }>("invalidRLPTest.json");

describe("Ethereum's vectors", () => {
  it.each(VALID)("are encoded: %s", (_, vector) => {
    const item = itemOf(vector.in);
    const bytes = Array.isArray(item) ? encodeList(item) : encodeItem(item as Uint8Array);
    expect(hexOf(bytes)).toBe(vector.out.slice(2).toLowerCase());
  });

  it.each(VALID)("are decoded: %s", (_, { out }) => {
    expect(decodeItem(fromDigits(out), anyItem)).toEqual(RLP.decode(fromDigits(out)));
  });

  it.each(INVALID)("are refused: %s", (_, { out }) => {
    expect(decodeItem(fromDigits(out), anyItem)).toMatchObject({ kind: "malformed" });
  });
});

describe("what is not the one encoding of a value", () => {
  it.each([
    ["nothing at all", "", "string: expected a string, got the end"],
    ["a prefix before a small byte", "8105", "string: expected a string, got a prefix before"],
    ["a long prefix of a short string", `b837${"61".repeat(55)}`, "got a long prefix of a short"],
    ["a long prefix of a short list", `f837${"61".repeat(55)}`, "got a long prefix of a short"],
    [
      "a length with a leading zero",
      `b90038${"61".repeat(56)}`,
      "got a length with a leading zero",
    ],
    ["a list's length with one", `f90038${"61".repeat(56)}`, "got a length with a leading zero"],
    ["a string that ends early", "836162", "got too few bytes"],
    ["a long string that ends early", `b838${"61".repeat(55)}`, "got too few bytes"],
    ["a length that ends early", "b9", "got too few bytes"],
    ["a list that ends early", "c26161".slice(0, 4), "got too few bytes"],
    ["an item that is longer than its list", "c1826161", "got too few bytes"],
    ["a length of eight bytes", `bf${"ff".repeat(8)}00`, "got too few bytes"],
    ["bytes behind the value", "c08080", "expected no more, got 2 bytes"],
  ])("is refused: %s", (_, hex, reason) => {
    expect(anyOf(hex)).toEqual(malformed(expect.stringContaining(reason)));
  });

  it("is what the library refuses, too, and nothing else is", () => {
    fc.assert(
      fc.property(mutated, (bytes) => {
        // The library takes nothing at all for an empty string.
        fc.pre(bytes.length > 0);
        const ours = decodeItem(bytes, anyItem);
        expect(isMalformed(ours) ? "refused" : ours).toEqual(byLibrary(bytes));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("a whole number", () => {
  it.each([
    ["80", 0],
    ["01", 1],
    ["8203e8", 1000],
    [LARGEST, 2 ** 53 - 1],
  ])("is read: %s", (hex, value) => {
    expect(numberOf(hex)).toBe(value);
  });

  it.each([
    ["a leading zero", "820001", "a leading zero"],
    ["zero as a byte", "00", "a leading zero"],
    ["2^53", "8720000000000000", "one of 7 bytes"],
    ["2^53 + 1, which no number is", "8720000000000001", "one of 7 bytes"],
    ["eight bytes", "88ffffffffffffffff", "one of 8 bytes"],
  ])("is refused for %s", (_, hex, got) => {
    const expected = "n: expected a whole number up to 9007199254740991";
    expect(numberOf(hex)).toEqual(malformed(`${expected}, got ${got}`));
  });

  it("is refused above the largest that is expected", () => {
    const read = (list: RlpList) => [list.number("a", 5), list.number("b", 5)];
    expect(decodeList(encodeList([5, 6]), "pair", read)).toEqual(
      malformed("pair.b: expected a whole number up to 5, got one of 1 bytes"),
    );
  });

  it("is refused when it is a list", () => {
    expect(numberOf("c0")).toEqual(malformed("n: expected a string, got a list"));
  });
});

describe("a reader", () => {
  const three = encodeList([Uint8Array.of(1, 2, 3)]);

  it.each<[string, (list: RlpList) => unknown, string]>([
    ["bytes of another length", (list: RlpList) => list.bytes("hash", 4), "4 bytes, got 3"],
    ["bytes that are too long", (list: RlpList) => list.bytes("hash", 2), "at most 2 bytes, got 3"],
    ["bytes above a bound", (list: RlpList) => list.bytesUpTo("hash", 2), "at most 2 bytes, got 3"],
    ["an item above a bound", (list: RlpList) => list.raw("hash", 3), "at most 3 bytes, got 4"],
    [
      "a string for a list",
      (list: RlpList) => list.each("hash", 1, anyItem),
      "a list, got a string",
    ],
  ])("refuses %s", (_, read, reason) => {
    expect(decodeList(three, "header", read)).toEqual(malformed(`header.hash: expected ${reason}`));
  });

  it("refuses an item too few", () => {
    const read = (list: RlpList) => [list.bytes("a", 3), list.number("b")];
    expect(decodeList(three, "header", read)).toEqual(
      malformed("header.b: expected a string, got the end"),
    );
  });

  it("refuses an item too many", () => {
    expect(decodeList(three, "header", () => 1)).toEqual(
      malformed("header: expected no more, got 4 bytes"),
    );
  });

  it("refuses a string for the whole", () => {
    expect(decodeList(bytesOf("83616263"), "header", anyItem)).toEqual(
      malformed("header: expected a list, got a string"),
    );
  });

  it("gives copies, which keep no large message alive", () => {
    const bytes = decodeList(three, "header", (list) => list.bytes("a", 3));
    expect((bytes as Uint8Array).buffer.byteLength).toBe(3);
  });

  it("gives an item as it is encoded", () => {
    const read = (list: RlpList) => [list.raw("a", 9), list.raw("b", 9)];
    expect(decodeList(encodeList([[1, 2], 300]), "header", read)).toEqual([
      bytesOf("c20102"),
      bytesOf("82012c"),
    ]);
  });

  it("reads lists of lists", () => {
    const bytes = encodeList([
      [
        [1, 2],
        [3, 4],
      ],
      5,
    ]);
    const pair = (list: RlpList) => list.fields("pair", (at) => at.number("x") - at.number("y"));
    const read = (list: RlpList) => [list.each("pairs", 2, pair), list.number("rest")];
    expect(decodeList(bytes, "header", read)).toEqual([[-1, -1], 5]);
  });

  it("refuses a list of more than are expected", () => {
    const bytes = encodeList([[1, 2, 3]]);
    const read = (list: RlpList) => list.each("ns", 2, (at) => at.number("n"));
    expect(decodeList(bytes, "header", read)).toEqual(
      malformed("header.ns: expected at most 2 items, got more"),
    );
  });

  it("names the way to what is bad in a list of lists", () => {
    const bytes = encodeList([[[1, 2], [3]]]);
    const pair = (list: RlpList) => list.fields("pair", (at) => at.number("x") - at.number("y"));
    const read = (list: RlpList) => list.each("pairs", 9, pair);
    expect(decodeList(bytes, "header", read)).toEqual(
      malformed("header.pairs.pair.y: expected a string, got the end"),
    );
  });

  it("does not hide what is no fault of the bytes", () => {
    const fail = () => {
      throw new Error("a bug");
    };
    expect(() => decodeList(three, "header", fail)).toThrow("a bug");
  });

  it("asserts that a list is read on", () => {
    const read = (list: RlpList) => list.each("ns", 9, () => 1);
    expect(() => decodeList(encodeList([[1]]), "header", read)).toThrow("nothing was read of");
  });
});

describe("large and junk bytes", () => {
  it("are read in time that grows with their length: 4 MB in 30,000 items", () => {
    const bytes = encodeList([new Array<Uint8Array>(30_000).fill(new Uint8Array(130).fill(200))]);
    const read = (list: RlpList) => list.each("bodies", 30_000, (at) => at.bytesUpTo("body", 130));
    const items = decodeList(bytes, "block", read);
    expect([bytes.length > 3.9e6, (items as Uint8Array[]).length]).toEqual([true, 30_000]);
  });

  it("overflow no stack, however deep they are nested", () => {
    const bytes = nested(100_000);
    const read = (list: RlpList) => list.each("ns", 9, (at) => at.number("n"));
    expect(decodeList(bytes, "block", (list) => [read(list)])).toEqual(
      malformed("block.ns.n: expected a string, got a list"),
    );
  });
});

const items: fc.Arbitrary<RlpItem> = fc.letrec<{ item: RlpItem }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 4 },
    fc.uint8Array({ maxLength: 70 }),
    fc.maxSafeNat(),
    fc.array(tie("item"), { maxLength: 6 }),
  ),
})).item;

/** Encodings of which some bytes are others, and some are cut off. */
const mutated = fc
  .record({
    item: items,
    changes: fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 0, max: 255 })), { maxLength: 3 }),
    cut: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(3)),
  })
  .map(({ item, changes, cut }) => {
    const bytes = RLP.encode(item as Decoded as Uint8Array[]).slice();
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return bytes.slice(0, bytes.length - cut);
  });

function byLibrary(bytes: Uint8Array): unknown {
  try {
    return RLP.decode(bytes);
  } catch {
    return "refused";
  }
}

/** [[[...]]], of prefixes of four bytes: so long that each is a long list. */
function nested(depth: number): Uint8Array {
  const bytes = new Uint8Array(4 * depth + 60);
  for (let i = 0; i < depth; i++) {
    const length = bytes.length - 4 * (i + 1);
    bytes.set([0xfa, length >>> 16, (length >>> 8) & 0xff, length & 0xff], 4 * i);
  }
  return bytes;
}
