import type { Plain } from "../sim/env.ts";

/**
 * How a call ended. `ok`: it happened, `result` is its answer. `fail`: it certainly did not happen
 * and never will. `info`: nobody knows; it may have happened once, or may yet, or never will.
 */
export type CallOutcome = "ok" | "fail" | "info";

/**
 * One operation of a history as oracles judge it, in Jepsen's words. A recorded history becomes
 * calls by `callsOf`; a file by the readers in src/histories.
 */
export interface Call {
  /** Who asked: Jepsen's process. A client has one call open at a time. */
  readonly client: string;
  /** What was asked for, in the model's words: `read`, `write`, `cas`. */
  readonly f: string;
  /** Of which object; undefined when there is but one. */
  readonly key: string | undefined;
  /** Its argument: what to write, `[expected, new]` of a cas; undefined when it takes none. */
  readonly value: Plain;
  readonly outcome: CallOutcome;
  /** With `ok` the answer, as the model has it; otherwise undefined or the reason. */
  readonly result: Plain;
  /**
   * Where in the history it was invoked and where it returned: whole numbers, no two equal, larger
   * is later; line numbers, when it came from a file. `returned` is undefined while it is open,
   * which only a call with `info` is. One call precedes another if it returned before the other
   * was invoked; an `info` call precedes none.
   */
  readonly invoked: number;
  readonly returned: number | undefined;
  /** The same in time, for pictures only. */
  readonly invokedAt: number;
  readonly returnedAt: number | undefined;
  /**
   * Where the system under test says it took effect: a revision, a log index, a version. A hint
   * that is verified, never trusted. Undefined: it says nothing.
   */
  readonly order: number | undefined;
}
