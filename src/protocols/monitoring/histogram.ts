// How often values of what size were seen, as monitoring systems count them.

import { assert } from "../../sim/assert.ts";

/** A histogram as it is described once. */
export interface HistogramDescription {
  /** What its values are: a text of one line. */
  readonly help: string;
  /** The greatest value of each bucket but the last, rising; the last bucket has no bound. */
  readonly bounds: readonly number[];
}

/** What was seen so far, as plain data. */
export interface Histogram {
  /** By bucket, values that fit none before it: one more than there are bounds. */
  readonly counts: number[];
  /** Of all values; 2^53 - 1 if it would be beyond that. */
  sum: number;
  /** The greatest value; 0 before the first. */
  max: number;
}

/** A histogram that has seen nothing. */
export function newHistogram({ bounds }: HistogramDescription): Histogram {
  return { counts: Array.from({ length: bounds.length + 1 }, () => 0), sum: 0, max: 0 };
}

/** Counts a whole number of at least 0. O(bounds). */
export function observe(
  { bounds }: HistogramDescription,
  histogram: Histogram,
  value: number,
): void {
  const isCount = Number.isSafeInteger(value) && value >= 0;
  assert(isCount, "a histogram sees whole numbers of at least 0, not", value);
  const found = bounds.findIndex((bound) => value <= bound);
  const bucket = found < 0 ? bounds.length : found;
  histogram.counts[bucket] = histogram.counts[bucket]! + 1;
  // Two numbers below 2^53 add up to a number that is right, or beyond all that are.
  histogram.sum = Math.min(histogram.sum + value, Number.MAX_SAFE_INTEGER);
  histogram.max = Math.max(histogram.max, value);
}
