// Phases of a demonstration, by the names of its operations.

import type { Invariant, World } from "../sim/invariant.ts";
import { formatTime, inMs, type Micros } from "../sim/time.ts";
import { WHOLE_PLAN } from "./phases.ts";

/**
 * Every operation is of a phase, which its id begins with, up to a colon. All that are named here
 * come, in this order; all of their operations succeed, each within some time since the phase's
 * first. Measures `<phase>, ms`: until the last of them has ended.
 */
export function phasesSucceed(name: string, phases: readonly string[], within: Micros): Invariant {
  return {
    name,
    supposes: WHOLE_PLAN,
    onEnd: ({ history, metrics }: World) => {
      const entries = [...history.returned, ...history.open()];
      let before = -1;
      for (const phase of phases) {
        const own = entries.filter(({ id }) => id.startsWith(`${phase}:`));
        const failed = own.find(({ outcome }) => outcome !== "ok");
        if (failed !== undefined) return `${failed.id} has ended with ${failed.outcome}`;
        const begun = Math.min(...own.map(({ invokedAt }) => invokedAt));
        if (own.length === 0) return `there was no ${phase}`;
        if (begun < before) return `${phase} begins before the one that it comes after has ended`;
        before = Math.max(...own.map(({ returnedAt = 0 }) => returnedAt));
        metrics.gauge(`${phase}, ms`, inMs(before - begun));
        if (before - begun > within) {
          return `${phase} takes ${formatTime(before - begun)}, expected ${formatTime(within)}`;
        }
      }
      return undefined;
    },
  };
}
