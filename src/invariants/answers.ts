// What an orchestrator's clients are told, operation by operation.

import type { Plain } from "../sim/env.ts";
import type { HistoryEntry } from "../sim/history.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { errorOf } from "./orchestrator-history.ts";

/**
 * Every operation that is judged, and whose outcome is known, was answered with one of some errors,
 * each with a reason; "none" stands for an answer without one. `expected` gives them by operation;
 * undefined: anything will do. Measures `answers, <error>`.
 */
export function answersAre(
  name: string,
  expected: (operation: Plain, id: string) => readonly string[] | undefined,
): Invariant {
  return {
    name,
    onEnd: ({ history, metrics }: World) => {
      for (const entry of history.returned) {
        const errors = expected(entry.operation, entry.id);
        if (errors === undefined || entry.outcome === "info") continue;
        const error = errorOf(entry) ?? "none";
        metrics.count(`answers, ${error}`);
        if (!errors.includes(error)) {
          return `${entry.id} is answered with ${error}, expected ${errors.join(" or ")}`;
        }
        if (error !== "none" && reasonOf(entry) === "") return `${entry.id} is told no reason`;
      }
      return undefined;
    },
  };
}

function reasonOf({ result }: HistoryEntry): string {
  // An error of the orchestrator.
  return (result as { readonly reason?: string }).reason ?? "";
}
