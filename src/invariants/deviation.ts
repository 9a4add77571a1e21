// How far a mean may be from what it is expected to be before chance is no excuse any more.

/** What is drawn again and again, each time independently. */
export interface Draws {
  readonly count: number;
  /** Of one draw. */
  readonly variance: number;
  /** No draw is further from its mean than this. */
  readonly offMax: number;
}

/**
 * The mean of so many draws is further than this from that of the distribution in fewer than one of
 * 10^9 runs, whatever the distribution. Source: Bernstein's inequality, P(|S - E S| >= t) <=
 * 2 exp(-t^2 / 2 / (n variance + offMax t / 3)), solved for t.
 */
export function meanOffMax({ count, variance, offMax }: Draws): number {
  const heavy = (ALARM * offMax) / 3;
  return (heavy + Math.sqrt(heavy * heavy + 2 * ALARM * count * variance)) / count;
}

/** The same for the share of draws in which something happens that has this probability. */
export function shareOffMax(count: number, probability: number): number {
  const variance = probability * (1 - probability);
  return variance === 0 ? 0 : meanOffMax({ count, variance, offMax: 1 });
}

/**
 * The least of so many draws is below what this share of all draws is below, but for one of 10^9
 * runs: (1 - share)^count <= exp(-share count). At most 1.
 */
export function leastShare(count: number): number {
  return Math.min(1, ALARM / count);
}

/** ln(2 * 10^9), rounded up: written out, as no two machines need agree on a logarithm. */
const ALARM = 21.417;
