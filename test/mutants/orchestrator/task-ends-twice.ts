import type { Mutant } from "../mutant.ts";

const END = '(operation.op === "run" && status === "running")) {';

const mutant: Mutant = {
  id: "task-ends-twice",
  wrong: "A task that is completed can still fail.",
  source: "Requirement S2.4: a completed task keeps its result.",
  file: "src/protocols/orchestrator/tasks.ts",
  find: `  if (!isUnderWay || worker === undefined || ${END}`,
  replace: [
    '  if (status === "completed" && operation.op === "fail") {',
    '    state.tasks.set(name, { ...task, status: "failed", output: operation.output });',
    "    return DONE;",
    "  }",
    `  if (!isUnderWay || worker === undefined || ${END}`,
  ].join("\n"),
  scenario: "orch-state-verification",
  invariant: "TASK-LIN",
};

export default mutant;
