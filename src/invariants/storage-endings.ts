// How operations of a workload end, where their author knows it beforehand.

import type { Plain } from "../sim/env.ts";
import type { HistoryEntry } from "../sim/history.ts";
import type { Invariant, Verdict, World } from "../sim/invariant.ts";
import { formatTime, type Micros } from "../sim/time.ts";

/** How an operation is to end. */
export interface Ending {
  readonly outcome: "ok" | "fail" | "info";
  /** Its result; of records the fields that are given, of lists every item. */
  readonly result?: Plain;
  /** From its invocation, both included. */
  readonly within: Micros;
  /** Not sooner than that after its invocation. Default: 0. */
  readonly notWithin?: Micros;
}

const NEVER: Micros = Number.MAX_SAFE_INTEGER;

/** Every operation that is named here by its id, and is invoked, ends as it should, in time. */
export function operationsEndAs(
  name: string,
  endings: Readonly<Record<string, Ending>>,
): Invariant {
  const made = {
    name,
    supposes: ["servers", "operations", "faults", "conditions"] as const,
    /** How much of the history is done with; by id, when those under way are due. */
    state: { invoked: 0, returned: 0, due: new Map<string, Micros>(), dueFirst: NEVER },
    onStep: ({ history: { invoked, returned } }: World) => {
      const { state } = made;
      for (; state.invoked < invoked.length; state.invoked++) {
        const { id, invokedAt } = invoked[state.invoked]!;
        const ending = endings[id];
        if (ending !== undefined) state.due.set(id, invokedAt + ending.within);
      }
      for (; state.returned < returned.length; state.returned++) {
        const entry = returned[state.returned]!;
        const ending = endings[entry.id];
        if (ending === undefined) continue;
        state.due.delete(entry.id);
        const wrong = wrongWith(entry, ending);
        if (wrong !== undefined) return `${entry.id}: ${wrong}`;
      }
      state.dueFirst = [...state.due.values()].reduce((first, at) => Math.min(first, at), NEVER);
      return undefined;
    },
    onIdle: (_world: World, until: Micros): Verdict => {
      if (until <= made.state.dueFirst) return undefined;
      for (const [id, at] of made.state.due) {
        if (until <= at) continue;
        const message = `${id}: has not ended within ${formatTime(endings[id]!.within)}`;
        return [{ invariant: name, message, at }];
      }
      return undefined;
    },
    idleDue: () => made.state.dueFirst,
  };
  return made;
}

function wrongWith(
  { outcome, result, invokedAt, returnedAt }: HistoryEntry,
  { outcome: meant, result: expected, within, notWithin = 0 }: Ending,
): string | undefined {
  const took = returnedAt! - invokedAt;
  const isSame = outcome === meant && (expected === undefined || includes(result, expected));
  if (!isSame) {
    const got = `${outcome} ${JSON.stringify(result)}`;
    return `expected ${meant} ${JSON.stringify(expected)}, got ${got}`;
  }
  if (took > within) return `took ${formatTime(took)}, at most ${formatTime(within)} is allowed`;
  if (took >= notWithin) return undefined;
  return `took ${formatTime(took)}, at least ${formatTime(notWithin)} was expected`;
}

/** Whether what was expected is there; there may be more fields. */
function includes(actual: Plain, expected: Plain): boolean {
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((item, i) => includes(actual[i], item))
    );
  }
  if (!isRecord(expected)) return actual === expected;
  return (
    isRecord(actual) &&
    Object.entries(expected).every(([field, value]) => includes(actual[field], value))
  );
}

function isRecord(value: Plain): value is { readonly [field: string]: Plain } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A gauge has that value at the end. */
export function gaugeEndsAt(name: string, gauge: string, value: number): Invariant {
  return {
    name,
    supposes: ["servers", "operations", "faults", "conditions"],
    onEnd: ({ metrics }) => {
      const actual = metrics.state.gauges.get(gauge);
      if (actual === value) return undefined;
      return `${gauge} is ${actual ?? "not measured"}, expected ${value}`;
    },
  };
}
