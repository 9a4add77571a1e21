// What clients see of the links to a chain's nodes, and of how nodes say they are.

import type { Plain } from "../sim/env.ts";
import type { Invariant } from "../sim/invariant.ts";
import { inMs, type Micros } from "../sim/time.ts";

/** A round trip that was to take so long on average. */
export interface RoundTrips {
  /** How the ids of these operations begin. */
  readonly ids: string;
  readonly mean: Micros;
  /** As a share of the mean. */
  readonly errorMax: number;
}

/**
 * Questions take as long as was injected, there and back. Measures `rttMs` (a distribution) and
 * `rttMeanMs`.
 */
export function roundTripsTake(name: string, { ids, mean, errorMax }: RoundTrips): Invariant {
  return {
    name,
    supposes: ["operations", "faults", "conditions"],
    onEnd: ({ history, metrics }) => {
      const times = history.returned
        .filter(({ id, outcome }) => id.startsWith(ids) && outcome === "ok")
        .map(({ invokedAt, returnedAt = 0 }) => returnedAt - invokedAt);
      if (times.length === 0) return "no round trip was measured";
      for (const time of times) metrics.observe("rttMs", inMs(time));
      const measured = times.reduce((sum, time) => sum + time, 0) / times.length;
      metrics.gauge("rttMeanMs", inMs(measured));
      if (Math.abs(measured - mean) <= errorMax * mean) return undefined;
      return `round trips take ${inMs(measured)} ms, expected ${inMs(mean)}`;
    },
  };
}

/** Nodes that were asked how they are have said that they hear too few validators, or enough. */
export function healthIsSaid(
  name: string,
  { ids, isPartitioned }: { readonly ids: string; readonly isPartitioned: boolean },
): Invariant {
  return {
    name,
    supposes: ["operations", "faults", "conditions", "servers"],
    onEnd: ({ history }) => {
      const asked = history.returned.filter(({ id }) => id.startsWith(ids));
      const wrong = asked.find(
        ({ outcome, result }) => outcome !== "ok" || isCut(result) !== isPartitioned,
      );
      if (asked.length === 0) return "nobody was asked";
      return wrong && `${wrong.id}: ${JSON.stringify(wrong.result)}`;
    },
  };
}

function isCut(result: Plain): boolean | undefined {
  // What a client tells of a question for the health of a node is the node's answer.
  return (result as { readonly isPartitioned?: boolean }).isPartitioned;
}
