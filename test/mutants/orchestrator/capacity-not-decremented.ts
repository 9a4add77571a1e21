import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "capacity-not-decremented",
  wrong: "What is placed on a worker takes none of its room.",
  source: "Blixard: capacity is the worker's total, never reduced by earlier placements.",
  file: "src/protocols/orchestrator/placement.ts",
  find: "  const used = plus(worker.used, needs);",
  replace: "  const used = minus(plus(worker.used, needs), needs);",
  scenario: "orch-memory-pressure",
  invariant: "ORCH-CAPACITY",
};

export default mutant;
