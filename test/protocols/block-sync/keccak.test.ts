import { keccak_256 } from "@noble/hashes/sha3.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashOf } from "../../../src/protocols/block-sync/encoding/hash.ts";
import { keccak256 } from "../../../src/protocols/block-sync/keccak/keccak.ts";

/** Bytes that differ from place to place, so that none may change places with another. */
const bytesOfLength = (length: number) => Uint8Array.from({ length }, (_, i) => i * 7 + (i >> 8));

describe("Keccak-256", () => {
  it.each([
    ["", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"],
    ["abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"],
    // The signature of an ERC-20 function begins with the first four bytes.
    [
      "transfer(address,uint256)",
      "a9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049b",
    ],
  ])("of %j is that of Ethereum", (text, hash) => {
    expect(hashOf(new TextEncoder().encode(text))).toBe(hash);
  });

  it("is that of the library for every length up to four blocks", () => {
    const messages = Array.from({ length: 545 }, (_, length) => bytesOfLength(length));
    expect(messages.map(keccak256)).toEqual(messages.map((message) => keccak_256(message)));
  });

  // 65,008 bytes are taken in at once.
  it.each([65_007, 65_008, 65_009, 130_015, 130_016, 200_000])(
    "is that of the library for %i bytes",
    (length) => {
      const message = bytesOfLength(length);
      expect(keccak256(message)).toEqual(keccak_256(message));
    },
  );

  it("is that of the library for any bytes, one message after another", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 4 }), (messages) => {
        expect(messages.map(keccak256)).toEqual(messages.map((message) => keccak_256(message)));
      }),
    );
  });

  it("is of the bytes that a view shows", () => {
    const view = bytesOfLength(100).subarray(3, 50);
    expect(keccak256(view)).toEqual(keccak256(view.slice()));
  });

  it("stays as it is when another message is hashed", () => {
    const hash = keccak256(bytesOfLength(1));
    keccak256(bytesOfLength(2));
    expect([hash, hash.buffer.byteLength]).toEqual([keccak_256(bytesOfLength(1)), 32]);
  });
});
