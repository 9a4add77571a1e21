import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOf, hexOf } from "../../../src/protocols/hex.ts";
import { concat } from "../../../src/protocols/storage-quorum/bytes.ts";
import {
  addressOf,
  bindingOf,
  decryptChunk,
  drawBytes,
  drawNonce,
  encryptChunk,
  isSame,
  OVERHEAD_BYTES,
  passwordKey,
  sealReplica,
  tokenOf,
  userOfToken,
} from "../../../src/protocols/storage-quorum/cipher.ts";
import { sha256 } from "../../../src/protocols/storage-quorum/merkle.ts";
import { cheapScryptOptions } from "../../../src/protocols/storage-quorum/options.ts";
import { RandomStream } from "../../../src/sim/random/random.ts";

const KEY = new Uint8Array(32).fill(7);
const SECRET = new Uint8Array(32).fill(9);
const NONCE = new Uint8Array(12).fill(3);
const PLAINTEXT = new TextEncoder().encode("what only its owner may read");
const PLACE = { file: "alice/notes", index: 2 };
const SALT = new TextEncoder().encode("NaCl");

describe("a key from a password", () => {
  it("is scrypt: the second vector of RFC 7914 §12, of which it is the beginning", () => {
    const key = passwordKey("password", SALT, { cost: 1_024, blockSize: 8, parallelization: 16 });
    expect(hexOf(key)).toBe("fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162");
  });

  it("is another with another salt", () => {
    expect(passwordKey("password", Uint8Array.of(1), cheapScryptOptions)).not.toEqual(
      passwordKey("password", Uint8Array.of(2), cheapScryptOptions),
    );
  });

  it("is the same however an accent was typed", () => {
    expect(passwordKey("caf\u00e9", SALT, cheapScryptOptions)).toEqual(
      passwordKey("cafe\u0301", SALT, cheapScryptOptions),
    );
  });
});

describe("a chunk's ciphertext", () => {
  const ciphertext = encryptChunk(PLAINTEXT, KEY, NONCE, PLACE);

  it("is the plaintext again with the same key in the same place", () => {
    expect(decryptChunk(ciphertext, KEY, PLACE)).toEqual(PLAINTEXT);
  });

  it("is so much longer than the plaintext as is said", () => {
    expect(ciphertext.length).toBe(PLAINTEXT.length + OVERHEAD_BYTES);
    expect(OVERHEAD_BYTES).toBe(28);
  });

  it("has no byte of an empty chunk but nonce and tag, and proves them", () => {
    const empty = encryptChunk(new Uint8Array(0), KEY, NONCE, PLACE);
    expect(empty.length).toBe(OVERHEAD_BYTES);
    expect(decryptChunk(empty, KEY, PLACE)).toEqual(new Uint8Array(0));
  });

  it("is nothing with another key", () => {
    expect(decryptChunk(ciphertext, SECRET, PLACE)).toBeUndefined();
  });

  it.each([
    { file: "alice/notes", index: 1 },
    { file: "alice/other", index: 2 },
  ])("is nothing in another place: %o", (place) => {
    expect(decryptChunk(ciphertext, KEY, place)).toBeUndefined();
  });

  it("is nothing when any bit of it is flipped", () => {
    fc.assert(
      fc.property(fc.nat(ciphertext.length - 1), fc.nat(7), (at, bit) => {
        const damaged = ciphertext.slice();
        damaged[at]! ^= 1 << bit;
        expect(decryptChunk(damaged, KEY, PLACE)).toBeUndefined();
      }),
    );
  });

  it.each([0, 1, 27])("is nothing when only %i bytes are left of it", (sizeBytes) => {
    expect(decryptChunk(ciphertext.slice(0, sizeBytes), KEY, PLACE)).toBeUndefined();
  });

  it("is another with another nonce", () => {
    const other = encryptChunk(PLAINTEXT, KEY, new Uint8Array(12).fill(4), PLACE);
    expect(addressOf(other)).not.toBe(addressOf(ciphertext));
  });

  it("needs a nonce of 12 bytes", () => {
    expect(() => encryptChunk(PLAINTEXT, KEY, new Uint8Array(11), PLACE)).toThrow("11 bytes");
  });
});

describe("a sealed replica", () => {
  const SEAL = { node: "n1", chunk: addressOf(PLAINTEXT), number: 1 };
  const sealed = sealReplica(PLAINTEXT, SECRET, SEAL);

  it("is what was sealed when it is sealed once more", () => {
    expect(sealReplica(sealed, SECRET, SEAL)).toEqual(PLAINTEXT);
  });

  it.each([
    ["node", sealReplica(PLAINTEXT, SECRET, { ...SEAL, node: "n2" })],
    ["ciphertext", sealReplica(PLAINTEXT, SECRET, { ...SEAL, chunk: addressOf(KEY) })],
    ["number", sealReplica(PLAINTEXT, SECRET, { ...SEAL, number: 2 })],
    ["secret", sealReplica(PLAINTEXT, KEY, SEAL)],
  ])("has other bytes for another %s", (_, other) => {
    expect(other).not.toEqual(sealed);
    expect(other.length).toBe(sealed.length);
  });
});

describe("a token", () => {
  it("says whose it is", () => {
    expect(userOfToken(tokenOf("alice", SECRET), SECRET)).toBe("alice");
  });

  it("says nothing to another backend", () => {
    expect(userOfToken(tokenOf("alice", SECRET), KEY)).toBeUndefined();
  });

  it.each(["", ":", "alice", "alice:", `alice:${"0".repeat(64)}`])("is not made up: %j", (text) => {
    expect(userOfToken(text, SECRET)).toBeUndefined();
  });

  it("of one user is not that of another", () => {
    const [, proof] = tokenOf("alice", SECRET).split(":");
    expect(userOfToken(`bob:${proof}`, SECRET)).toBeUndefined();
  });
});

describe("what answers a challenge", () => {
  it("is the hash of the nonce and the leaf", () => {
    const both = concat([NONCE, PLAINTEXT]);
    expect(bindingOf(NONCE, PLAINTEXT)).toEqual(sha256(both));
  });
});

describe("bytes", () => {
  it("are written as two digits each, and read again", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(bytesOf(hexOf(bytes))).toEqual(bytes);
        expect(hexOf(bytes)).toBe(Buffer.from(bytes).toString("hex"));
      }),
    );
  });

  it("are the same only when all are", () => {
    expect(isSame(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(isSame(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(isSame(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false);
  });

  it("are joined in order", () => {
    const parts = [Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)];
    expect(concat(parts)).toEqual(Uint8Array.of(1, 2, 3));
  });

  it("of a node's stream are as many as asked for, and not the same twice", () => {
    const random = new RandomStream("cipher");
    expect(drawBytes(random, 5).length).toBe(5);
    expect(drawNonce(random)).not.toEqual(drawNonce(random));
  });
});
