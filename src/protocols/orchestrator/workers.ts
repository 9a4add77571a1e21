// Workers come, are heard of, and go.

import { unreachable } from "../../sim/assert.ts";
import type { Micros } from "../../sim/time.ts";
import { assignPending, isNonNegative, minus, NO_RESOURCES, release } from "./placement.ts";
import {
  DONE,
  type OrchestratorResult,
  type OrchestratorState,
  refused,
  type Worker,
  type WorkerOperation,
  type WorkerStatus,
} from "./types.ts";
import { failVmsOf } from "./vms.ts";

/** Does what is asked of a worker, or refuses it and changes nothing. */
export function applyToWorker(
  state: OrchestratorState,
  operation: WorkerOperation,
): OrchestratorResult {
  const { at } = operation;
  if (operation.op === "expire") return expire(state, at - operation.silence, at);
  const { worker: id } = operation;
  const worker = state.workers.get(id);
  if (operation.op === "register") return register(state, worker, operation);
  if (worker === undefined) return refused("not-found", `no worker ${id}`);
  switch (operation.op) {
    case "heartbeat":
      if (isGone(worker.status)) return refused("wrong-state", `${id} is ${worker.status}`);
      state.workers.set(id, { ...worker, seenAt: Math.max(worker.seenAt, at) });
      return DONE;
    case "mark":
      return mark(state, id, operation);
    case "unregister":
      return unregister(state, id, worker);
    default:
      return unreachable(operation);
  }
}

/** A new worker, or one that comes back; what was left on it is still there. */
function register(
  state: OrchestratorState,
  known: Worker | undefined,
  { worker: id, capacity, features, at }: Extract<WorkerOperation, { op: "register" }>,
): OrchestratorResult {
  if (known !== undefined && !isGone(known.status)) {
    return refused("exists", `there is a worker ${id}`);
  }
  const used = known?.used ?? NO_RESOURCES;
  if (!isNonNegative(minus(capacity, used))) {
    return refused("capacity", `more is placed on ${id} than that`);
  }
  state.workers.set(id, { capacity, features, status: "online", used, seenAt: at });
  assignPending(state, at);
  return DONE;
}

/** One that is gone comes back by `register` only. */
function mark(
  state: OrchestratorState,
  id: string,
  { status, at }: Extract<WorkerOperation, { op: "mark" }>,
): OrchestratorResult {
  const worker = state.workers.get(id)!;
  if (isGone(worker.status) && !isGone(status)) {
    return refused("wrong-state", `${id} is ${worker.status}`);
  }
  if (isGone(status)) lose(state, id, status, at);
  else state.workers.set(id, { ...worker, status });
  assignPending(state, at);
  return DONE;
}

function expire(state: OrchestratorState, since: Micros, at: Micros): OrchestratorResult {
  for (const [id, { status, seenAt }] of [...state.workers]) {
    if (!isGone(status) && seenAt < since) lose(state, id, "failed", at);
  }
  // Only then, so that no task is moved from one dead worker to another.
  assignPending(state, at);
  return DONE;
}

/** What runs on a worker that is gone does so no more: tasks wait for another, machines fail. */
function lose(state: OrchestratorState, id: string, status: WorkerStatus, at: Micros): void {
  state.workers.set(id, { ...state.workers.get(id)!, status });
  for (const [name, task] of [...state.tasks]) {
    if (task.worker !== id || (task.status !== "assigned" && task.status !== "running")) continue;
    release(state, id, task.needs);
    state.tasks.set(name, { ...task, status: "pending", worker: undefined, updatedAt: at });
  }
  failVmsOf(state, id, at);
}

function unregister(state: OrchestratorState, id: string, worker: Worker): OrchestratorResult {
  const holds = [...state.vms.values()].some((vm) => vm.worker === id);
  const runs = worker.used.cpu > 0;
  if (holds || runs) return refused("wrong-state", `something is placed on ${id}`);
  state.workers.delete(id);
  return DONE;
}

function isGone(status: WorkerStatus): boolean {
  return status === "offline" || status === "failed";
}
