// What the answers of a key tell of its values before any search.

import { type Prepared, REFUSED } from "../model.ts";
import { appendPlaces } from "./append-places.ts";
import { type KeyValueOperation, type KeyValueState, UNSEEN } from "./key-value-operation.ts";

type Step = Prepared<KeyValueState, KeyValueOperation>["step"];

/**
 * The steps of one key with three things known from all answers. Texts with which no answer begins
 * are one state, `UNSEEN`: all that can be told of them is that they are none of the answers. If
 * nothing but append changes the key, its value only grows, so it must not leave the path to the
 * longest answer before it is there. And where each append of a text must have happened on one of
 * a few values, it may happen there only; see {@link appendPlaces}.
 */
export function lookAhead(
  operations: readonly KeyValueOperation[],
  step: Step,
): Prepared<KeyValueState, KeyValueOperation> {
  const merge = merging(operations);
  const longest = longestAnswer(operations);
  const places = appendPlaces(operations);
  const append = (state: KeyValueState, text: string): KeyValueState | typeof REFUSED => {
    const placesOf = places.get(text);
    if (state === UNSEEN) return placesOf === undefined ? state : REFUSED;
    if (typeof state !== "string" || placesOf?.has(state) === false) return REFUSED;
    const next = state + text;
    const isOnPath = longest.startsWith(next) || state.length >= longest.length;
    return isOnPath ? merge(next) : REFUSED;
  };
  return {
    init: "",
    step: (state, operation) => {
      if (operation.kind === "append") return append(state, operation.value);
      if (operation.kind === "write") return merge(operation.value);
      if (state !== UNSEEN) return merge(step(state, operation));
      // A text that is unseen is no answer, and no expected value.
      return operation.kind === "refused-cas" ? state : REFUSED;
    },
  };
}

/** What makes one state of all texts with which no answer and no expected value begins. */
function merging(operations: readonly KeyValueOperation[]) {
  const answers = new Set<string>();
  for (const operation of operations) {
    const answer = answerOf(operation);
    if (typeof answer === "string") answers.add(answer);
  }
  const sorted = [...answers].sort();
  return <State>(state: State): State | typeof UNSEEN => {
    if (typeof state !== "string") return state;
    // The first that is not before it begins with it, if any does.
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]! < state) low = middle + 1;
      else high = middle;
    }
    return sorted[low]?.startsWith(state) === true ? state : UNSEEN;
  };
}

function answerOf(operation: KeyValueOperation): unknown {
  switch (operation.kind) {
    case "read":
      return operation.value;
    case "cas":
    case "refused-cas":
      return operation.expected;
    default:
      return undefined;
  }
}

/** The longest text that was read, if the value only grows; otherwise the empty text. */
function longestAnswer(operations: readonly KeyValueOperation[]): string {
  let longest = "";
  for (const { kind, ...said } of operations) {
    if (kind === "write" || kind === "cas") return "";
    if (kind !== "read" || !("value" in said) || typeof said.value !== "string") continue;
    if (said.value.length > longest.length) longest = said.value;
  }
  return longest;
}
