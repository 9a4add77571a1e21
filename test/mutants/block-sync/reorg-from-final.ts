import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "reorg-from-final",
  wrong: "A reorganisation begins at the final block, however late the branches part.",
  source: "bs-fork-reorg: a reorganisation is no deeper than the blocks of the cut.",
  file: "src/protocols/block-sync/finality/fork-choice.ts",
  find: "  const left = chain.canonical.splice(header.height - chain.base + 1);",
  replace: `  const isFork = header.hash !== tipOf(chain).header.hash;
  while (isFork && header.height > chain.finalized.height) {
    adopted.unshift(header.hash);
    header = knownBlock(chain, header.parent).header;
  }
  const left = chain.canonical.splice(header.height - chain.base + 1);`,
  scenario: "bs-fork-reorg",
  invariant: "REORG",
};

export default mutant;
