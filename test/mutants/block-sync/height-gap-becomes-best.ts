import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "height-gap-becomes-best",
  wrong: "A block may be higher than its parent by more than one.",
  source: "Fork choice by height alone makes such a block the tip.",
  file: "src/protocols/block-sync/validation.ts",
  find: 'if (height !== parent.height + 1) return "height gap";',
  replace: 'if (height <= parent.height) return "height gap";',
  scenario: "bs-block-validation",
  invariant: "EXCEPTION",
};

export default mutant;
