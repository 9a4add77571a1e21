import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "no-reorg",
  wrong: "A block that does not extend the tip never makes its branch the chain.",
  source: "LuxTensor: a block whose parent is not the tip is dropped; it stays on its fork.",
  file: "src/protocols/block-sync/finality/fork-choice.ts",
  find: "  if (parent.hash !== tip.hash && !isAncestor(chain, chain.justified, header.hash)) {",
  replace: "  if (parent.hash !== tip.hash) {",
  scenario: "bs-fork-reorg",
  invariant: "FORK-CHOICE",
};

export default mutant;
