import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "worst-fit",
  wrong: "What is to be placed goes where most room is left, and not where least is.",
  source: "Scenario orch-memory-pressure: placement is the best fit.",
  file: "src/protocols/orchestrator/placement.ts",
  find: "score < least ||",
  replace: "score > least ||",
  scenario: "orch-memory-pressure",
  invariant: "BEST-FIT",
};

export default mutant;
