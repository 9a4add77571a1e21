import type { Call } from "../../src/invariants/call.ts";
import type { Plain } from "../../src/sim/env.ts";

type Operation = readonly [f: string, key: string | number, value: Plain];

/** A transaction of a history made by hand: micro-operations as answered. */
export interface HandMade {
  readonly operations: readonly Operation[];
  readonly client?: string;
  readonly outcome?: Call["outcome"];
  /** When it begins and ends; by default all are concurrent. */
  readonly at?: readonly [invoked: number, returned: number];
}

/** Calls of transactions: with reads asked as null, and answered as given. */
export function handMade(transactions: readonly HandMade[]): Call[] {
  return transactions.map(({ operations, client, outcome = "ok", at }, i) => {
    const [invoked, returned] = at ?? [i + 1, i + 1001];
    // A client that gives up says so only where a time is given.
    const end = outcome === "info" && at === undefined ? undefined : returned;
    return {
      ...{ client: client ?? `c${i + 1}`, f: "txn", key: undefined, outcome, order: undefined },
      value: operations.map(([f, key, value]) => [f, key, f === "r" ? null : value]),
      result: outcome === "ok" ? operations : undefined,
      ...{ invoked, returned: end, invokedAt: invoked, returnedAt: end },
    };
  });
}
