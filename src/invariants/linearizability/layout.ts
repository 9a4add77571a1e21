import { contentOf } from "./content.ts";
import type { Part } from "./parts.ts";

/** So many operations of the same class are looked at for one that has to come first. */
const REACH = 16;

/** A part as a search sees it: operations are numbers, in order of invocation. */
export interface Layout<Operation> {
  readonly count: number;
  /** How many must be placed: those that were answered. */
  readonly required: number;
  /** 1 for those that may be left out: their answer never came. */
  readonly isOptional: Uint8Array;
  readonly isObserver: Uint8Array;
  /** Which operations are the same but for their times, and one of each such class. */
  readonly classOf: Int32Array;
  readonly classes: readonly Operation[];
  /**
   * An operation of the same class that was invoked before and must return before, or -1: whatever
   * order begins with the later one of both, an order with both exchanged is as good.
   */
  readonly earlierTwin: Int32Array;
  readonly events: readonly number[];
}

/** Numbers the operations of a part. */
export function layOut<Operation>(
  { calls, operations, events }: Part<Operation>,
  isObserver: ((operation: Operation) => boolean) | undefined,
): Layout<Operation> {
  const count = calls.length;
  const isOptional = Uint8Array.from(calls, ({ outcome }) => (outcome === "info" ? 1 : 0));
  const { classOf, classes } = classesOf(operations);
  const observes = Uint8Array.from(classes, (operation) => (isObserver?.(operation) ? 1 : 0));
  return {
    count,
    required: isOptional.reduce((sum, flag) => sum - flag, count),
    isOptional,
    isObserver: Uint8Array.from(classOf, (of) => observes[of]!),
    classOf,
    classes,
    earlierTwin: earlierTwins(classOf, events, isOptional),
    events,
  };
}

function classesOf<Operation>(operations: readonly Operation[]): {
  classOf: Int32Array;
  classes: Operation[];
} {
  const numbers = new Map<string, number>();
  const classes: Operation[] = [];
  const classOf = new Int32Array(operations.length);
  for (let i = 0; i < operations.length; i++) {
    const content = contentOf(operations[i], false);
    let known = numbers.get(content);
    if (known === undefined) {
      known = classes.push(operations[i]!) - 1;
      numbers.set(content, known);
    }
    classOf[i] = known;
  }
  return { classOf, classes };
}

function earlierTwins(
  classOf: Int32Array,
  events: readonly number[],
  isOptional: Uint8Array,
): Int32Array {
  const count = classOf.length;
  const called = new Int32Array(count);
  // Optional ones return after all, in order of invocation.
  const returned = Int32Array.from(classOf, (_, i) => events.length + i);
  for (let at = 0; at < events.length; at++) {
    const event = events[at]!;
    if (event >= 0) called[event] = at;
    else returned[~event] = at;
  }
  const before = new Int32Array(count).fill(-1);
  const latest = new Int32Array(count).fill(-1);
  const latestOptional = new Int32Array(count).fill(-1);
  const twins = new Int32Array(count).fill(-1);
  for (let i = 0; i < count; i++) {
    const of = classOf[i]!;
    let twin = isOptional[i] === 1 ? latestOptional[of]! : -1;
    let other = latest[of]!;
    for (let reach = 0; twin < 0 && other >= 0 && reach < REACH; reach++) {
      const isOpen = returned[other]! > called[i]! && returned[other]! < returned[i]!;
      if (isOpen) twin = other;
      other = before[other]!;
    }
    twins[i] = twin;
    before[i] = latest[of]!;
    latest[of] = i;
    if (isOptional[i] === 1) latestOptional[of] = i;
  }
  return twins;
}
