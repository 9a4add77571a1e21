// How much a storage quorum is asked, and how long that takes.

import type { Invariant, World } from "../sim/invariant.ts";
import { inMs, type Micros, seconds } from "../sim/time.ts";
import { dataOf } from "./storage-view.ts";

/** A span of a run; both ends are included. */
export interface RequestSpan {
  readonly from: Micros;
  readonly until: Micros;
}

/**
 * Measures, of operations of a kind that were asked for and answered with `ok` in a span, `<op>Ms`,
 * the time that each took, and `<op>sPerS`, how many of them there were in a second, from the
 * beginning of the span to the last of them.
 */
export function measureRequests(op: string, { from, until }: RequestSpan): Invariant {
  return {
    name: `${op}s per second`,
    onEnd: ({ history, metrics }: World) => {
      let done = 0;
      let last = from;
      for (const { operation, outcome, invokedAt, returnedAt = 0 } of history.returned) {
        if (dataOf<{ op: string }>(operation).op !== op || outcome !== "ok") continue;
        if (invokedAt < from || returnedAt > until) continue;
        done++;
        last = Math.max(last, returnedAt);
        metrics.observe(`${op}Ms`, inMs(returnedAt - invokedAt));
      }
      if (done > 0) metrics.gauge(`${op}sPerS`, (done * seconds(1)) / (last - from));
      return undefined;
    },
  };
}

/** Every one of some operations has come to an end by then, and with `ok`. */
export function operationsSucceed(
  name: string,
  isMeant: (id: string) => boolean,
  { count, by }: { readonly count: number; readonly by: Micros },
): Invariant {
  return {
    name,
    supposes: ["servers", "operations", "faults", "conditions"],
    onEnd: ({ history }: World) => {
      const meant = history.invoked.filter(({ id }) => isMeant(id));
      const good = meant.filter(
        ({ outcome, returnedAt }) =>
          outcome === "ok" && returnedAt !== undefined && returnedAt <= by,
      );
      if (good.length === count) return undefined;
      const bad = meant.find((entry) => !good.includes(entry));
      const what = bad === undefined ? "" : `: ${bad.id} is ${bad.outcome}, ${String(bad.result)}`;
      return `${good.length} of ${count} operations have succeeded${what}`;
    },
  };
}
