// Tasks: each is done once by some worker, and its end is kept.

import { assignPending, impossibility, release } from "./placement.ts";
import {
  DONE,
  type OrchestratorResult,
  type OrchestratorState,
  type OrchestratorTask,
  refused,
  type TaskOperation,
} from "./types.ts";

/** Does what is asked of a task, or refuses it and changes nothing. */
export function applyToTask(
  state: OrchestratorState,
  index: number,
  operation: TaskOperation,
): OrchestratorResult {
  const { task: name } = operation;
  const task = state.tasks.get(name);
  if (operation.op === "submit") {
    if (task !== undefined) return refused("exists", `there is a task ${name}`);
    return submit(state, index, operation);
  }
  if (task === undefined) return refused("not-found", `no task ${name}`);
  const { worker } = operation;
  if (worker !== undefined && worker !== task.worker) {
    return refused("wrong-state", `${name} is on ${task.worker ?? "no worker"}`);
  }
  return advance(state, task, operation);
}

/** One that no worker could ever take is refused; one that none has room for now has to wait. */
function submit(
  state: OrchestratorState,
  index: number,
  { task: name, needs, at }: Extract<TaskOperation, { op: "submit" }>,
): OrchestratorResult {
  const reason = impossibility(state.workers, needs);
  if (reason !== undefined) return refused("capacity", reason);
  state.tasks.set(name, {
    needs,
    status: "pending",
    worker: undefined,
    attempts: 0,
    output: undefined,
    submitted: index,
    submittedAt: at,
    updatedAt: at,
  });
  assignPending(state, at);
  return { type: "placed", worker: state.tasks.get(name)!.worker };
}

function advance(
  state: OrchestratorState,
  task: OrchestratorTask,
  operation: Exclude<TaskOperation, { op: "submit" }>,
): OrchestratorResult {
  const { task: name, at } = operation;
  const { status, worker } = task;
  const isUnderWay = status === "assigned" || status === "running";
  if (!isUnderWay || worker === undefined || (operation.op === "run" && status === "running")) {
    return refused("wrong-state", `${name} is ${status}`);
  }
  if (operation.op === "run") {
    state.tasks.set(name, { ...task, status: "running", updatedAt: at });
    return DONE;
  }
  const { output } = operation;
  const end = operation.op === "complete" ? "completed" : "failed";
  state.tasks.set(name, { ...task, status: end, output, updatedAt: at });
  release(state, worker, task.needs);
  assignPending(state, at);
  return DONE;
}
