import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "full-block-refused",
  wrong: "A block that is full is refused by all but its producer.",
  source: "Off by one: who makes blocks and who checks them have one limit.",
  file: "src/protocols/block-sync/validation.ts",
  find: 'if (gas > limits.blockGas) return broken("over gas limit", index);',
  replace: 'if (gas >= limits.blockGas) return broken("over gas limit", index);',
  scenario: "tb-distributed-load/overload",
  invariant: "TB-AGREED",
};

export default mutant;
