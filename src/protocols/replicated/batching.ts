import { checkCount, checkRecord } from "../../sim/check.ts";
import { type Micros, ms } from "../../sim/time.ts";

/**
 * How a leader gathers requests before it proposes them, so that they share messages and syncs.
 * Source: requirement of a batch of at most 100 in at most 10 ms.
 */
export interface BatchOptions {
  /** So many are proposed at once; 1: each by itself, when it comes. */
  readonly countMax: number;
  /** The first of a batch waits no longer. */
  readonly delayMax: Micros;
}

/** Each request is proposed when it comes. */
export const noBatching: BatchOptions = { countMax: 1, delayMax: 0 };

export const defaultBatchOptions: BatchOptions = { countMax: 100, delayMax: ms(10) };

/** Checks options from outside; throws a UsageError that names the path. */
export function checkBatchOptions(value: unknown, path: string): BatchOptions {
  const { countMax, delayMax } = checkRecord(value, path, Object.keys(defaultBatchOptions));
  return {
    countMax: checkCount(countMax, `${path}.countMax`, 1),
    delayMax: checkCount(delayMax, `${path}.delayMax`, 0),
  };
}
