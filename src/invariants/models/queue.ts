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

/** The contents of a queue's elements, the front first. */
export interface QueueState {
  readonly elements: readonly string[];
  /** A polynomial in a fixed base with the elements' hashes as coefficients, modulo 2^32. */
  readonly hash: number;
}

/** What a queue was asked, with the answer. */
export type QueueOperation =
  | { readonly kind: "enqueue"; readonly element: string }
  /** `element` is undefined if the answer was that the queue is empty. */
  | { readonly kind: "dequeue" | "peek"; readonly element: string | undefined }
  /** The answer is not known. */
  | { readonly kind: "dequeue unseen" | "drain unseen" }
  | { readonly kind: "drain"; readonly elements: readonly string[] };

const EMPTY: QueueState = { elements: [], hash: 0 };

/**
 * First in, first out, one queue for each key: `enqueue` has an element, which is not null;
 * `dequeue` takes the front and answers it, `peek` answers it only; both answer null when the queue
 * is empty. `drain` takes all at once and answers the list, the front first: a client that dequeues
 * until nothing is left makes many calls, not this one. A dequeue that ended with `fail` is left
 * out; see {@link strictQueueModel}.
 */
export const queueModel = queueNamed("queue", { failIsEmpty: false });

/**
 * The same, but a dequeue or peek that ended with `fail` has answered that the queue is empty, as
 * Jepsen's clients of queues report it.
 */
export const strictQueueModel = queueNamed("queue-fail-is-empty", { failIsEmpty: true });

function queueNamed(
  name: string,
  options: { readonly failIsEmpty: boolean },
): Model<QueueState, QueueOperation> {
  return {
    name,
    init: EMPTY,
    read: (call) => readCall(call, options.failIsEmpty),
    step,
    partition: ({ key }) => key ?? "",
    equal: (a, b) => a.hash === b.hash && areSame(a.elements, b.elements),
    hash: ({ hash }) => hash,
    isObserver: (operation) => {
      const { kind } = operation;
      if (kind === "drain") return operation.elements.length === 0;
      return kind === "peek" || (kind === "dequeue" && operation.element === undefined);
    },
    describe: { state: ({ elements }) => `[${elements.join(", ")}]` },
  };
}

function readCall(call: Call, failIsEmpty: boolean): QueueOperation | undefined {
  const { outcome, result } = call;
  const kind = operationOf(call.f, ["enqueue", "dequeue", "peek", "drain"]);
  if (kind === "enqueue") {
    const element = something("value", "an element", call.value);
    return outcome === "fail" ? undefined : { kind, element };
  }
  if (outcome === "info") {
    return kind === "peek" ? undefined : { kind: `${kind} unseen` };
  }
  if (kind === "drain") {
    if (outcome === "fail") return undefined;
    if (!isList(result)) throw malformed("result", "a list of elements", result);
    return { kind, elements: result.map(contentOf) };
  }
  if (outcome === "fail") return failIsEmpty ? { kind, element: undefined } : undefined;
  return { kind, element: isNothing(result) ? undefined : contentOf(result) };
}

function step(state: QueueState, operation: QueueOperation): QueueState | typeof REFUSED {
  const { elements, hash } = state;
  switch (operation.kind) {
    case "enqueue": {
      const { element } = operation;
      return {
        elements: [...elements, element],
        hash: (Math.imul(hash, BASE) + hashOf(element)) | 0,
      };
    }
    case "peek":
      return elements[0] === operation.element ? state : REFUSED;
    case "dequeue":
      return elements[0] === operation.element ? withoutFront(state) : REFUSED;
    case "dequeue unseen":
      return withoutFront(state);
    case "drain":
      return areSame(elements, operation.elements) ? EMPTY : REFUSED;
    case "drain unseen":
      return EMPTY;
  }
}

/** Odd, so that no power of it is 0 modulo 2^32. */
const BASE = 0x01000193;

function withoutFront(state: QueueState): QueueState {
  const [front, ...elements] = state.elements;
  if (front === undefined) return state;
  const weight = powerOf(BASE, elements.length);
  return { elements, hash: (state.hash - Math.imul(hashOf(front), weight)) | 0 };
}

/** Modulo 2^32. O(log exponent). */
function powerOf(base: number, exponent: number): number {
  let power = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest >>>= 1) {
    if (rest % 2 === 1) power = Math.imul(power, square);
    square = Math.imul(square, square);
  }
  return power;
}
