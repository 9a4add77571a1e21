import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "state-root-unchecked",
  wrong: "A block is executed, and its state root is not looked at.",
  source: "Ethereum yellow paper, 4.4.1: H_r is the root of the state after all transactions.",
  file: "src/protocols/block-sync/validation.ts",
  find: 'return root === stateRoot ? executed : broken("wrong state root");',
  replace: 'return root === "" ? broken("wrong state root") : executed;',
  scenario: "bs-block-validation",
  invariant: "BS-NO-INVALID",
};

export default mutant;
