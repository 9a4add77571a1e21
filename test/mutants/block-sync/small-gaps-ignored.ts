import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "small-gaps-ignored",
  wrong: "Who lacks a few blocks waits for them, and never asks.",
  source: "What was lost does not come by itself.",
  file: "src/protocols/block-sync/sync/choice.ts",
  find: "return isOffered && (lead > UNDER_WAY_BLOCKS || isOverdue(context, peer));",
  replace: "return isOffered && lead > 5;",
  scenario: "bs-demo-eight-phases",
  invariant: "BS-HEIGHT",
  alone: [{ scenario: "bs-data-access/rot", invariant: "BS-REPAIRED" }],
};

export default mutant;
