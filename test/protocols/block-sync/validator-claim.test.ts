import { describe, expect, it } from "vitest";
import { claimOf, isProvenClaim } from "../../../src/protocols/block-sync/validator-claim.ts";
import { rulesOfThree } from "./chain-of-three.ts";
import { alice, bob, person } from "./chain-support.ts";

const rules = rulesOfThree();
const claim = claimOf(alice.keys, "n1", rules);

describe("a validator's claim to be a host", () => {
  it("is proven for that host", () => {
    expect(isProvenClaim(claim, "n1", rules)).toBe(true);
  });

  it("proves nothing for another host, another validator or another chain", () => {
    expect(isProvenClaim(claim, "n2", rules)).toBe(false);
    expect(isProvenClaim({ ...claim, key: bob.publicKey }, "n1", rules)).toBe(false);
    const elsewhere = { ...rules, genesisHash: "ee".repeat(32) };
    expect(isProvenClaim(claim, "n1", elsewhere)).toBe(false);
  });

  it("is worth nothing by one who is no validator, or with a signature cut short", () => {
    const dave = person(4);
    expect(isProvenClaim(claimOf(dave.keys, "n1", rules), "n1", rules)).toBe(false);
    const signature = claim.signature.subarray(1);
    expect(isProvenClaim({ ...claim, signature }, "n1", rules)).toBe(false);
  });
});
