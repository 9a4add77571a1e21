import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "block-skips-its-parent",
  wrong: "A block follows on the one before the last one.",
  source: "DecentraStore: each block has the hash of the one before it.",
  file: "src/protocols/storage-quorum/blocks.ts",
  find: "const last = state.chain.at(-1);",
  replace: "const last = state.chain.at(-2);",
  scenario: "sq-concurrent-load",
  invariant: "SQ-CHAIN",
};

export default mutant;
