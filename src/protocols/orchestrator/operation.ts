// Operations as clients send them and plans write them down, checked field by field.

import { UsageError, unreachable } from "../../sim/assert.ts";
import { checkCount, checkList, checkOneOf, checkRecord, checkText } from "../../sim/check.ts";
import type { Operation } from "../../sim/env.ts";
import type { Micros } from "../../sim/time.ts";
import { checkName, checkUnicode } from "../replicated/names.ts";
import { checkTask, type Task, type TaskPlace, type TaskWords } from "../replicated/task.ts";
import {
  type Needs,
  type OrchestratorOperation,
  type OrchestratorRequest,
  type Question,
  type Resources,
  VM_REPORTS,
  WORKER_STATUSES,
  type WorkerRequest,
} from "./types.ts";

/** Of outputs, in UTF-16 units. */
const OUTPUT_MAX = 4_096;
const FEATURES_MAX = 64;
/** Of processors, MB and GB: sums of a million such things are exact. */
const RESOURCE_MAX = 2 ** 32;

const QUESTIONS = ["status", "task", "list", "tasks", "workers"] as const;

/** Every request, by its name. */
export const REQUESTS = [
  ...(["create", "start", "stop", "delete", "report"] as const),
  ...(["register", "heartbeat", "mark", "expire", "unregister"] as const),
  ...(["submit", "run", "complete", "fail"] as const),
  ...QUESTIONS,
] as const;

type Op = OrchestratorRequest["op"];

/**
 * Reads an operation of a plan: `{ id, op: "create", vm, spec: { cpu, memory, disk, features } }`,
 * and so on as {@link OrchestratorRequest} has them; `disk` and `features` may be left out.
 * `{ id, op: "raw", request }` sends any record as it is. More in {@link checkTask}. Throws a
 * UsageError that names the path.
 */
export function checkOrchestratorOperation(
  value: Operation,
  path: string,
  place?: TaskPlace,
): Task<OrchestratorRequest> {
  return checkTask(words, value, path, place);
}

const words: TaskWords<OrchestratorRequest, Op | "raw"> = {
  ops: [...REQUESTS, "raw"],
  reads: QUESTIONS,
  readName: "a question",
  check: (op, value, path) => {
    if (op !== "raw") return checkRequest(op, value, path);
    // Whatever it is: servers refuse what is no request.
    return checkRecord(value.request, `${path}.request`) as unknown as OrchestratorRequest;
  },
};

/** Reads a request that came over the wire, and stamps it. Throws a UsageError. */
export function checkOperation(value: unknown, path: string, at: Micros): OrchestratorOperation {
  const fields = checkRecord(value, path);
  const request = checkRequest(checkOneOf(fields.op, `${path}.op`, REQUESTS), fields, path);
  return isQuestion(request) ? request : { ...request, at };
}

/** Whether it changes nothing, and may be asked past the log. */
export function isQuestion(request: OrchestratorRequest): request is Question {
  return QUESTIONS.some((op) => op === request.op);
}

type RequestFields = Readonly<Record<string, unknown>>;

function checkRequest(op: Op, fields: RequestFields, path: string): OrchestratorRequest {
  const name = (field: string): string => checkName(fields[field], `${path}.${field}`);
  switch (op) {
    case "create":
      return { op, vm: name("vm"), spec: checkNeeds(fields.spec, `${path}.spec`) };
    case "start":
    case "stop":
    case "delete":
    case "status":
      return { op, vm: name("vm") };
    case "report": {
      const report = checkOneOf(fields.report, `${path}.report`, VM_REPORTS);
      return { op, vm: name("vm"), report, worker: checkWorker(fields, path) };
    }
    case "submit":
      return { op, task: name("task"), needs: checkNeeds(fields.needs, `${path}.needs`) };
    case "run":
      return { op, task: name("task"), worker: checkWorker(fields, path) };
    case "complete":
    case "fail": {
      const output = checkOutput(fields.output, `${path}.output`);
      return { op, task: name("task"), worker: checkWorker(fields, path), output };
    }
    case "task":
      return { op, task: name("task") };
    case "list":
    case "tasks":
    case "workers":
      return { op };
    default:
      return checkWorkerRequest(op, fields, path);
  }
}

function checkWorkerRequest(
  op: WorkerRequest["op"],
  fields: RequestFields,
  path: string,
): WorkerRequest {
  if (op === "expire") return { op, silence: checkCount(fields.silence, `${path}.silence`, 1) };
  const worker = checkName(fields.worker, `${path}.worker`);
  switch (op) {
    case "heartbeat":
    case "unregister":
      return { op, worker };
    case "mark":
      return { op, worker, status: checkOneOf(fields.status, `${path}.status`, WORKER_STATUSES) };
    case "register": {
      const capacity = checkRecord(fields.capacity, `${path}.capacity`);
      const features = checkFeatures(fields.features, `${path}.features`);
      return { op, worker, capacity: checkResources(capacity, `${path}.capacity`), features };
    }
    default:
      return unreachable(op);
  }
}

function checkWorker(fields: RequestFields, path: string): string | undefined {
  return fields.worker === undefined ? undefined : checkName(fields.worker, `${path}.worker`);
}

function checkNeeds(value: unknown, path: string): Needs {
  const fields = checkRecord(value, path);
  const features = checkFeatures(fields.features, `${path}.features`);
  return { ...checkResources(fields, path), features };
}

/** Nothing runs without a processor and memory; a disk it may do without. */
function checkResources({ cpu, memory, disk }: RequestFields, path: string): Resources {
  return {
    cpu: checkCount(cpu, `${path}.cpu`, 1, RESOURCE_MAX),
    memory: checkCount(memory, `${path}.memory`, 1, RESOURCE_MAX),
    disk: disk === undefined ? 0 : checkCount(disk, `${path}.disk`, 0, RESOURCE_MAX),
  };
}

/** Sorted, and each once: two that mean the same are the same. */
function checkFeatures(value: unknown, path: string): readonly string[] {
  if (value === undefined) return [];
  const features = checkList(value, path).map((item, i) => checkName(item, `${path}[${i}]`));
  if (features.length > FEATURES_MAX) {
    throw new UsageError(
      `${path}: expected at most ${FEATURES_MAX} features, got ${features.length}`,
    );
  }
  return [...new Set(features)].sort();
}

function checkOutput(value: unknown, path: string): string {
  return value === "" ? "" : checkUnicode(checkText(value, path), path, OUTPUT_MAX);
}
