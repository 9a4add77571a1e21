import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "tie-break-by-iteration",
  wrong: "Of two branches of one height the one that came first stays the chain.",
  source: "LuxTensor: the tie is broken by the order in which a hash map is walked.",
  file: "src/protocols/block-sync/finality/fork-choice.ts",
  find: "  return one.height === other.height ? one.hash < other.hash : one.height > other.height;",
  replace: "  return one.height > other.height;",
  scenario: "bs-fork-reorg/equal-branches",
  invariant: "FORK-CHOICE",
};

export default mutant;
