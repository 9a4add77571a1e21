import type { Call } from "../invariants/call.ts";
import type { Plain } from "../sim/env.ts";

/**
 * Calls as JSON lines, which {@link HistoryReader} reads again: an object for each invocation and
 * each return, in their order. A call that is open at the end has no return. Bytes are written
 * `{"hex":"00ff"}`, sets as lists, maps as lists of pairs, and an `undefined` within a value as
 * null: these are read again as what they are written as.
 */
export function* historyLines(calls: readonly Call[]): Generator<string> {
  const events = calls.flatMap((call) => {
    const { returned } = call;
    const invoke = { place: call.invoked, isInvoke: true, call };
    return returned === undefined ? [invoke] : [invoke, { place: returned, isInvoke: false, call }];
  });
  events.sort((a, b) => a.place - b.place);
  for (const { isInvoke, call } of events) yield lineOf(call, isInvoke);
}

function lineOf(call: Call, isInvoke: boolean): string {
  const { client, f, key, order, outcome } = call;
  const said = isInvoke
    ? { value: json(call.value) ?? null, time: call.invokedAt }
    : outcome === "ok"
      ? { value: json(call.result) ?? null, time: call.returnedAt, order }
      : { error: json(call.result), time: call.returnedAt, order };
  const type = isInvoke ? "invoke" : outcome;
  const { time, ...rest } = said;
  return JSON.stringify({ process: client, type, f, key, ...rest, time });
}

/** The value as JSON has it. */
function json(value: Plain): unknown {
  if (value instanceof Uint8Array) return { hex: Buffer.from(value).toString("hex") };
  if (value instanceof Map) return [...value].map(([key, item]) => [json(key), json(item)]);
  if (value instanceof Set) return [...value].map(json);
  if (Array.isArray(value)) return value.map((item) => json(item) ?? null);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, json(item)]));
}
