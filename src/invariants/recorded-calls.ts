import type { History, HistoryEntry } from "../sim/history.ts";
import type { Call } from "./call.ts";

/** What a call is about: how a protocol's operation and answer read in a model's words. */
export type CallWords = Pick<Call, "f" | "key" | "value" | "result"> & Partial<Pick<Call, "order">>;

/**
 * The operations of a recorded history as calls, in order of invocation. `words` says each in the
 * words of a model; undefined leaves it out. What is open at the end may have happened or not.
 */
export function callsOf(
  history: Pick<History, "invoked">,
  words: (entry: HistoryEntry) => CallWords | undefined,
): Call[] {
  return history.invoked.flatMap((entry) => {
    const said = words(entry);
    if (said === undefined) return [];
    const { client, outcome, invoked, returned, invokedAt, returnedAt } = entry;
    const isOpen = outcome === "open";
    const times = { invoked, returned, invokedAt, returnedAt };
    return [{ order: undefined, ...said, ...times, client, outcome: isOpen ? "info" : outcome }];
  });
}
