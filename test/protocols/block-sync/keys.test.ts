import { describe, expect, it } from "vitest";
import {
  addressOf,
  keyPairOf,
  SignatureCheck,
  signatureOf,
} from "../../../src/protocols/block-sync/encoding/keys.ts";
import { bytesOf, hexOf } from "../../../src/protocols/hex.ts";

/** RFC 8032 §7.1: secret key, public key, message and signature of TEST 1, 2, 3 and SHA(abc). */
const VECTORS = [
  [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    [
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155",
      "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ].join(""),
  ],
  [
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    [
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da",
      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ].join(""),
  ],
  [
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    [
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac",
      "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ].join(""),
  ],
  [
    "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
    "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
    [
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a",
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ].join(""),
    [
      "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589",
      "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ].join(""),
  ],
] as const;

const seed = (first: number) => new Uint8Array(32).fill(7).fill(first, 0, 1);
const message = Uint8Array.of(1, 2, 3);
const pair = keyPairOf(seed(1));
const signature = signatureOf(pair, message);

/** The same bytes with one bit of the byte at a place changed. */
const flipped = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => byte ^ Number(i === at));

describe("a key pair", () => {
  it.each(VECTORS)("follows from its seed: %s", (secret, publicKey) => {
    expect(hexOf(keyPairOf(bytesOf(secret)).publicKey)).toBe(publicKey);
  });

  it.each(VECTORS)("signs as in RFC 8032: %s", (secret, _, text, expected) => {
    expect(hexOf(signatureOf(keyPairOf(bytesOf(secret)), bytesOf(text)))).toBe(expected);
  });

  it("is made of plain bytes, which compare as such", () => {
    expect([pair.publicKey.constructor, signature.constructor]).toEqual([Uint8Array, Uint8Array]);
  });

  it.each([0, 31, 33])("has no seed of %i bytes", (length) => {
    expect(() => keyPairOf(new Uint8Array(length))).toThrow("a seed has 32 bytes");
  });
});

describe("an address", () => {
  it("is the end of the key's Keccak-256 hash", () => {
    // Keccak-256 of 32 zero bytes, known from Solidity, is 290decd9548b62a8d60345a9 and this.
    expect(addressOf(new Uint8Array(32))).toBe("88386fc84ba6bc95484008f6362f93160ef3e563");
  });

  it("is of no key of another length", () => {
    expect(() => addressOf(new Uint8Array(64))).toThrow("a public key has 32 bytes");
  });
});

describe("a signature check", () => {
  it.each(VECTORS)("accepts what RFC 8032 does: %s", (_, publicKey, text, expected) => {
    const [key, bytes] = [bytesOf(publicKey), bytesOf(text)];
    expect(new SignatureCheck().isSignedBy(key, bytes, bytesOf(expected))).toBe(true);
  });

  // Once with an empty memory and once when it remembers the good signature.
  describe.each([false, true])("that knows the good signature: %s", (isKnown) => {
    const check = new SignatureCheck();
    if (isKnown) check.isSignedBy(pair.publicKey, message, signature);

    it.each([0, 31, 32, 63])("refuses a signature with another byte %i", (at) => {
      expect(check.isSignedBy(pair.publicKey, message, flipped(signature, at))).toBe(false);
    });

    it.each([0, 2])("refuses a message with another byte %i", (at) => {
      expect(check.isSignedBy(pair.publicKey, flipped(message, at), signature)).toBe(false);
    });

    it("refuses another's key", () => {
      const other = keyPairOf(seed(2)).publicKey;
      expect(check.isSignedBy(other, message, signature)).toBe(false);
    });

    it("refuses bytes that are no point on the curve", () => {
      expect(check.isSignedBy(new Uint8Array(32).fill(255), message, signature)).toBe(false);
    });

    it.each([0, 63, 65])("refuses a signature of %i bytes", (length) => {
      const cut = Uint8Array.from({ length }, (_, i) => signature[i] ?? 0);
      expect(check.isSignedBy(pair.publicKey, message, cut)).toBe(false);
    });

    it.each([0, 31, 33])("refuses a key of %i bytes", (length) => {
      const cut = Uint8Array.from({ length }, (_, i) => pair.publicKey[i] ?? 0);
      expect(check.isSignedBy(cut, message, signature)).toBe(false);
    });
  });

  it("refuses a bad signature again", () => {
    const check = new SignatureCheck();
    const bad = flipped(signature, 5);
    const answers = [1, 2].map(() => check.isSignedBy(pair.publicKey, message, bad));
    expect(answers).toEqual([false, false]);
  });

  it("answers the same when it has forgotten", () => {
    const check = new SignatureCheck({ signaturesMax: 1, publicKeysMax: 1 });
    const signed = [1, 2, 3, 4].map((first) => keyPairOf(seed(first)));
    const answers = [...signed, ...signed].map((own) => [
      check.isSignedBy(own.publicKey, message, signatureOf(own, message)),
      check.isSignedBy(own.publicKey, message, flipped(signature, 1)),
    ]);
    expect(answers).toEqual(new Array(8).fill([true, false]));
  });
});
