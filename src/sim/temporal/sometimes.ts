// Something happens in at least one run of a campaign, or the campaign has proved nothing:
// `sometimes("two claim to lead", ({ servers }) => leadersOf(servers).length === 2)`.

import { type Best, distanceOf } from "../evidence.ts";
import type { Invariant, World } from "../invariant.ts";
import { betterOf, type Limit } from "./safety.ts";
import { type SpanOptions, throughout } from "./span.ts";

/** Holds after some event of a span in at least one run of a campaign. It fails no run. */
export function sometimes<View>(
  name: string,
  holds: (world: World<View>) => boolean,
  options: SpanOptions = {},
): Invariant<View> {
  return throughout(
    { name, kind: "sometimes", options, state: { isSeen: false } },
    {
      judge: (world, state) => {
        if (!state.isSeen) state.isSeen = holds(world);
        return undefined;
      },
      evidence: ({ isSeen }) => ({ isSeen, best: undefined }),
    },
  );
}

/** Some node emits this event in at least one run of a campaign. It fails no run. */
export function reachable(event: string): Invariant {
  return {
    name: event,
    kind: "reachable",
    evidence: ({ metrics }) => ({
      isSeen: metrics.state.emitted.has(event),
      best: undefined,
    }),
  };
}

/**
 * A number is at least so much after some event of a span in at least one run of a campaign;
 * undefined: there is none now. The largest that is seen is kept: see {@link Best}.
 */
export function sometimesAtLeast<View>(
  name: string,
  value: (world: World<View>) => number | undefined,
  bound: number,
  options: SpanOptions = {},
): Invariant<View> {
  return reaching(name, value, { bound, towards: "up" }, options);
}

/** A number is at most so much; apart from that like {@link sometimesAtLeast}. */
export function sometimesAtMost<View>(
  name: string,
  value: (world: World<View>) => number | undefined,
  bound: number,
  options: SpanOptions = {},
): Invariant<View> {
  return reaching(name, value, { bound, towards: "down" }, options);
}

function reaching<View>(
  name: string,
  value: (world: World<View>) => number | undefined,
  limit: Limit,
  options: SpanOptions,
): Invariant<View> {
  return throughout(
    { name, kind: "sometimes", options, state: { best: undefined as Best | undefined } },
    {
      judge: (world, kept) => {
        const now = value(world);
        if (now === undefined) return undefined;
        kept.best = betterOf(kept.best, now, limit);
        return undefined;
      },
      evidence: ({ best }) => ({ isSeen: best !== undefined && distanceOf(best) <= 0, best }),
    },
  );
}
