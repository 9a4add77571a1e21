import type { Call } from "../call.ts";

/** A part of a history that is found to be illegal by itself. */
export interface Smallest {
  /** Places among the calls, ascending. */
  readonly smallest: readonly number[];
  /** Whether it is proven that none of them can be left out by the rule. */
  readonly isMinimal: boolean;
}

/** Whether some calls, by their places, are illegal for the right reason; undefined: unknown. */
type Holds = (kept: readonly number[]) => boolean | undefined;
/** What is left of some calls without others: fewer, as some cannot stay alone. */
type Without = (kept: readonly number[], dropped: ReadonlySet<number>) => readonly number[];

/** More calls than that are not made fewer piece by piece. */
const KEPT_MAX = 4096;

/** Makes a set of calls smaller while something holds of it, within a budget. */
export class Shrinker {
  readonly #calls: readonly Call[];
  #budget: number;
  #kept: readonly number[];
  /** Whether all that was tried and refused since the last success was refused for certain. */
  #isCertain = true;

  /** `budget` is the sum of the sizes of all sets that are tried. */
  constructor(calls: readonly Call[], budget: number) {
    this.#calls = calls;
    this.#budget = budget;
    this.#kept = [...calls.keys()];
  }

  /** Begins with the first of the starts of which it holds, else with all, of which it does. */
  shrink(starts: Iterable<readonly number[]>, holds: Holds, without: Without = minus): Smallest {
    for (const start of starts) if (this.#try(start, holds)) break;
    if (this.#kept.length > KEPT_MAX) return { smallest: this.#kept, isMinimal: false };
    const drop = (dropped: readonly number[]): boolean =>
      this.#try(without(this.#kept, new Set(dropped)), holds);
    for (const client of new Set(this.#kept.map((call) => this.#calls[call]!.client))) {
      if (this.#budget < 0) break;
      drop(this.#kept.filter((call) => this.#calls[call]!.client === client));
    }
    for (let size = this.#kept.length >> 1; size > 1; size >>= 1) this.#pass(size, drop);
    while (this.#pass(1, drop));
    return { smallest: this.#kept, isMinimal: this.#isCertain && this.#budget >= 0 };
  }

  /** Tries to leave out each piece of a size, the first calls first; whether any could be. */
  #pass(size: number, drop: (dropped: readonly number[]) => boolean): boolean {
    this.#isCertain = true;
    const pieces: (readonly number[])[] = [];
    for (let from = 0; from < this.#kept.length; from += size) {
      pieces.push(this.#kept.slice(from, from + size));
    }
    let isSmaller = false;
    for (const piece of pieces) {
      const dropped = piece.filter((call) => this.#kept.includes(call));
      if (this.#budget < 0) return false;
      if (dropped.length > 0 && drop(dropped)) isSmaller = true;
    }
    return isSmaller;
  }

  #try(candidate: readonly number[], holds: Holds): boolean {
    if (candidate.length === 0 || candidate.length >= this.#kept.length) return false;
    this.#budget -= candidate.length;
    const isHeld = this.#budget < 0 ? undefined : holds(candidate);
    if (isHeld === undefined) this.#isCertain = false;
    if (isHeld !== true) return false;
    this.#kept = candidate;
    return true;
  }
}

function minus(kept: readonly number[], dropped: ReadonlySet<number>): readonly number[] {
  return kept.filter((call) => !dropped.has(call));
}
