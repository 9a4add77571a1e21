import { NONE } from "./register-view.ts";

/** For each value the calls that may have made it so, in order of invocation. */
export interface Producers {
  /** By value: the first of them, NONE if there is none. */
  readonly first: Int32Array;
  /** By call: the next with the same value, NONE after the last. */
  readonly next: Int32Array;
  /** By value: how many. The value that a register begins with has one more. */
  readonly counts: Int32Array;
}

/** Lists calls by the value they set. */
export function producersOf(sets: Int32Array, values: number): Producers {
  const first = new Int32Array(values).fill(NONE);
  const next = new Int32Array(sets.length).fill(NONE);
  const counts = new Int32Array(values);
  for (let call = sets.length - 1; call >= 0; call--) {
    const value = sets[call]!;
    if (value === NONE) continue;
    next[call] = first[value]!;
    first[value] = call;
    counts[value]!++;
  }
  return { first, next, counts };
}
