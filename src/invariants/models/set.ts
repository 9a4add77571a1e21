import type { Plain } from "../../sim/env.ts";
import type { Call } from "../call.ts";
import { type Model, REFUSED } from "../model.ts";
import {
  areSame,
  contentOf,
  hashOf,
  isList,
  isNothing,
  malformed,
  operationOf,
  something,
} from "./values.ts";

/** The contents of a set's elements, in order of text. */
export interface SetState {
  readonly elements: readonly string[];
  /** Exclusive or of the elements' hashes. */
  readonly hash: number;
}

/** What a set was asked, with the answer: `isIn` is whether the element was in it before. */
export type SetOperation =
  | {
      readonly kind: "add" | "remove" | "contains";
      readonly element: string;
      readonly isIn: boolean | undefined;
    }
  | { readonly kind: "read"; readonly elements: readonly string[] };

/**
 * One set for each key, at first empty: `add` and `remove` have an element, and may answer nothing
 * or whether that changed the set; `contains` answers whether the element is in it; `read` answers
 * a list of all elements, in any order.
 */
export const setModel: Model<SetState, SetOperation> = {
  name: "set",
  init: { elements: [], hash: 0 },
  read: readCall,
  step: (state, operation) => {
    const { elements } = state;
    if (operation.kind === "read") return areSame(elements, operation.elements) ? state : REFUSED;
    const { kind, element, isIn } = operation;
    const place = placeOf(element, elements);
    const wasIn = elements[place] === element;
    if (isIn !== undefined && isIn !== wasIn) return REFUSED;
    if (kind === "contains" || wasIn === (kind === "add")) return state;
    const hash = state.hash ^ hashOf(element);
    if (wasIn) return { elements: elements.toSpliced(place, 1), hash };
    return { elements: elements.toSpliced(place, 0, element), hash };
  },
  partition: ({ key }) => key ?? "",
  equal: (a, b) => a.hash === b.hash && areSame(a.elements, b.elements),
  hash: ({ hash }) => hash,
  isObserver: ({ kind }) => kind === "contains" || kind === "read",
  describe: { state: ({ elements }) => `{${elements.join(", ")}}` },
};

function readCall(call: Call): SetOperation | undefined {
  const { outcome, result } = call;
  const kind = operationOf(call.f, ["add", "remove", "contains", "read"]);
  const isAnswered = outcome === "ok";
  if (kind === "read") {
    return isAnswered ? { kind, elements: elementsOf(result).map(contentOf).sort() } : undefined;
  }
  const element = something("value", "an element", call.value);
  if (outcome === "fail") return undefined;
  if (kind === "contains") {
    return isAnswered ? { kind, element, isIn: flag(result) } : undefined;
  }
  // An element that an `add` did not add was in the set already.
  const isIn = isAnswered && !isNothing(result) ? flag(result) === (kind === "remove") : undefined;
  return { kind, element, isIn };
}

function flag(result: Plain): boolean {
  if (typeof result === "boolean") return result;
  throw malformed("result", "true or false", result);
}

function elementsOf(result: Plain): readonly Plain[] {
  if (result instanceof Set) return [...result];
  if (isList(result)) return result;
  throw malformed("result", "a list of elements", result);
}

/** Where the element is or would be. O(log n). */
function placeOf(element: string, elements: readonly string[]): number {
  let [low, high] = [0, elements.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (elements[middle]! < element) low = middle + 1;
    else high = middle;
  }
  return low;
}
