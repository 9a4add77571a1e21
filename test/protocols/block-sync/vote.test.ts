import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SignatureCheck } from "../../../src/protocols/block-sync/encoding/keys.ts";
import { encodeList, isMalformed } from "../../../src/protocols/block-sync/encoding/rlp.ts";
import {
  decodeVote,
  isSignedVote,
  signVote,
} from "../../../src/protocols/block-sync/finality/vote.ts";
import { alice } from "./chain-support.ts";

const SOURCE = { height: 4, hash: "aa".repeat(32) };
const TARGET = { height: 5, hash: "bb".repeat(32) };

describe("a vote", () => {
  it("comes back from its bytes", () => {
    const vote = signVote(SOURCE, TARGET, alice.keys);
    expect(decodeVote(vote.bytes)).toEqual(vote);
    expect(vote.validator).toBe(alice.publicKey);
  });

  it("is signed by its validator", () => {
    const vote = signVote(SOURCE, TARGET, alice.keys);
    expect(isSignedVote(vote, new SignatureCheck())).toBe(true);
  });

  it("is not signed when anything in it was changed", () => {
    const { bytes } = signVote(SOURCE, TARGET, alice.keys);
    const check = new SignatureCheck();
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = bytes.slice();
        changed[at] = changed[at]! ^ by;
        const vote = decodeVote(changed);
        expect(isMalformed(vote) || !isSignedVote(vote, check)).toBe(true);
      }),
    );
  });

  it.each([
    ["down", 3],
    ["to its source's height", 4],
  ])("does not lead %s", (_, height) => {
    const { bytes } = signVote(SOURCE, { ...TARGET, height }, alice.keys);
    expect(decodeVote(bytes)).toEqual({
      kind: "malformed",
      reason: `vote.target: expected more than the source's 4, got ${height}`,
    });
  });

  it("names two blocks by hashes of 32 bytes", () => {
    const [key, hash] = [new Uint8Array(32), new Uint8Array(31)];
    const bytes = encodeList([key, 4, key, 5, hash, new Uint8Array(64)]);
    expect(decodeVote(bytes)).toEqual({
      kind: "malformed",
      reason: "vote.target.hash: expected 32 bytes, got 31",
    });
  });

  it("is not any junk", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (junk) => {
        expect(decodeVote(junk)).toMatchObject({ kind: "malformed" });
      }),
    );
  });
});
