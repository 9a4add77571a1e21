import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "branches-without-bound",
  wrong: "A branch may leave the chain as far back as it likes.",
  source: "bs-fork-reorg: a deep fork beyond the limit is refused.",
  file: "src/protocols/block-sync/finality/fork-choice.ts",
  find: "return depth > reorgMax || !isStateKept",
  replace: "return depth < 0 || !isStateKept",
  scenario: "bs-fork-reorg/too-deep",
  invariant: "DEPTH",
};

export default mutant;
