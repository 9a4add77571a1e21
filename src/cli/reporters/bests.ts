import { describeBest } from "../../campaign/report/assertions.ts";
import type { TallySummary } from "../../campaign/report/tally.ts";
import { type Best, distanceOf } from "../../sim/evidence.ts";

/** The head of the rows of {@link bestsOf}. */
export const BESTS_HEAD = ["nearest to its bound", "value", "seed", "scenario"] as const;

/** How near each assertion with a number came to its bound, the nearest first, in rows. */
export function bestsOf(
  summaries: readonly Pick<TallySummary, "scenario" | "assertions">[],
): readonly (readonly string[])[] {
  const found = summaries.flatMap(({ scenario, assertions }) =>
    assertions.flatMap(({ name, kind, best }) => {
      if (best === undefined) return [];
      const row = [`${kind} ${name}`, describeBest(best), best.seed, scenario];
      return [{ row, share: shareOf(best), isMet: kind === "sometimes" && distanceOf(best) <= 0 }];
    }),
  );
  // What is reached as it should be is of less interest than what may be next.
  return found
    .sort((a, b) => Number(a.isMet) - Number(b.isMet) || a.share - b.share)
    .map(({ row }) => row);
}

/** The distance as a share of the larger of value and bound. */
function shareOf(best: Best): number {
  const size = Math.max(Math.abs(best.value), Math.abs(best.bound));
  return size === 0 ? 0 : distanceOf(best) / size;
}
