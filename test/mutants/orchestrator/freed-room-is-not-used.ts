import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "freed-room-is-not-used",
  wrong: "Room that a task leaves behind is not given to tasks that wait for it.",
  source: "Scenario orch-memory-pressure: tasks of a worker that dies are reassigned.",
  file: "src/protocols/orchestrator/tasks.ts",
  find: ["  release(state, worker, task.needs);", "  assignPending(state, at);"].join("\n"),
  replace: "  release(state, worker, task.needs);",
  scenario: "orch-memory-pressure/worker-dies",
  invariant: "MOVED",
};

export default mutant;
