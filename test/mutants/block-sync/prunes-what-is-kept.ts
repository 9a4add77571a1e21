import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "prunes-what-is-kept",
  wrong: "Pruning goes up to the final block, however many are to be kept.",
  source: "bs-checkpoint-and-pruning: pruning never removes the state of the last heights.",
  file: "src/protocols/block-sync/store/block-files.ts",
  find: "tipOf(chain).header.height - keptBlocks",
  replace: "tipOf(chain).header.height",
  scenario: "bs-checkpoint-and-pruning/full",
  invariant: "BS-KEPT",
};

export default mutant;
