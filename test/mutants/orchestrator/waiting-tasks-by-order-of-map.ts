import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "waiting-tasks-by-order-of-map",
  wrong: "Tasks that wait are served in the order in which a server came to know them.",
  source: "Decisions by the order of a map; a server that is sent a snapshot has another.",
  file: "src/protocols/orchestrator/placement.ts",
  find: "  waiting.sort(([, a], [, b]) => a.submitted - b.submitted);",
  replace: "",
  scenario: "orch-state-verification/chaos",
  invariant: "ORCH-STATE-EQ",
};

export default mutant;
