// Requests as clients send them and plans write them down, checked field by field.

import { checkCount, checkOneOf, checkRecord } from "../../sim/check.ts";
import type { Operation } from "../../sim/env.ts";
import type { Micros } from "../../sim/time.ts";
import { checkName } from "../replicated/names.ts";
import { checkTask, type Task, type TaskPlace, type TaskWords } from "../replicated/task.ts";
import type { LoggedOperation, Question, Request } from "./types.ts";

/** Sums of a million such amounts are exact. */
export const AMOUNT_MAX = 2 ** 32;
/** No request stages more payments. */
export const STAGE_MAX = 1_000;
/** Some 35 years: sums of times stay exact. */
const SPAN_MAX = 2 ** 50;

const QUESTIONS = ["holder", "disbursement", "summary"] as const;

/** Every request, by its name. */
export const REQUESTS = [
  ...(["acquire", "renew", "release"] as const),
  ...(["disburse", "stage", "pay", "mark"] as const),
  ...QUESTIONS,
] as const;

type Op = Request["op"];
type RequestFields = Readonly<Record<string, unknown>>;

/**
 * Reads an operation of a plan: `{ id, op: "disburse", disbursement, to, amount, after }`, and so
 * on as {@link Request} has them; `after` may be left out. `{ id, op: "raw", request }` sends any
 * record as it is. More in {@link checkTask}. Throws a UsageError that names the path.
 */
export function checkTreasuryOperation(
  value: Operation,
  path: string,
  place?: TaskPlace,
): Task<Request> {
  return checkTask(words, value, path, place);
}

const words: TaskWords<Request, Op | "raw"> = {
  ops: [...REQUESTS, "raw"],
  reads: QUESTIONS,
  readName: "a question",
  check: (op, value, path) => {
    if (op !== "raw") return checkRequest(op, value, path);
    // Whatever it is: servers refuse what is no request.
    return checkRecord(value.request, `${path}.request`) as unknown as Request;
  },
};

/** Reads a request that came over the wire, and stamps it. Throws a UsageError. */
export function checkOperation(value: unknown, path: string, at: Micros): LoggedOperation {
  const fields = checkRecord(value, path);
  const request = checkRequest(checkOneOf(fields.op, `${path}.op`, REQUESTS), fields, path);
  return isQuestion(request) ? request : { ...request, at };
}

/** Whether it changes nothing, and may be asked past the log. */
export function isQuestion(request: Request): request is Question {
  return QUESTIONS.some((op) => op === request.op);
}

function checkRequest(op: Op, fields: RequestFields, path: string): Request {
  const name = (field: string): string => checkName(fields[field], `${path}.${field}`);
  const number = (field: string, max = Number.MAX_SAFE_INTEGER): number =>
    checkCount(fields[field], `${path}.${field}`, 1, max);
  switch (op) {
    case "acquire": {
      const [lease, holder, life] = [name("lease"), name("holder"), name("life")];
      return { op, lease, holder, life, ttl: number("ttl", SPAN_MAX) };
    }
    case "renew":
    case "release":
      return { op, lease: name("lease"), life: name("life"), epoch: number("epoch") };
    case "disburse": {
      const after = checkCount(fields.after ?? 0, `${path}.after`, 0, SPAN_MAX);
      return { op, ...paymentOf(name, number), after };
    }
    case "stage":
      return { op, epoch: number("epoch"), count: number("count", STAGE_MAX) };
    case "pay":
      return { op, epoch: number("epoch"), nonce: number("nonce"), ...paymentOf(name, number) };
    case "mark":
      return {
        ...{ op, epoch: number("epoch"), nonce: number("nonce") },
        disbursement: name("disbursement"),
      };
    case "holder":
      return { op, lease: name("lease") };
    case "disbursement":
      return { op, disbursement: name("disbursement") };
    default:
      return { op };
  }
}

function paymentOf(
  name: (field: string) => string,
  number: (field: string, max?: number) => number,
): { readonly disbursement: string; readonly to: string; readonly amount: number } {
  const [disbursement, to] = [name("disbursement"), name("to")];
  return { disbursement, to, amount: number("amount", AMOUNT_MAX) };
}
