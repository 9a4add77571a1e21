import type { Call } from "../call.ts";
import type { Model } from "../model.ts";
import { Needs } from "./needs.ts";
import { knownPattern, type Pattern } from "./patterns.ts";
import { Shrinker, type Smallest } from "./shrinker.ts";

/** Judges some calls of a part, in order of invocation; undefined when it cannot tell. */
export type IsIllegal = (calls: readonly Call[]) => boolean | undefined;

/** How to make an illegal history smaller. */
export interface SmallestOptions<State, Operation> {
  readonly model: Model<State, Operation>;
  /** The known anomaly that makes it illegal, if one does. */
  readonly pattern: Pattern | undefined;
  /** The call before whose end the contradiction shows, if that is known; saves time. */
  readonly stuck: number | undefined;
  /** How many calls are judged in all, each as often as it is judged. Default: 100,000. */
  readonly budget?: number;
}

/**
 * Leaves calls out of an illegal history while the rest stays illegal, and so for the same reason:
 * first all of a client, then halves and smaller pieces (Zeller and Hildebrandt 2002: ddmin), then
 * one by one until none can be left out. Deterministic; keeps the best when the budget is used up.
 *
 * To stay illegal is not enough: without the write that a stale read saw, the read is one of a
 * value that nobody wrote, and misleads. What may be left out:
 * - where a known anomaly was found: what leaves the same anomaly, of the same calls, to be found;
 * - else, of a register or a store: a read, a refused cas; a write or an append, but none that a
 *   call which stays can have seen, nor the last such when all were overwritten for certain;
 * - else a call that changes nothing; and one that changes something if the rest is illegal even
 *   when that may have happened at any time after its invocation, or never, with any answer.
 * Each of these keeps to the reason: whatever order explained the whole would, without the calls
 * that were left out, explain the rest.
 */
export function smallestIllegal<State, Operation>(
  calls: readonly Call[],
  isIllegal: IsIllegal,
  { model, pattern, stuck, budget = 100_000 }: SmallestOptions<State, Operation>,
): Smallest {
  const pick = (kept: readonly number[]): Call[] => kept.map((call) => calls[call]!);
  const shrinker = new Shrinker(calls, budget);
  if (pattern !== undefined) {
    return shrinker.shrink(startsWith(pattern, calls, model), (kept) =>
      isSame(pattern, kept, knownPattern(pick(kept), model)),
    );
  }
  const needs = Needs.of(calls, model.name);
  if (needs !== undefined) {
    return shrinker.shrink(
      windows(calls, stuck, (start) => needs.closed(start)),
      (kept) => isIllegal(pick(kept)),
      (kept, dropped) => needs.without(kept, dropped),
    );
  }
  const isObserver = calls.map((call) => isObservation(model, call));
  const all = windows(calls, stuck, (start) => start);
  return shrinker.shrink(all, (kept) => isIllegal(weakened(calls, kept, isObserver)));
}

/** What an anomaly may show of: its calls; those with all that they need; and all before. */
function* startsWith(
  { calls: named }: Pattern,
  calls: readonly Call[],
  { name }: Pick<Model, "name">,
): Generator<readonly number[]> {
  yield named;
  const closed = Needs.of(calls, name)?.closed(named);
  if (closed !== undefined) yield closed;
  yield earlier(calls, named);
}

/** Whether the same anomaly was found again. How it is called may depend on reads left out. */
function isSame(pattern: Pattern, kept: readonly number[], found: Pattern | undefined): boolean {
  if (found === undefined || reasonOf(found) !== reasonOf(pattern)) return false;
  const { calls } = found;
  return (
    calls.length === pattern.calls.length &&
    calls.every((call, i) => kept[call] === pattern.calls[i])
  );
}

function reasonOf({ name }: Pattern): string {
  return name === "lost write" ? "stale read" : name;
}

/** Everything invoked before the last of some calls ended. */
function earlier(calls: readonly Call[], named: readonly number[]): number[] {
  const end = Math.max(...named.map((call) => calls[call]!.returned ?? Number.POSITIVE_INFINITY));
  return [...calls.keys()].filter((call) => calls[call]!.invoked < end);
}

/** The last calls before the one that is stuck ended, with what they need: few, then more. */
function* windows(
  calls: readonly Call[],
  stuck: number | undefined,
  closed: (start: readonly number[]) => readonly number[],
): Generator<readonly number[]> {
  if (stuck === undefined) return;
  const before = earlier(calls, [stuck]);
  for (let size = 8; size <= 512; size *= 4) yield closed(before.slice(-size));
  if (before.length <= 4096) yield closed(before);
}

/** Some of the calls, and of the rest those that may help, as if nobody knew what they did. */
function weakened(
  calls: readonly Call[],
  kept: readonly number[],
  isObserver: readonly boolean[],
): Call[] {
  const isKept = new Set(kept);
  let end = Number.NEGATIVE_INFINITY;
  for (const call of kept) {
    const { outcome, returned } = calls[call]!;
    if (outcome !== "info" && returned !== undefined) end = Math.max(end, returned);
  }
  return calls.flatMap((call, i): Call[] => {
    if (isKept.has(i)) return [call];
    // What was invoked after all that is kept had ended comes after that in every order.
    if (isObserver[i] || call.invoked > end) return [];
    const nothing = { result: undefined, returned: undefined, returnedAt: undefined };
    return [{ ...call, ...nothing, outcome: "info" }];
  });
}

function isObservation<State, Operation>(
  { read, isObserver }: Model<State, Operation>,
  call: Call,
): boolean {
  const operation = read(call);
  return operation === undefined || isObserver?.(operation) === true;
}
