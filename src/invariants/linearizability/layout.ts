import { Classes } from "./classes.ts";
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
  readonly times: Times;
}

/** By operation, where in `events` it was invoked and returned; without an answer, after all. */
export interface Times {
  readonly invoked: Int32Array;
  readonly returned: Int32Array;
}

/** Numbers the operations of a part. */
export function layOut<Operation>(
  { calls, operations, events }: Part<Operation>,
  observes: ((operation: Operation) => boolean) | undefined,
): Layout<Operation> {
  const count = calls.length;
  const isOptional = new Uint8Array(count);
  const isObserver = new Uint8Array(count);
  const classOf = new Int32Array(count);
  const classes = new Classes<Operation>();
  let required = count;
  for (let i = 0; i < count; i++) {
    classOf[i] = classes.numberOf(operations[i]!);
    if (observes?.(operations[i]!) === true) isObserver[i] = 1;
    if (calls[i]!.outcome !== "info") continue;
    isOptional[i] = 1;
    required--;
  }
  const times = timesOf(count, events);
  const earlierTwin = earlierTwins(classOf, classes.all.length, isOptional, times);
  const { all } = classes;
  return {
    ...{ count, required, isOptional, isObserver, classOf, classes: all },
    ...{ earlierTwin, events, times },
  };
}

/** Optional ones return after all, in order of invocation. */
function timesOf(count: number, events: readonly number[]): Times {
  const invoked = new Int32Array(count);
  const returned = new Int32Array(count);
  for (let i = 0; i < count; i++) returned[i] = events.length + i;
  for (let at = 0; at < events.length; at++) {
    const event = events[at]!;
    if (event >= 0) invoked[event] = at;
    else returned[~event] = at;
  }
  return { invoked, returned };
}

function earlierTwins(
  classOf: Int32Array,
  classCount: number,
  isOptional: Uint8Array,
  { invoked, returned }: Times,
): Int32Array {
  const count = classOf.length;
  // Of the same class: the one before each, the latest so far, the latest optional one so far.
  const before = new Int32Array(count);
  const latest = new Int32Array(classCount).fill(-1);
  const latestOptional = new Int32Array(classCount).fill(-1);
  const twins = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const of = classOf[i]!;
    let twin = isOptional[i] === 1 ? latestOptional[of]! : -1;
    let other = latest[of]!;
    for (let reach = 0; twin < 0 && other >= 0 && reach < REACH; reach++) {
      // One that returned before it was invoked comes before it anyway.
      if (returned[other]! > invoked[i]! && returned[other]! < returned[i]!) twin = other;
      other = before[other]!;
    }
    twins[i] = twin;
    before[i] = latest[of]!;
    latest[of] = i;
    if (isOptional[i] === 1) latestOptional[of] = i;
  }
  return twins;
}
