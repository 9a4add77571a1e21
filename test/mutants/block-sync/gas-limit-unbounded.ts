import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "gas-limit-unbounded",
  wrong: "A transaction may ask for more gas than a whole block has.",
  source: "Ethereum yellow paper, section 6: its gas limit is at most what is left of the block's.",
  file: "src/protocols/block-sync/executor.ts",
  find: 'if (gasLimit > blockGas) return "gas limit above block";',
  replace: "",
  scenario: "bs-block-validation",
  invariant: "BS-NO-INVALID",
  alone: [{ scenario: "bs-block-validation", invariant: "BS-RULES" }],
};

export default mutant;
