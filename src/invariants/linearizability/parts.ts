import { UsageError } from "../../sim/assert.ts";
import type { Call } from "../call.ts";
import type { Model } from "../model.ts";

/** Calls that are judged together, in order of invocation. */
export interface Part<Operation> {
  /** What `partition` says; "" without one. */
  readonly name: string;
  readonly calls: Call[];
  /** What the model understands of each call. */
  readonly operations: Operation[];
  /**
   * Their invocations and returns in order of time: the place of a call in `calls`, or its bitwise
   * complement when it returns. A call with `info` has no return here: nothing comes after it.
   */
  readonly events: number[];
}

/**
 * Splits calls into parts, in order of appearance; a part that nothing is judged of is left out.
 * Throws a UsageError when the calls cannot be a history.
 */
export function partsOf<State, Operation>(
  calls: readonly Call[],
  model: Model<State, Operation>,
): Part<Operation>[] {
  const parts = new Map<string, Part<Operation>>();
  const partOf: (Part<Operation> | undefined)[] = new Array(calls.length);
  const localOf = new Int32Array(calls.length);
  for (const event of eventsOf(calls)) {
    if (event < 0) {
      // The model may have left the call out; nothing comes after one without an answer.
      if (calls[~event]!.outcome === "info") continue;
      partOf[~event]?.events.push(~localOf[~event]!);
      continue;
    }
    const call = calls[event]!;
    const operation = model.read(call);
    if (operation === undefined) continue;
    const part = partNamed(parts, model.partition?.(call) ?? "");
    partOf[event] = part;
    localOf[event] = part.calls.length;
    part.events.push(part.calls.length);
    part.calls.push(call);
    part.operations.push(operation);
  }
  return [...parts.values()];
}

function partNamed<Operation>(parts: Map<string, Part<Operation>>, name: string): Part<Operation> {
  const found = parts.get(name);
  if (found !== undefined) return found;
  const made: Part<Operation> = { name, calls: [], operations: [], events: [] };
  parts.set(name, made);
  return made;
}

/**
 * All invocations and returns in order of time, as in `events` of a part, with the returns of
 * `info`. Refuses what no history can hold.
 */
function eventsOf(calls: readonly Call[]): Int32Array {
  const places = new Float64Array(2 * calls.length);
  const events = new Int32Array(2 * calls.length);
  let count = 0;
  for (let i = 0; i < calls.length; i++) {
    const call = calls[i]!;
    checkTimes(call, i);
    places[count] = call.invoked;
    events[count++] = i;
    if (call.returned === undefined) continue;
    places[count] = call.returned;
    events[count++] = ~i;
  }
  const sorted = inOrderOf(events.subarray(0, count), places);
  checkClients(calls, sorted);
  return sorted;
}

/** The events by their places, which are whole numbers. */
function inOrderOf(events: Int32Array, places: Float64Array): Int32Array {
  const { length } = events;
  let last = 0;
  for (let i = 0; i < length; i++) last = Math.max(last, places[i]!);
  // Line numbers and places in a history leave few gaps: each event falls where it belongs.
  const fallen = last <= 16 * length + 1024 ? fallInPlace(events, places, last) : undefined;
  if (fallen !== undefined) return fallen;
  const order = Array.from({ length }, (_, i) => i).sort((a, b) => places[a]! - places[b]!);
  return checkDistinct(order, events, places);
}

/** Undefined if two have the same place. */
function fallInPlace(
  events: Int32Array,
  places: Float64Array,
  last: number,
): Int32Array | undefined {
  const at = new Int32Array(last + 1);
  for (let i = 0; i < events.length; i++) {
    const place = places[i]!;
    if (at[place] !== 0) return undefined;
    at[place] = i + 1;
  }
  let count = 0;
  const sorted = new Int32Array(events.length);
  for (let place = 0; place <= last; place++) {
    if (at[place] !== 0) sorted[count++] = events[at[place]! - 1]!;
  }
  return sorted;
}

function checkTimes({ invoked, returned, outcome }: Call, i: number): void {
  if (!Number.isSafeInteger(invoked) || invoked < 0) {
    throw new UsageError(`calls[${i}].invoked: expected a whole number, got ${invoked}`);
  }
  if (returned === undefined) {
    if (outcome === "info") return;
    throw new UsageError(`calls[${i}].returned: expected a whole number, got nothing`);
  }
  if (Number.isSafeInteger(returned) && returned > invoked) return;
  const expected = `expected a whole number after the invocation at ${invoked}`;
  throw new UsageError(`calls[${i}].returned: ${expected}, got ${returned}`);
}

/** The events in this order, if no two have the same place. */
function checkDistinct(
  order: readonly number[],
  events: Int32Array,
  places: Float64Array,
): Int32Array {
  for (let k = 1; k < order.length; k++) {
    const [one, other] = [order[k - 1]!, order[k]!];
    if (places[one] !== places[other]) continue;
    const i = Math.max(callOf(events[one]!), callOf(events[other]!));
    const expected = "expected a place of its own";
    throw new UsageError(`calls[${i}]: ${expected}, got ${places[one]} a second time`);
  }
  return Int32Array.from(order, (i) => events[i]!);
}

function callOf(event: number): number {
  return event >= 0 ? event : ~event;
}

/** A client asks again when its call before has returned, or nobody knows what became of it. */
function checkClients(calls: readonly Call[], sorted: Int32Array): void {
  const open = new Map<string, number>();
  for (const event of sorted) {
    const i = callOf(event);
    const { client, invoked } = calls[i]!;
    if (event < 0) {
      if (open.get(client) === i) open.delete(client);
      continue;
    }
    const before = open.get(client);
    if (before !== undefined && calls[before]!.outcome !== "info") {
      const expected = `expected no other call of ${JSON.stringify(client)} to be open`;
      throw new UsageError(`calls[${i}]: ${expected}, got calls[${before}] at ${invoked}`);
    }
    open.set(client, i);
  }
}
