import { describe, expect, it } from "vitest";
import { SignatureCheck } from "../../../src/protocols/block-sync/encoding/keys.ts";
import { encodeList } from "../../../src/protocols/block-sync/encoding/rlp.ts";
import { isSignedList, signList } from "../../../src/protocols/block-sync/encoding/signed-list.ts";
import { alice, bob } from "./chain-support.ts";

const check = new SignatureCheck();

describe("a signed list", () => {
  it.each([0, 54, 55, 56, 189, 190, 253, 254, 255, 256, 70_000])(
    "has a signature that ends it, with %i bytes before",
    (sizeBytes) => {
      const fields = [new Uint8Array(sizeBytes)];
      const { bytes, signature } = signList("vote", fields, alice.keys);
      expect(bytes).toEqual(encodeList([...fields, signature]));
      expect(isSignedList(check, "vote", alice.keys.publicKey, bytes)).toBe(true);
    },
  );

  it("is signed by its name and by the list without the signature", () => {
    const { signature } = signList("vote", [1, 2], alice.keys);
    const message = Uint8Array.of(...new TextEncoder().encode("stormglass vote"), 0xc2, 1, 2);
    expect(check.isSignedBy(alice.keys.publicKey, message, signature)).toBe(true);
  });

  it("is not one of another kind", () => {
    const { bytes } = signList("vote", [1, 2], alice.keys);
    expect(isSignedList(check, "block", alice.keys.publicKey, bytes)).toBe(false);
  });

  it("is nobody else's", () => {
    const { bytes } = signList("vote", [1, 2], alice.keys);
    expect(isSignedList(check, "vote", bob.keys.publicKey, bytes)).toBe(false);
  });
});
