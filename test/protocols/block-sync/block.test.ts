import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bodyBytes,
  decodeBlock,
  decodeHeader,
  encodeBlock,
  HEADER_BYTES_MAX,
  isSignedHeader,
  NOBODY,
  signHeader,
  unsignedHeader,
} from "../../../src/protocols/block-sync/block.ts";
import { SignatureCheck } from "../../../src/protocols/block-sync/encoding/keys.ts";
import { encodeList, isMalformed } from "../../../src/protocols/block-sync/encoding/rlp.ts";
import { alice, pays } from "./chain-support.ts";

const FIELDS = {
  ...{ height: 7, parent: "aa".repeat(32), stateRoot: "bb".repeat(32) },
  ...{ transactionsRoot: "cc".repeat(32), timestamp: 1_700_000_000_000_000 },
};

describe("a header", () => {
  it("comes back from its bytes", () => {
    const header = signHeader(FIELDS, alice.keys);
    expect(decodeHeader(header.bytes)).toEqual(header);
    expect(header.producer).toBe(alice.publicKey);
  });

  it("is signed by its producer", () => {
    expect(isSignedHeader(signHeader(FIELDS, alice.keys), new SignatureCheck())).toBe(true);
  });

  it("is not signed when anything in it was changed", () => {
    const { bytes } = signHeader(FIELDS, alice.keys);
    const check = new SignatureCheck();
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = bytes.slice();
        changed[at] = changed[at]! ^ by;
        const header = decodeHeader(changed);
        expect(isMalformed(header) || !isSignedHeader(header, check)).toBe(true);
      }),
    );
  });

  it("has another hash when its signature is another", () => {
    const { bytes, hash } = signHeader(FIELDS, alice.keys);
    const changed = bytes.slice();
    changed[changed.length - 1]! ^= 1;
    expect(decodeHeader(changed)).not.toMatchObject({ hash });
  });

  it("of genesis has neither producer nor signature", () => {
    const genesis = unsignedHeader({ ...FIELDS, height: 0 });
    expect(genesis).toMatchObject({ producer: NOBODY, signature: new Uint8Array() });
    expect(decodeHeader(genesis.bytes)).toEqual(genesis);
    expect(isSignedHeader(genesis, new SignatureCheck())).toBe(false);
  });

  it("above genesis is malformed without a signature, and genesis with one", () => {
    const malformed = { kind: "malformed", reason: expect.stringMatching(/^header.signature/) };
    expect(decodeHeader(unsignedHeader(FIELDS).bytes)).toMatchObject(malformed);
    expect(decodeHeader(signHeader({ ...FIELDS, height: 0 }, alice.keys).bytes)).toMatchObject(
      malformed,
    );
  });

  it("is no longer than the longest", () => {
    const most = { ...FIELDS, height: 2 ** 53 - 1, timestamp: 2 ** 53 - 1 };
    expect(signHeader(most, alice.keys).bytes).toHaveLength(HEADER_BYTES_MAX);
    expect(decodeHeader(new Uint8Array(HEADER_BYTES_MAX + 1))).toEqual({
      kind: "malformed",
      reason: `header: expected at most ${HEADER_BYTES_MAX} bytes, got ${HEADER_BYTES_MAX + 1}`,
    });
  });

  it("is not any junk", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: HEADER_BYTES_MAX }), (junk) => {
        expect(decodeHeader(junk)).toMatchObject({ kind: "malformed" });
      }),
    );
  });
});

describe("a block", () => {
  const header = signHeader(FIELDS, alice.keys);

  it.each([0, 1, 2, 300])("with %i transactions comes back from its bytes", (count) => {
    const block = { header, body: Array.from({ length: count }, (_, i) => Uint8Array.of(i, i)) };
    expect(decodeBlock(encodeBlock(block))).toEqual(block);
  });

  it("with a bad header is malformed", () => {
    const bytes = encodeList([new Uint8Array(3), []]);
    expect(decodeBlock(bytes)).toMatchObject({ reason: expect.stringMatching(/^header/) });
  });

  it("with more behind it is malformed", () => {
    const bytes = encodeList([header.bytes, [], []]);
    expect(decodeBlock(bytes)).toMatchObject({ reason: expect.stringMatching(/^block: exp/) });
  });
});

describe("the length of a body", () => {
  it("is that of its encoding", () => {
    const item = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 300 }), (body) => {
        expect(bodyBytes(body)).toBe(encodeList(body).length);
      }),
    );
  });

  it("of transfers is theirs and two bytes for each, and four for all", () => {
    const { bytes } = pays(alice);
    const body = Array.from({ length: 1_000 }, () => bytes);
    expect(bodyBytes(body)).toBe(1_000 * (bytes.length + 2) + 4);
  });
});
