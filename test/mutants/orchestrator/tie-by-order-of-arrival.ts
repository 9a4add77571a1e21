import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "tie-by-order-of-arrival",
  wrong: "Of equal workers the one is chosen that a server came to know first.",
  source: "Decisions by the order of a map; a server that is sent a snapshot has another.",
  file: "src/protocols/orchestrator/placement.ts",
  find: "score < least || (score === least && id < best);",
  replace: "score < least;",
  scenario: "orch-state-verification/chaos",
  invariant: "ORCH-STATE-EQ",
};

export default mutant;
