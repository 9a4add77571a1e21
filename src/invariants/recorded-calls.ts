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
  const calls: Call[] = [];
  // One literal and no spreading: this is most of what a judgement at the end of a run costs.
  for (const entry of history.invoked) {
    const said = words(entry);
    if (said === undefined) continue;
    calls.push({
      client: entry.client,
      f: said.f,
      key: said.key,
      value: said.value,
      outcome: entry.outcome === "open" ? "info" : entry.outcome,
      result: said.result,
      invoked: entry.invoked,
      returned: entry.returned,
      invokedAt: entry.invokedAt,
      returnedAt: entry.returnedAt,
      order: said.order,
    });
  }
  return calls;
}
