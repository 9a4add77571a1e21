import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "tasks-stay-on-the-lost",
  wrong: "Running tasks of a worker that is lost stay where they are.",
  source: "Requirement S2.4: reassign on worker death.",
  file: "src/protocols/orchestrator/workers.ts",
  find: '(task.status !== "assigned" && task.status !== "running")) continue;',
  replace: 'task.status !== "assigned") continue;',
  scenario: "orch-state-verification",
  invariant: "ORCH-LOST",
};

export default mutant;
