// A history as it comes in: what a streaming check says of it, and what trying all orders says.

import type { Call } from "../../src/invariants/call.ts";
import {
  StreamingChecker,
  type StreamingState,
} from "../../src/invariants/linearizability/streaming.ts";
import type { Model } from "../../src/invariants/model.ts";
import { isLinearizableByBruteForce } from "./brute-force.ts";

/** An event of a history: a call is invoked, or returns. */
export interface Streamed {
  readonly kind: "invoke" | "return";
  readonly place: number;
  readonly call: Call;
}

/** The events in order. */
export function eventsOf(calls: readonly Call[]): readonly Streamed[] {
  const events = calls.flatMap((call): Streamed[] => {
    const invoke: Streamed = { kind: "invoke", place: call.invoked, call };
    const { returned } = call;
    return returned === undefined ? [invoke] : [invoke, { kind: "return", place: returned, call }];
  });
  return events.sort((a, b) => a.place - b.place);
}

/**
 * The place of the first return that the checker complains about; undefined: there is none. It is
 * forked before each event: what one checker has seen tells another all.
 */
export function failsAt<State, Operation>(
  calls: readonly Call[],
  model: Model<State, Operation>,
  isForked = false,
): number | undefined {
  let checker = new StreamingChecker(model);
  for (const { kind, place, call } of eventsOf(calls)) {
    if (isForked) checker = forkOf(checker, model);
    if (kind === "invoke") checker.invoke(call);
    else if (checker.return(call) !== undefined) return place;
  }
  return undefined;
}

/** The place of the first return up to which no order explains the history. */
export function failsAtByBruteForce<State, Operation>(
  calls: readonly Call[],
  model: Model<State, Operation>,
): number | undefined {
  const returns = eventsOf(calls).filter(({ kind }) => kind === "return");
  return returns.find(({ place }) => !isLinearizableByBruteForce(until(calls, place), model))
    ?.place;
}

function forkOf<State, Operation>(
  checker: StreamingChecker<State, Operation>,
  model: Model<State, Operation>,
): StreamingChecker<State, Operation> {
  const fork = new StreamingChecker(model);
  const copy: StreamingState<State, Operation> = structuredClone(checker.state);
  fork.state = copy;
  return fork;
}

/** The history up to a place, in which later answers are not known yet. */
function until(calls: readonly Call[], place: number): readonly Call[] {
  const invoked = calls.filter((call) => call.invoked < place);
  return invoked.map((call): Call => {
    if (call.returned !== undefined && call.returned <= place) return call;
    return { ...call, outcome: "info", result: undefined, returned: undefined };
  });
}
