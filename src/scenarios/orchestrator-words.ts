// What clients of the orchestrator emit, in the words of the models of machines and of tasks.

import type { CallWords } from "../invariants/recorded-calls.ts";
import type { Plain } from "../sim/env.ts";
import type { HistoryEntry } from "../sim/history.ts";

/** What an operation of a client has, with the fields of all of them. */
interface Emitted {
  readonly op: string;
  readonly vm?: string;
  readonly task?: string;
  readonly worker?: string;
  readonly spec?: Plain;
  readonly report?: string;
  readonly output?: string;
  readonly isLocal: boolean;
}

const OF_VMS = ["create", "start", "stop", "delete", "report", "status"];
const OF_TASKS = ["submit", "run", "complete", "fail", "task"];

/** All operations on machines but local reads, which may be out of date, and what is malformed. */
export function vmWords(entry: HistoryEntry): CallWords | undefined {
  const { op, vm, spec, report, isLocal } = emitted(entry);
  if (isLocal || entry.outcome === "fail" || !OF_VMS.includes(op)) return undefined;
  return { f: op, key: vm, value: spec ?? report, result: answerOf(entry) };
}

/** The same of tasks. */
export function taskWords(entry: HistoryEntry): CallWords | undefined {
  const { op, task, output, isLocal } = emitted(entry);
  if (isLocal || entry.outcome === "fail" || !OF_TASKS.includes(op)) return undefined;
  return { f: op, key: task, value: output, result: answerOf(entry) };
}

function emitted({ operation }: HistoryEntry): Emitted {
  // The operations that an OrchestratorClient emits.
  return operation as unknown as Emitted;
}

/** Without what the models do not know: where something was placed. */
function answerOf({ outcome, result }: HistoryEntry): Plain {
  if (outcome !== "ok" || result === undefined) return undefined;
  const { error, status, spec, output } = result as Readonly<Record<string, Plain>>;
  if (error !== undefined) return { error };
  return status === undefined ? undefined : { status, spec, output };
}
