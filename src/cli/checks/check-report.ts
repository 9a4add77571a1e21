// What `check` shows of a judgement, whichever checker made it.

import type { Call } from "../../invariants/call.ts";
import type { LinearizabilityVerdict, SearchBounds } from "../../invariants/linearizability.ts";
import type { Pictured } from "../pictures/text-picture.ts";
import type { CallToWords } from "../pictures/words.ts";

/** Judges a history by one criterion. */
export type Checker = (calls: readonly Call[], task: CheckTask) => CheckReport;

export interface CheckTask {
  readonly bounds: Partial<SearchBounds>;
  /** The line of the file at which an event stands. */
  readonly lineOf: (place: number) => number;
}

export interface CheckReport {
  readonly verdict: LinearizabilityVerdict;
  /** How many operations were judged. */
  readonly operations: number;
  /** One for each key, in the order in which keys appear; one when there are no keys. */
  readonly keys: readonly KeyReport[];
}

export interface KeyReport {
  /** Empty when there are no keys. */
  readonly key: string;
  readonly verdict: LinearizabilityVerdict;
  /** Of an illegal key, why: lines to print, data for programs, and histories to draw. */
  readonly explanation?: Explanation;
  /** Of an undecided key, what was in the way. */
  readonly reason?: string;
}

export interface Explanation {
  /** What happened, in lines; pictures come between the first of them and the rest. */
  readonly summary: readonly string[];
  readonly details: readonly string[];
  /** The same as data. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What can be drawn, the smallest first. */
  readonly pictures: readonly Picture[];
  readonly words: CallToWords;
}

export interface Picture extends Pictured {
  readonly title: string;
  /** The states that were possible before what cannot be placed. */
  readonly states: readonly string[];
  /** Whether orders keep to real time, so that each call has a moment in its interval. */
  readonly isTimed: boolean;
}
