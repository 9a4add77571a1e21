import type { World } from "../invariant.ts";

/** That a node emits an event just now: `leadsTo("SERVED", emits("asked"), emits("told"), …)`. */
export function emits(event: string): (world: World) => boolean {
  return ({ emitted }) => emitted.length > 0 && emitted.some((one) => one.event === event);
}
