// Functions that the language leaves to the platform, made of +, -, * and / alone, which IEEE 754
// fixes to the last bit: the same on every machine and version. They serve tables, not hot loops.

import { assert } from "../assert.ts";

/** The natural logarithm of a normal number above 0; relative error below 1e-14. */
export function ln(x: number): number {
  assert(x > 1e-300 && x < 1e300, "ln of", x);
  let mantissa = x;
  let halvings = 0;
  for (; mantissa > 1.5; mantissa /= 2) halvings++;
  for (; mantissa < 0.75; mantissa *= 2) halvings--;
  // ln m = 2 (s + s^3/3 + s^5/5 + ...) with |s| <= 1/5.
  const s = (mantissa - 1) / (mantissa + 1);
  let sum = 0;
  for (let power = s, n = 1; n <= 25; n += 2, power *= s * s) sum += power / n;
  return 2 * sum + halvings * Math.LN2;
}

/** e to the power of x; relative error below 1e-13. Beyond |x| = 600 as at that bound. */
export function exp(x: number): number {
  const bounded = Math.max(-600, Math.min(600, x));
  const doublings = Math.floor(bounded / Math.LN2 + 0.5);
  const rest = bounded - doublings * Math.LN2;
  let term = 1;
  let result = 1;
  for (let n = 1; n <= 18; n++) {
    term *= rest / n;
    result += term;
  }
  for (let i = 0; i < doublings; i++) result *= 2;
  for (let i = 0; i > doublings; i--) result /= 2;
  return result;
}

/**
 * What the standard normal distribution exceeds with each probability. They begin at 1/2 or below
 * and fall.
 */
export function normalUpperQuantiles(tails: Iterable<number>): number[] {
  let z = 0;
  return Array.from(tails, (tail) => {
    assert(tail > 0 && tail <= 1 / 2, "not an upper tail:", tail);
    // Newton; from the left, as the tail is convex, it comes down to the root without passing it.
    for (let i = 0; i < 20; i++) {
      const density = exp((-z * z) / 2) / SQRT_2_PI;
      const step = (normalTail(z, density) - tail) / density;
      z += step;
      // Each step squares the error: after this one it is below 1e-12.
      if (step < 1e-6) break;
    }
    return z;
  });
}

/** The probability that a standard normal value exceeds z >= 0, where its density is that. */
function normalTail(z: number, density: number): number {
  if (z > 3) {
    // Laplace's continued fraction, from its far end.
    let fraction = z;
    for (let n = 30; n > 0; n--) fraction = z + n / fraction;
    return density / fraction;
  }
  // z + z^3/3 + z^5/(3*5) + ...
  let term = z;
  let sum = z;
  for (let n = 3; term > 1e-16; n += 2) {
    term *= (z * z) / n;
    sum += term;
  }
  return 1 / 2 - density * sum;
}

const SQRT_2_PI = 2.506_628_274_631_000_7;
