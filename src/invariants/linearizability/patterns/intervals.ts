import type { Call } from "../../call.ts";

/** When each call of a part begins and ends, by its place among them. */
export interface Intervals {
  /** Ascending, as calls are in order of invocation. */
  readonly begins: Float64Array;
  /** Infinity where nobody knows: such a call precedes none. */
  readonly ends: Float64Array;
  /** The calls that end, in that order. */
  readonly byEnd: Int32Array;
}

/** The intervals of calls, which are in order of invocation. O(n), or O(n log n) when sparse. */
export function intervalsOf(calls: readonly Call[]): Intervals {
  const count = calls.length;
  const begins = new Float64Array(count);
  const ends = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const { invoked, returned, outcome } = calls[i]!;
    begins[i] = invoked;
    ends[i] = outcome === "info" || returned === undefined ? Number.POSITIVE_INFINITY : returned;
  }
  return { begins, ends, byEnd: inOrderOfEnd(ends) };
}

/** How many places in a list are less than `bound`, which it is sorted by: a binary search. */
export function countBelow(sorted: Float64Array, bound: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

function inOrderOfEnd(ends: Float64Array): Int32Array {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (const end of ends) {
    if (end === Number.POSITIVE_INFINITY) continue;
    least = Math.min(least, end);
    most = Math.max(most, end);
    count++;
  }
  if (count === 0) return new Int32Array(0);
  if (most - least < 16 * count) return inSlots(ends, least, most, count);
  const ended = [...ends.keys()].filter((call) => ends[call] !== Number.POSITIVE_INFINITY);
  return Int32Array.from(ended.sort((a, b) => ends[a]! - ends[b]!));
}

/** Ends are whole numbers, no two equal: where they lie dense, each has a slot of its own. */
function inSlots(ends: Float64Array, least: number, most: number, count: number): Int32Array {
  const slots = new Int32Array(most - least + 1).fill(-1);
  for (let call = 0; call < ends.length; call++) {
    if (ends[call] !== Number.POSITIVE_INFINITY) slots[ends[call]! - least] = call;
  }
  const sorted = new Int32Array(count);
  let place = 0;
  for (const call of slots) if (call >= 0) sorted[place++] = call;
  return sorted.subarray(0, place);
}
