import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "complete-loses-status",
  wrong: "A task that is completed loses its worker, and is told to be pending.",
  source: "Blixard: CompleteTask deletes the assignment, by which the status is looked up.",
  file: "src/protocols/orchestrator/tasks.ts",
  find: [
    "  state.tasks.set(name, { ...task, status: end, output, updatedAt: at });",
    "  release(state, worker, task.needs);",
    "  assignPending(state, at);",
  ].join("\n"),
  replace: [
    '  const lost = { ...task, status: "pending", worker: undefined, output } as const;',
    '  state.tasks.set(name, end === "completed" ? lost : { ...task, status: end, output });',
    "  release(state, worker, task.needs);",
  ].join("\n"),
  scenario: "orch-task-read-after-write",
  invariant: "TASK-LIN",
  alone: [{ scenario: "orch-task-read-after-write", invariant: "RESULTS-KEPT" }],
};

export default mutant;
