import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "imported-again",
  wrong: "A block that is known already is executed and stored again.",
  source: "bs-header-first-parallel: each block is applied once.",
  file: "src/protocols/block-sync/imports.ts",
  find: 'if (chain.blocks.has(header.hash)) return "known";',
  replace: "",
  also: [
    {
      file: "src/protocols/block-sync/imports.ts",
      find: 'if (this.isKnown(header.hash)) return "known";',
      replace: "",
    },
  ],
  scenario: "tb-network-partition/duplicates",
  invariant: "BS-ORDER",
};

export default mutant;
