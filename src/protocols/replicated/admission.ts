// How a service whose operations need a time takes requests in: `apply` has no clock to ask.

import { UsageError } from "../../sim/assert.ts";
import type { Micros } from "../../sim/time.ts";
import type { ServiceTypes, StateMachine } from "./state-machine.ts";

/** A request, with the time by the clock of the server that took it in. */
export type Stamped<Request> = Request extends unknown ? Request & { readonly at: Micros } : never;

/**
 * Admits what `check` makes of a request and of the time at which it came. What it throws a
 * UsageError at is malformed: whatever a client sends is checked before it has a place in the log.
 */
export function admission<Of extends ServiceTypes>(
  check: (request: unknown, at: Micros) => Of["operation"],
  refused: (error: "invalid", reason: string) => Of["result"],
): StateMachine<Of>["admit"] {
  return (request, now) => {
    try {
      // A clock may be set to before 1970, and the log knows no such times.
      return { operation: check(request, Math.max(0, now())) };
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return { refusal: refused("invalid", error.message) };
    }
  };
}
