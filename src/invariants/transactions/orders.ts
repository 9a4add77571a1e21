// Dependencies that no value shows: what one client did in turn, and what was over before another
// thing began.

import type { Call } from "../call.ts";
import { type GraphBuilder, PROCESS, REALTIME, VIA } from "./graph.ts";
import { COMMITTED, SEEN, type Transactions } from "./micro-operations.ts";

/**
 * Of each client's transactions every one came before its next. One of unknown outcome may take
 * effect late: it comes after those before it, and before none. O(transactions).
 */
export function linkSessions({ calls, status }: Transactions, builder: GraphBuilder): void {
  const last = new Map<string, number>();
  calls.forEach(({ client }, number) => {
    if (!isThere(status[number]!)) return;
    const before = last.get(client);
    if (before !== undefined && precedes(calls[before]!, calls[number]!)) {
      builder.link(before, number, PROCESS);
    }
    if (status[number] === COMMITTED) last.set(client, number);
  });
}

/**
 * Every transaction that returned came before every one invoked later. Hubs stand for instants: one
 * for each stretch of returns, so that there are no more edges than events. Takes calls in order of
 * invocation. O(n log n).
 */
export function linkRealTime({ calls, status }: Transactions, builder: GraphBuilder): void {
  const returned = calls
    .map((_, number) => number)
    .filter((number) => status[number] === COMMITTED)
    .sort((a, b) => calls[a]!.returned! - calls[b]!.returned!);
  let next = 0;
  let hub = -1;
  calls.forEach(({ invoked }, number) => {
    if (!isThere(status[number]!)) return;
    const before = hub;
    while (next < returned.length && calls[returned[next]!]!.returned! < invoked) {
      if (hub === before) hub = builder.hub();
      builder.link(returned[next++]!, hub, REALTIME);
    }
    if (before !== -1 && hub !== before) builder.link(before, hub, VIA);
    if (hub !== -1) builder.link(hub, number, VIA);
  });
}

/** Whether one call had returned when another was invoked. */
export function precedes(a: Call, b: Call): boolean {
  return returnOf(a) < b.invoked;
}

/** When a call was over; never, if it was not `ok`: it may take effect after its client gave up. */
export function returnOf({ outcome, returned }: Call): number {
  return outcome === "ok" && returned !== undefined ? returned : Infinity;
}

function isThere(status: number): boolean {
  return status === COMMITTED || status === SEEN;
}
