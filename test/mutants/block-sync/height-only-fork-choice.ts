import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "height-only-fork-choice",
  wrong: "The chain stays where it is highest, whatever is justified elsewhere.",
  source:
    "Casper FFG \u00a74: follow the chain with the justified checkpoint of the greatest height.",
  file: "src/protocols/block-sync/finality/fork-choice.ts",
  find: ["  if (isCanonical(chain, chain.justified)) return undefined;", ""].join("\n"),
  replace: [
    "  if (isCanonical(chain, chain.justified) || chain.justified.height > 0) return undefined;",
    "",
  ].join("\n"),
  scenario: "bs-fork-reorg/long-range",
  invariant: "BS-HASH",
};

export default mutant;
