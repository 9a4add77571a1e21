// How long something takes that consists of parts, each of them as likely to take any time of a
// span as any other: a round trip on links with uniform latencies.

import type { Micros } from "../sim/time.ts";

/** Any time from `min` to `max` is as likely as any other; one time if they are equal. */
export interface TimeSpan {
  readonly min: Micros;
  readonly max: Micros;
}

/** The distribution is told to so many microseconds for each part that varies. */
const STEP: Micros = 50;

/**
 * The time that a sum of independent draws, one of each span, exceeds in all but this share of
 * draws; share in [0, 1]. The distribution is that of steps of 50 us: a convolution of one span
 * after the other.
 */
export function quantileOfSum(spans: readonly TimeSpan[], share: number): Micros {
  const least = spans.reduce((sum, { min }) => sum + min, 0);
  const wide = spans.map(({ min, max }) => Math.round((max - min) / STEP)).filter((n) => n > 0);
  const shares = wide.reduce(spreadOver, [1]);
  let below = 0;
  const step = shares.findIndex((one) => {
    below += one;
    return below >= share;
  });
  // Rounding may leave the sum of all short of 1. A draw lies in the middle of its step.
  const steps = step < 0 ? shares.length - 1 : step;
  return least + Math.round((steps + wide.length / 2) * STEP);
}

/** The shares of sums by step, with one more part that has so many steps. */
function spreadOver(shares: readonly number[], steps: number): number[] {
  let sum = 0;
  return Array.from({ length: shares.length + steps - 1 }, (_, i) => {
    sum += shares[i] ?? 0;
    if (i >= steps) sum -= shares[i - steps]!;
    return sum / steps;
  });
}
