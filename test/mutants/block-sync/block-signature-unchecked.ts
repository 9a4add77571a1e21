import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "block-signature-unchecked",
  wrong: "Nobody looks whether a block's producer has signed it.",
  source: "Rule of the chain: a slot is its validator's alone.",
  file: "src/protocols/block-sync/validation.ts",
  find: 'return isSignedHeader(header, signatures) ? undefined : "bad block signature";',
  replace: "return undefined;",
  scenario: "bs-block-validation",
  invariant: "BS-NO-INVALID",
};

export default mutant;
