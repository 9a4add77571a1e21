import type { Call } from "../../src/invariants/call.ts";

type MicroOperation = readonly [string, string, number | null | readonly number[]];

/**
 * Whether some order of the committed transactions, with any of those of unknown outcome, explains
 * all reads: every order is tried. With `realTime` only those in which no transaction comes after
 * one that was invoked when it had returned.
 */
export function isSerializable(calls: readonly Call[], realTime: boolean): boolean {
  const there = calls.filter(({ outcome }) => outcome !== "fail");
  const isFirst = (call: Call, left: readonly Call[]): boolean => {
    return !realTime || !left.some((other) => isOver(other, call));
  };
  const search = (left: readonly Call[], store: ReadonlyMap<string, unknown>): boolean => {
    if (left.every(({ outcome }) => outcome === "info")) return true;
    return left.some((call) => {
      if (!isFirst(call, left)) return false;
      const next = after(call, store);
      return (
        next !== undefined &&
        search(
          left.filter((other) => other !== call),
          next,
        )
      );
    });
  };
  return search(there, new Map());
}

function isOver({ outcome, returned }: Call, when: Call): boolean {
  return outcome === "ok" && returned !== undefined && returned < when.invoked;
}

/** The store after a transaction; undefined if its reads are not explained. */
function after(
  { value, result, outcome }: Call,
  store: ReadonlyMap<string, unknown>,
): Map<string, unknown> | undefined {
  const next = new Map(store);
  // What the generator of this folder has made.
  const operations = (outcome === "ok" ? result : value) as readonly MicroOperation[];
  for (const [f, key, argument] of operations) {
    const before = next.get(key) ?? null;
    if (f === "w") next.set(key, argument);
    else if (f === "append") next.set(key, [...((before ?? []) as number[]), argument]);
    else if (outcome === "ok" && JSON.stringify(before) !== JSON.stringify(argument))
      return undefined;
  }
  return next;
}
