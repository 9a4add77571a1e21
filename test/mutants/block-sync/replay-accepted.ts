import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "replay-accepted",
  wrong: "A block may have a transaction that is in the chain already.",
  source: "Ethereum yellow paper, section 6: the nonce of a transaction is that of its sender.",
  file: "src/protocols/block-sync/executor.ts",
  find: 'if (nonce < sender.nonce) return "nonce too low";',
  replace: "",
  scenario: "bs-block-validation",
  invariant: "BS-NO-INVALID",
};

export default mutant;
