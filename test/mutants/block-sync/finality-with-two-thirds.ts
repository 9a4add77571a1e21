import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "finality-with-two-thirds",
  wrong: "Two thirds of the validators are a quorum, and not more than that.",
  source: "Casper FFG \u00a72: more than two thirds; two of three are exactly two thirds.",
  file: "src/protocols/block-sync/finality/certificate.ts",
  find: "  return Math.floor((2 * count) / 3) + 1;",
  replace: "  return Math.ceil((2 * count) / 3);",
  scenario: "tb-multi-node-consensus/3-validators",
  invariant: "QUORUM",
};

export default mutant;
