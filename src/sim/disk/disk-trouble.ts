// What faults do to a disk while they last. Each has its own draws, addressed by the number of the
// sync or of the change that they concern, so that no fault shifts the draws of another.

import { type Distribution, sample, sampler } from "../random/distribution.ts";
import type { Micros } from "../time.ts";

/** A fault at work on one disk, as plain data. */
export type Trouble = {
  /** Keys its draws; the fault's name for what it has begun. */
  readonly subject: number;
  /** How often it has made a difference here. */
  struck: number;
} & TroubleKind;

export type TroubleKind =
  | { readonly kind: "slow"; readonly added: Distribution }
  /** The disk holds `limitBytes` at most. */
  | { readonly kind: "full"; readonly limitBytes: number }
  | {
      readonly kind: "failedSync" | "lostWrite" | "misdirectedWrite";
      readonly probability: number;
    };

/** 32 random bits for a subject and a number: see Noise. */
export type Draw = (subject: number, n: number) => number;

/** How much longer a sync takes: what all slow faults add. */
export function delayOf(troubles: readonly Trouble[], sync: number, draw: Draw): Micros {
  let delay = 0;
  for (const trouble of troubles) {
    if (trouble.kind !== "slow") continue;
    const added = sample(sampler(trouble.added), draw(trouble.subject, sync));
    if (added > 0) trouble.struck++;
    delay += added;
  }
  return delay;
}

/** The first fault of a kind that strikes the sync or change of that number. */
export function striker(
  troubles: readonly Trouble[],
  kind: "failedSync" | "lostWrite" | "misdirectedWrite",
  n: number,
  draw: Draw,
): Trouble | undefined {
  return troubles.find(
    (trouble) => trouble.kind === kind && draw(trouble.subject, n) < trouble.probability * 2 ** 32,
  );
}

/** What the disk holds at most while faults make it smaller. */
export function smallestLimit(troubles: readonly Trouble[], capacityBytes: number): number {
  let limit = capacityBytes;
  for (const trouble of troubles) {
    if (trouble.kind === "full") limit = Math.min(limit, trouble.limitBytes);
  }
  return limit;
}
