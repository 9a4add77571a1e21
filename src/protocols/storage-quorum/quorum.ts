import { assert } from "../../sim/assert.ts";
import type { Fraction } from "./options.ts";

/**
 * How many distinct holders must confirm a chunk: the share of its replicas, rounded up, and at
 * least the minimum. Whole numbers only: 0.67 of 3 would be 3.
 */
export function requiredConfirmations(
  replicas: number,
  { numerator, denominator }: Fraction,
  confirmationsMin: number,
): number {
  assert(replicas >= 0 && denominator > 0, "no share of", replicas, "over", denominator);
  return Math.max(confirmationsMin, Math.ceil((replicas * numerator) / denominator));
}
