import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "votes-counted-twice",
  wrong: "A vote that comes twice counts twice.",
  source: "Casper FFG \u00a72: votes of more than two thirds of the validators, each once.",
  file: "src/protocols/block-sync/finality/finality.ts",
  find: '  if (rivals.some((other) => areSameLink(vote, other))) return "known";',
  replace: "",
  scenario: "tb-network-partition/duplicates",
  invariant: "QUORUM",
  alone: [{ scenario: "tb-network-partition/duplicates", invariant: "ISOLATED" }],
};

export default mutant;
