import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "strictly-longer-no-finality",
  wrong: "A branch becomes the chain when it is strictly higher, whatever is justified.",
  source: "The Block: a chain is imported if it is strictly longer, and finality is not looked at.",
  file: "src/protocols/block-sync/finality/fork-choice.ts",
  find: "  return one.height === other.height ? one.hash < other.hash : one.height > other.height;",
  replace: "  return one.height > other.height;",
  also: [
    {
      file: "src/protocols/block-sync/finality/fork-choice.ts",
      find: "  if (parent.hash !== tip.hash && !isAncestor(chain, chain.justified, header.hash)) {",
      replace: "  if (parent.height < 0) {",
    },
  ],
  scenario: "tb-network-partition",
  invariant: "FORK-CHOICE",
};

export default mutant;
