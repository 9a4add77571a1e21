// What deadlines suppose of a workload: a plan may be edited by hand, or shrunk.

import type { Deadline } from "../invariants/liveness.ts";

/**
 * What a deadline takes for granted that cannot be met without all of these: besides the servers,
 * the operations, if any of these is not among what is left, or is something else there. All are
 * plain data.
 */
export function supposesAll(
  wanted: readonly unknown[],
  left: readonly unknown[],
): Pick<Deadline, "supposes"> {
  const texts = new Set(left.map((one) => JSON.stringify(one)));
  const isMissing = wanted.some((one) => !texts.has(JSON.stringify(one)));
  return isMissing ? { supposes: ["servers", "operations"] } : {};
}
