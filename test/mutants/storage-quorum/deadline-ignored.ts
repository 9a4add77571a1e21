import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "deadline-ignored",
  wrong: "The deadline of a block passes, and it stays open.",
  source: "DecentraStore: CONSENSUS_TIMEOUT is read, shown, and never enforced.",
  file: "src/protocols/storage-quorum/consensus.ts",
  find: '    if (block !== undefined && isOpen(block)) this.#decide(block, "rejected");',
  replace:
    "    if (block === undefined && this.#context.state.blocks.size < 0) throw new Error(file);",
  scenario: "sq-consensus-timeout/too-late",
  invariant: "ENDINGS",
  alone: [{ scenario: "sq-3c-majority-failure", invariant: "FINAL" }],
};

export default mutant;
