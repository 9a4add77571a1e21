// Nothing bad happens: `always("ONE-LEADER", ({ servers }) => leadersOf(servers).length <= 1)`.

import { assert } from "../assert.ts";
import { type Best, distanceOf } from "../evidence.ts";
import type { Invariant, World } from "../invariant.ts";
import { type AssertionOptions, throughout } from "./span.ts";

/** Holds after every event of a span. */
export function always<View>(
  name: string,
  holds: (world: World<View>) => boolean,
  options: AssertionOptions<View> = {},
): Invariant<View> {
  return judgedThroughout(name, "always", options, (world) =>
    holds(world) ? undefined : "does not hold",
  );
}

/** Holds after no event of a span. */
export function never<View>(
  name: string,
  holds: (world: World<View>) => boolean,
  options: AssertionOptions<View> = {},
): Invariant<View> {
  return judgedThroughout(name, "never", options, (world) => (holds(world) ? "holds" : undefined));
}

/** No node ever emits this event; the assertion has its name. */
export function unreachable(event: string): Invariant {
  return {
    name: event,
    onStep: ({ emitted }) =>
      emitted.length > 0 && emitted.some((one) => one.event === event)
        ? "is reached, and was not to be"
        : undefined,
  };
}

/**
 * A number is at most so much after every event of a span; undefined: there is none to judge. The
 * largest that is seen is kept: see {@link Best}. Throws on what is no finite number.
 */
export function alwaysAtMost<View>(
  name: string,
  value: (world: World<View>) => number | undefined,
  bound: number,
  options: AssertionOptions<View> = {},
): Invariant<View> {
  return bounded(name, value, { bound, towards: "up" }, options);
}

/** A number is at least so much; apart from that like {@link alwaysAtMost}. */
export function alwaysAtLeast<View>(
  name: string,
  value: (world: World<View>) => number | undefined,
  bound: number,
  options: AssertionOptions<View> = {},
): Invariant<View> {
  return bounded(name, value, { bound, towards: "down" }, options);
}

/** Where the bound is, and from which side values come near it. */
export type Limit = Pick<Best, "bound" | "towards">;

/** The value, if it is nearer to the limit or farther beyond than the best so far, or that. */
export function betterOf(best: Best | undefined, value: number, limit: Limit): Best {
  assert(Number.isFinite(value), "expected a finite number to judge, got", value);
  if (best !== undefined && (limit.towards === "up" ? value <= best.value : value >= best.value))
    return best;
  return { value, ...limit, unit: "number" };
}

function judgedThroughout<View>(
  name: string,
  kind: "always" | "never",
  options: AssertionOptions<View>,
  judge: (world: World<View>) => string | undefined,
): Invariant<View> {
  return throughout(
    { name, kind, options, state: { isSeen: false } },
    {
      judge: (world, state) => {
        state.isSeen = true;
        return judge(world);
      },
      evidence: ({ isSeen }) => ({ isSeen, best: undefined }),
    },
  );
}

function bounded<View>(
  name: string,
  value: (world: World<View>) => number | undefined,
  limit: Limit,
  options: AssertionOptions<View>,
): Invariant<View> {
  const wanted = limit.towards === "up" ? "at most" : "at least";
  return throughout(
    { name, kind: "always", options, state: { best: undefined as Best | undefined } },
    {
      judge: (world, state) => {
        const now = value(world);
        if (now === undefined) return undefined;
        state.best = betterOf(state.best, now, limit);
        // What breaks it is the farthest of all, so it is the best.
        const isBroken = distanceOf(state.best) < 0;
        return isBroken ? `is ${now}, expected ${wanted} ${limit.bound},` : undefined;
      },
      evidence: ({ best }) => ({ isSeen: best !== undefined, best }),
    },
  );
}
