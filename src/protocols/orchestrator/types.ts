// Workers with capacities, virtual machines and tasks that are placed on them: the state that an
// orchestrator replicates, what can be asked of it, and what it answers.

import type { Micros } from "../../sim/time.ts";
import type { Stamped } from "../replicated/admission.ts";

/** What a worker has, or what something on it takes. */
export type Resources = {
  /** Processors. */
  readonly cpu: number;
  /** In MB. */
  readonly memory: number;
  /** In GB. */
  readonly disk: number;
};

/** What a virtual machine or a task asks of its worker. */
export type Needs = Resources & {
  /** Each of which the worker must have; sorted, all different. */
  readonly features: readonly string[];
};

/**
 * `online` takes what is placed there; `busy` keeps what it has and takes no more; `offline` has
 * said that it goes, and `failed` is taken for dead: their tasks move, and their machines fail.
 */
export type WorkerStatus = (typeof WORKER_STATUSES)[number];

export const WORKER_STATUSES = ["online", "busy", "offline", "failed"] as const;

export type Worker = {
  readonly capacity: Resources;
  readonly features: readonly string[];
  readonly status: WorkerStatus;
  /** By the machines and tasks on it. Invariant: never more than its capacity. */
  readonly used: Resources;
  /** When it was heard of last, by the clock of the leader that took that in. */
  readonly seenAt: Micros;
};

/** Where a virtual machine is in its life. */
export type VmStatus = (typeof VM_STATUSES)[number];

export const VM_STATUSES = [
  "created",
  "starting",
  "running",
  "stopping",
  "stopped",
  "failed",
] as const;

/** What a host says of a machine. */
export type VmReport = (typeof VM_REPORTS)[number];

export const VM_REPORTS = ["running", "stopped", "failed"] as const;

export interface Vm {
  readonly spec: Needs;
  readonly status: VmStatus;
  /** Where it is, from its creation until it is deleted. */
  readonly worker: string;
  readonly createdAt: Micros;
  readonly updatedAt: Micros;
}

/**
 * `pending`: accepted, and on no worker yet; `assigned`: it has a worker; `running`: which has
 * begun; `completed` and `failed` are final.
 */
export type TaskStatus = (typeof TASK_STATUSES)[number];

export const TASK_STATUSES = ["pending", "assigned", "running", "completed", "failed"] as const;

export interface OrchestratorTask {
  readonly needs: Needs;
  readonly status: TaskStatus;
  /** Its last worker; undefined while it is pending. */
  readonly worker: string | undefined;
  /** How often it was given a worker. */
  readonly attempts: number;
  /** What it gave, or why it failed; kept for good. */
  readonly output: string | undefined;
  /** Index of the log entry that submitted it: tasks that wait are served in that order. */
  readonly submitted: number;
  readonly submittedAt: Micros;
  readonly updatedAt: Micros;
}

export interface OrchestratorState {
  readonly workers: Map<string, Worker>;
  readonly vms: Map<string, Vm>;
  readonly tasks: Map<string, OrchestratorTask>;
}

/** What a client can ask for. */
export type OrchestratorRequest = VmRequest | WorkerRequest | TaskRequest | Question;

/** As the log has it: whatever changes the state carries the time at which it was taken in. */
export type OrchestratorOperation = VmOperation | WorkerOperation | TaskOperation | Question;

export type VmOperation = Stamped<VmRequest>;
export type WorkerOperation = Stamped<WorkerRequest>;
export type TaskOperation = Stamped<TaskRequest>;

export type VmRequest =
  | { readonly op: "create"; readonly vm: string; readonly spec: Needs }
  | { readonly op: "start" | "stop" | "delete"; readonly vm: string }
  /** A host's word on its machine; with a worker, only if the machine is there. */
  | {
      readonly op: "report";
      readonly vm: string;
      readonly report: VmReport;
      readonly worker: string | undefined;
    };

export type WorkerRequest =
  | {
      readonly op: "register";
      readonly worker: string;
      readonly capacity: Resources;
      readonly features: readonly string[];
    }
  | { readonly op: "heartbeat"; readonly worker: string }
  | { readonly op: "mark"; readonly worker: string; readonly status: WorkerStatus }
  /** Takes every worker for dead that has not been heard of for so long. */
  | { readonly op: "expire"; readonly silence: Micros }
  /** Strikes off a worker on which there is nothing. */
  | { readonly op: "unregister"; readonly worker: string };

export type TaskRequest =
  | { readonly op: "submit"; readonly task: string; readonly needs: Needs }
  /** Words of a worker on its task; with a worker, only if the task is there. */
  | { readonly op: "run"; readonly task: string; readonly worker: string | undefined }
  | {
      readonly op: "complete" | "fail";
      readonly task: string;
      readonly worker: string | undefined;
      readonly output: string;
    };

/** What changes nothing. */
export type Question =
  | { readonly op: "status"; readonly vm: string }
  | { readonly op: "task"; readonly task: string }
  | { readonly op: "list" | "tasks" | "workers" };

/** Why an operation was refused; it has changed nothing. */
export type OrchestratorError = (typeof ERRORS)[number];

export const ERRORS = [
  /** There is one of that name. */
  "exists",
  /** There is none of that name. */
  "not-found",
  /** It is not in a state for that. */
  "wrong-state",
  /** Malformed: no server takes it in. */
  "invalid",
  /** No worker has room for it, or none is so large, or has its features. */
  "capacity",
  /** Its worker is offline or failed. */
  "unavailable",
] as const;

export type OrchestratorResult =
  | { readonly type: "done" }
  | { readonly type: "error"; readonly error: OrchestratorError; readonly reason: string }
  /** Where a machine or a task was placed; undefined: the task waits. */
  | { readonly type: "placed"; readonly worker: string | undefined }
  | { readonly type: "vm"; readonly vm: Vm }
  | { readonly type: "task"; readonly task: OrchestratorTask }
  | { readonly type: "vms"; readonly vms: Listing<VmLine> }
  | { readonly type: "tasks"; readonly tasks: Listing<TaskLine> }
  | { readonly type: "workers"; readonly workers: Listing<Worker> };

/** What there is, by rising name. No map, as those do not travel. */
export type Listing<Line> = readonly { readonly name: string; readonly line: Line }[];

export type VmLine = Pick<Vm, "status" | "worker">;
export type TaskLine = Pick<OrchestratorTask, "status" | "worker">;

/** The orchestrator as a replicated service. */
export interface OrchestratorTypes {
  readonly request: OrchestratorRequest;
  readonly operation: OrchestratorOperation;
  readonly result: OrchestratorResult;
  readonly question: Question;
  readonly answer: OrchestratorResult;
  readonly state: OrchestratorState;
}

/** A refusal. */
export function refused(error: OrchestratorError, reason: string): OrchestratorResult {
  return { type: "error", error, reason };
}

export const DONE: OrchestratorResult = { type: "done" };
