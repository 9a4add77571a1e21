import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "old-checkpoint-for-ever",
  wrong: "A checkpoint whose accounts all peers have removed is asked for again and again.",
  source: "Nobody keeps states for ever.",
  file: "src/protocols/block-sync/sync/checkpoint.ts",
  find: "const newer = rules.finalAhead();",
  replace: "const newer = undefined as ReturnType<typeof rules.finalAhead>;",
  scenario: "bs-checkpoint-and-pruning/too-old",
  invariant: "CAUGHT-UP",
};

export default mutant;
