import type { Call } from "../call.ts";
import { type Model, REFUSED } from "../model.ts";
import { isNothing, malformed, operationOf, wholeNumber } from "./values.ts";

/** What a counter was asked, with the answer; `after` is undefined if none was given. */
export type CounterOperation =
  | { readonly kind: "read"; readonly value: number }
  | { readonly kind: "add"; readonly by: number; readonly after: number | undefined };

/**
 * One counter for each key, at first 0: `increment` and `decrement` count by 1, `add` by its value,
 * a whole number. Each may answer nothing, or what the counter then is; `read` answers what it is.
 */
export const counterModel: Model<number, CounterOperation> = {
  name: "counter",
  init: 0,
  read: (call) => {
    const f = operationOf(call.f, ["increment", "decrement", "add", "read"]);
    const { outcome, result } = call;
    if (f === "read") {
      return outcome === "ok" ? { kind: f, value: wholeNumber("result", result) } : undefined;
    }
    const by = f === "add" ? wholeNumber("value", call.value) : unit(f, call);
    if (outcome === "fail") return undefined;
    const isAnswered = outcome === "ok" && !isNothing(result);
    return { kind: "add", by, after: isAnswered ? wholeNumber("result", result) : undefined };
  },
  step: (state, operation) => {
    if (operation.kind === "read") return state === operation.value ? state : REFUSED;
    const after = state + operation.by;
    return operation.after === undefined || operation.after === after ? after : REFUSED;
  },
  partition: ({ key }) => key ?? "",
  isObserver: (operation) => operation.kind === "read" || operation.by === 0,
  describe: { state: String },
};

function unit(f: "increment" | "decrement", { value }: Call): number {
  // Some histories have the 1 written out; another number would be a mistake for `add`.
  if (isNothing(value) || value === 1) return f === "increment" ? 1 : -1;
  throw malformed("value", "nothing or 1", value);
}
