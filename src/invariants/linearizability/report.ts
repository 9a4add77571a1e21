// What a judgement of linearizability says.

import type { Call } from "../call.ts";

/**
 * `ok`: some order explains every answer. `illegal`: none does. `unknown`: a bound was reached
 * before either was certain.
 */
export type LinearizabilityVerdict = "ok" | "illegal" | "unknown";

/** How far a search may go. A bound that is reached makes the verdict `unknown`, never a lie. */
export interface SearchBounds {
  /** Memory of the search in bytes, all parts together. Default: 512 MiB. */
  readonly memoryBytes: number;
  /** Steps of the search, all parts together, the same on every machine. Default: no bound. */
  readonly stepsMax: number;
  /** Asked now and then, within a millisecond or so; true stops the search. Default: never. */
  readonly isOver: () => boolean;
}

/** The judgement of a history. */
export interface LinearizabilityReport {
  readonly verdict: LinearizabilityVerdict;
  /** How many calls were judged: those the model left out do not count. */
  readonly operations: number;
  /** How many parts they fell into. */
  readonly parts: number;
  /** Every part that is illegal, in the order in which parts appear in the history. */
  readonly illegal: readonly IllegalPart[];
  /** Every part that could not be decided, and which bound was in the way. */
  readonly unknown: readonly {
    readonly part: string;
    readonly bound: "memory" | "steps" | "time";
  }[];
}

/** Why a part is not linearizable. Calls are named by their places in `calls`, 0-based. */
export interface IllegalPart {
  /** What `partition` says; "" when there is one part only. */
  readonly part: string;
  /** All calls of the part that were judged, in order of invocation. */
  readonly calls: readonly Call[];
  /**
   * The longest orders found that explain answers: for every call the longest that holds it,
   * distinct, the longest first.
   */
  readonly prefixes: readonly (readonly number[])[];
  /** The call whose return could not be passed in the longest prefix. */
  readonly stuck: number;
  /** The states, in words, that were possible before it. */
  readonly states: readonly string[];
  /** The fewest of `calls` found that are illegal by themselves, and for the same reason. */
  readonly smallest: readonly number[];
  /** Whether it is proven that none of `smallest` can be left out; see `smallestIllegal`. */
  readonly isMinimal: boolean;
  /** What happened, when that is known: a stale read, a lost write, ...; names calls. */
  readonly sentence: string | undefined;
}
