import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "cut-off-stops",
  wrong: "A validator that suspects a partition makes no blocks.",
  source:
    "tb-network-partition: of two validators each goes on by itself, and one branch is orphaned.",
  file: "src/protocols/block-sync/node-parts.ts",
  find: '&& this.sync.phase !== "bodies";',
  replace: '&& this.sync.phase !== "bodies" && !this.#context.state.isCutOff;',
  scenario: "tb-network-partition",
  invariant: "INTERVAL",
};

export default mutant;
