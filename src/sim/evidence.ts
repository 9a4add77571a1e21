/** What kind of assertion it is; see src/sim/temporal. */
export type AssertionKind = (typeof ASSERTION_KINDS)[number];

export const ASSERTION_KINDS = [
  ...["always", "never", "eventually", "leadsTo", "sometimes", "reachable"],
] as const satisfies readonly string[];

/**
 * The value of a run that came nearest to a bound, or went farthest beyond it. Of what must always
 * hold that is the nearest to its violation, of what must hold sometimes the nearest to holding.
 */
export interface Best {
  readonly value: number;
  readonly bound: number;
  /** Whether larger values are nearer to the bound, or smaller ones. */
  readonly towards: "up" | "down";
  /** What is counted: spans of time are in microseconds. */
  readonly unit: "number" | "time";
}

/** What a run has to show for an assertion, apart from whether it failed: campaigns add it up. */
export interface Evidence {
  readonly name: string;
  readonly kind: AssertionKind;
  /**
   * Of `sometimes` and `reachable`: whether it came true. Of the others: whether it was put to the
   * test, be it that it held or not. What no run of a campaign has seen proves nothing.
   */
  readonly isSeen: boolean;
  /** Undefined where nothing is measured, or nothing was. */
  readonly best: Best | undefined;
}

/** How far a value is from its bound: 0 at the bound, less than 0 beyond it. */
export function distanceOf({ value, bound, towards }: Best): number {
  return towards === "up" ? bound - value : value - bound;
}
