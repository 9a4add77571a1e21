import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "equivocation-ignored",
  wrong: "Two blocks of one producer in one slot are no evidence of anything.",
  source: "Casper FFG and its followers: who signs two blocks for a slot is slashed.",
  file: "src/protocols/block-sync/head.ts",
  find: "        if (evidence !== undefined && addEvidence(finality, evidence)) {",
  replace: '        if (evidence !== undefined && evidence.kind !== "double proposal") {',
  scenario: "bs-fork-reorg/equivocating-producer",
  invariant: "EVIDENCE",
};

export default mutant;
