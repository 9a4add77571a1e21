import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "double-vote-ignored",
  wrong: "Two votes of one validator for one height are no evidence of anything.",
  source: "Casper FFG \u00a72.2: the first commandment.",
  file: "src/protocols/block-sync/finality/finality.ts",
  find: "    if (evidence !== undefined && addEvidence(finality, evidence)) found.push(evidence);",
  replace:
    '    if (evidence?.kind === "surround vote" && addEvidence(finality, evidence)) ' +
    "found.push(evidence);",
  scenario: "bs-fork-reorg/double-votes",
  invariant: "EVIDENCE",
};

export default mutant;
