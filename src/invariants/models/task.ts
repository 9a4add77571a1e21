// The tasks of an orchestrator, each done once.

import type { Plain } from "../../sim/env.ts";
import type { Call } from "../call.ts";
import { type Model, REFUSED } from "../model.ts";

/** Where a task is; `open` while it is neither absent nor at its end. */
export interface TaskState {
  readonly kind: "absent" | "open" | "completed" | "failed";
  /** What its end gave. */
  readonly output: string | undefined;
}

/** What was asked of a task, with the answer; undefined while nobody knows it. */
export interface TaskCall {
  readonly kind: "submit" | "run" | "complete" | "fail" | "task";
  readonly output: string | undefined;
  readonly answer: TaskAnswer | undefined;
}

interface TaskAnswer {
  readonly error: string | undefined;
  /** Of a question only. */
  readonly status: string | undefined;
  readonly output: string | undefined;
}

const ABSENT: TaskState = { kind: "absent", output: undefined };
const OPEN: TaskState = { kind: "open", output: undefined };

/** Those that leave all as it is and tell nothing of the task. */
const OTHER_ERRORS = ["invalid", "capacity", "unavailable"];

/**
 * One task for each key. `submit` makes it; `run` is a word on the way; `complete` and `fail`,
 * whose value is what it gave, end it, and nothing ends it again. `task` answers where it is, and
 * of one that has ended what it gave. Which worker has it, and whether it waits, is not judged.
 */
export const taskModel: Model<TaskState, TaskCall> = {
  name: "task",
  init: ABSENT,
  read: readCall,
  step: (state, call) => (call.answer === undefined ? may(state, call) : must(state, call)),
  partition: ({ key }) => key ?? "",
  equal: (a, b) => a.kind === b.kind && a.output === b.output,
  hash: ({ kind, output }) => `${kind} ${output}`,
  isObserver: ({ kind }) => kind === "task",
  describe: { state: ({ kind, output }) => (output === undefined ? kind : `${kind} ${output}`) },
};

function readCall({ f, value, outcome, result }: Call): TaskCall | undefined {
  // The words of an orchestrator's scenarios, which use no others.
  const kind = f as TaskCall["kind"];
  const output = typeof value === "string" ? value : undefined;
  if (outcome === "fail") return undefined;
  if (outcome === "info") return kind === "task" ? undefined : { kind, output, answer: undefined };
  const answer = answerOf(result);
  const tellsNothing = answer.error !== undefined && OTHER_ERRORS.includes(answer.error);
  return tellsNothing ? undefined : { kind, output, answer };
}

function answerOf(result: Plain): TaskAnswer {
  // Nothing, or what an orchestrator's client shows of an error or a task.
  const shown = (result ?? {}) as Partial<TaskAnswer>;
  return { error: shown.error, status: shown.status, output: shown.output };
}

/** What nobody knows the answer of: it happened, if it could. */
function may(state: TaskState, call: TaskCall): TaskState {
  return next(state, call) ?? state;
}

function must(state: TaskState, call: TaskCall): TaskState | typeof REFUSED {
  const { error, status, output } = call.answer!;
  if (call.kind === "task" && error === undefined) {
    const isOpen = status === "pending" || status === "assigned" || status === "running";
    const isSame = isOpen ? state.kind === "open" : state.kind === status;
    return isSame && state.output === output ? state : REFUSED;
  }
  if (error === undefined) return next(state, call) ?? REFUSED;
  return isRightError(state, call, error) ? state : REFUSED;
}

/** After it is done; undefined where it cannot be. */
function next({ kind }: TaskState, call: TaskCall): TaskState | undefined {
  switch (call.kind) {
    case "submit":
      return kind === "absent" ? OPEN : undefined;
    case "run":
      return kind === "open" ? OPEN : undefined;
    case "complete":
      return kind === "open" ? { kind: "completed", output: call.output } : undefined;
    case "fail":
      return kind === "open" ? { kind: "failed", output: call.output } : undefined;
    case "task":
      return undefined;
  }
}

function isRightError({ kind }: TaskState, call: TaskCall, error: string): boolean {
  if (call.kind === "submit") return error === "exists" && kind !== "absent";
  if (kind === "absent") return error === "not-found";
  // An open one may wait for a worker, or run already.
  return error === "wrong-state" && call.kind !== "task";
}
