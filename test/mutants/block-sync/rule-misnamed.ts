import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "rule-misnamed",
  wrong: "A nonce that is too high is refused as one that is too low.",
  source: "Each rule has an error of its own.",
  file: "src/protocols/block-sync/executor.ts",
  find: 'if (nonce > sender.nonce) return "nonce too high";',
  replace: 'if (nonce > sender.nonce) return "nonce too low";',
  scenario: "bs-block-validation",
  invariant: "BS-RULES",
};

export default mutant;
