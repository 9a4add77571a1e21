// What an orchestrator's clients are told, operation by operation.

import type { Plain } from "../sim/env.ts";
import type { HistoryEntry } from "../sim/history.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import type { Micros } from "../sim/time.ts";
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

/**
 * Local reads of the list from a time on are answered, at least so many of them, and are all the
 * same. Measures how many things they show, as `listed`.
 */
export function localListsAgree(name: string, from: Micros, atLeast: number): Invariant {
  return {
    name,
    supposes: ["servers", "operations", "faults", "conditions"],
    onEnd: ({ history, metrics }: World) => {
      const lists: string[][] = [];
      for (const { operation, invokedAt, outcome, result } of history.returned) {
        const { op, isLocal } = operation as { readonly op: string; readonly isLocal: boolean };
        if (op !== "list" || !isLocal || invokedAt < from || outcome !== "ok") continue;
        // What a client shows of a local read.
        lists.push(Object.keys((result as { readonly value: object }).value));
      }
      if (lists.length < atLeast) return `${lists.length} lists are read, not ${atLeast}`;
      metrics.gauge("listed", lists[0]!.length);
      const first = lists[0]!.join(" ");
      const other = lists.find((list) => list.join(" ") !== first);
      return other && `a list has ${other.length} names, another one other ${lists[0]!.length}`;
    },
  };
}
