import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "no-validation",
  wrong: "A header is taken for valid if it is one higher than its parent.",
  source: "The mutant no-validation of the scenario bs-block-validation.",
  file: "src/protocols/block-sync/validation.ts",
  find: 'if (timestamp <= parent.timestamp) return "timestamp not after parent";',
  replace: "if (timestamp > 0) return undefined;",
  scenario: "bs-block-validation",
  invariant: "BS-LINK",
  alone: [{ scenario: "bs-block-validation", invariant: "BS-UNCHANGED" }],
};

export default mutant;
