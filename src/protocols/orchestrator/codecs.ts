// Operations, results and states as bytes.

import type { Codec } from "../codec.ts";
import { count, listOf, oneOf, optional, recordOf, sortedMapOf, text, unionOf } from "../codecs.ts";
import {
  ERRORS,
  type Listing,
  type Needs,
  type OrchestratorOperation,
  type OrchestratorResult,
  type OrchestratorState,
  type OrchestratorTask,
  type Resources,
  TASK_STATUSES,
  type TaskLine,
  VM_REPORTS,
  VM_STATUSES,
  type Vm,
  type VmLine,
  WORKER_STATUSES,
  type Worker,
} from "./types.ts";

const resources: Codec<Resources> = recordOf({ cpu: count, memory: count, disk: count });
const needs: Codec<Needs> = recordOf({
  cpu: count,
  memory: count,
  disk: count,
  features: listOf(text),
});
const worker: Codec<Worker> = recordOf({
  capacity: resources,
  features: listOf(text),
  status: oneOf(WORKER_STATUSES),
  used: resources,
  seenAt: count,
});
const vm: Codec<Vm> = recordOf({
  spec: needs,
  status: oneOf(VM_STATUSES),
  worker: text,
  createdAt: count,
  updatedAt: count,
});
const task: Codec<OrchestratorTask> = recordOf({
  needs,
  status: oneOf(TASK_STATUSES),
  worker: optional(text),
  attempts: count,
  output: optional(text),
  submitted: count,
  submittedAt: count,
  updatedAt: count,
});
const vmLine: Codec<VmLine> = recordOf({ status: oneOf(VM_STATUSES), worker: text });
const taskLine: Codec<TaskLine> = recordOf({
  status: oneOf(TASK_STATUSES),
  worker: optional(text),
});

const ofVm = { vm: text, at: count };
const ofWorker = { worker: text, at: count };
const ofTask = { task: text, worker: optional(text), at: count };

export const operations: Codec<OrchestratorOperation> = unionOf<"op", OrchestratorOperation>("op", {
  create: { vm: text, spec: needs, at: count },
  start: ofVm,
  stop: ofVm,
  delete: ofVm,
  report: { vm: text, report: oneOf(VM_REPORTS), worker: optional(text), at: count },
  register: { worker: text, capacity: resources, features: listOf(text), at: count },
  heartbeat: ofWorker,
  mark: { worker: text, status: oneOf(WORKER_STATUSES), at: count },
  expire: { silence: count, at: count },
  unregister: ofWorker,
  submit: { task: text, needs, at: count },
  run: ofTask,
  complete: { ...ofTask, output: text },
  fail: { ...ofTask, output: text },
  status: { vm: text },
  task: { task: text },
  list: {},
  tasks: {},
  workers: {},
});

function listingOf<Line>(line: Codec<Line>): Codec<Listing<Line>> {
  return listOf(recordOf<Listing<Line>[number]>({ name: text, line }));
}

export const results: Codec<OrchestratorResult> = unionOf<"type", OrchestratorResult>("type", {
  done: {},
  error: { error: oneOf(ERRORS), reason: text },
  placed: { worker: optional(text) },
  vm: { vm },
  task: { task },
  vms: { vms: listingOf(vmLine) },
  tasks: { tasks: listingOf(taskLine) },
  workers: { workers: listingOf(worker) },
});

export const states: Codec<OrchestratorState> = recordOf({
  workers: sortedMapOf(worker),
  vms: sortedMapOf(vm),
  tasks: sortedMapOf(task),
});
