import type { Call } from "../../src/invariants/call.ts";
import { type Model, REFUSED } from "../../src/invariants/model.ts";

/**
 * Whether a history is linearizable, by trying every order of every subset of the calls that holds
 * all that were answered. Nothing clever: no parts, no memory. For up to ten calls or so.
 */
export function isLinearizableByBruteForce<State, Operation>(
  calls: readonly Call[],
  model: Model<State, Operation>,
  isBefore: (one: Call, other: Call) => boolean = precedes,
): boolean {
  const judged = calls.flatMap((call) => {
    const operation = model.read(call);
    return operation === undefined ? [] : [{ call, operation }];
  });
  // One state for each part: a model is of one part only.
  const tries = (left: readonly (typeof judged)[number][], states: Map<string, State>): boolean => {
    if (left.every(({ call }) => call.outcome === "info")) return true;
    return left.some((chosen) => {
      const rest = left.filter((other) => other !== chosen);
      if (left.some((other) => isBefore(other.call, chosen.call))) return false;
      const part = model.partition?.(chosen.call) ?? "";
      const state = states.has(part) ? (states.get(part) as State) : model.init;
      const next = model.step(state, chosen.operation);
      return next !== REFUSED && tries(rest, new Map([...states, [part, next]]));
    });
  };
  return tries(judged, new Map());
}

/** Whether one call returned before the other was invoked. */
function precedes(one: Call, other: Call): boolean {
  return one.outcome !== "info" && one.returned! < other.invoked;
}

/** The same for sequential consistency: the order of each client's own calls counts, no other. */
export function isSequentialByBruteForce<State, Operation>(
  calls: readonly Call[],
  model: Model<State, Operation>,
): boolean {
  return isLinearizableByBruteForce(
    calls,
    model,
    (one, other) =>
      one.outcome !== "info" && one.client === other.client && one.invoked < other.invoked,
  );
}
