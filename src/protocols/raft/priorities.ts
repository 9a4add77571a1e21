// Which members are preferred as leaders. A lesser one gives way for a while, as in SOFAJRaft.

import type { NodeId } from "../../sim/env.ts";
import { hostOf } from "./identity.ts";
import type { Electorate } from "./quorum.ts";

/** By member, how much it is preferred as a leader; 0 for all that are not listed. */
export type Priorities = Readonly<Record<NodeId, number>>;

/**
 * How many election timeouts a voter lets pass in vain for those that are preferred to it: one for
 * each higher priority that some voter has.
 */
export function patienceOf(
  priorities: Priorities,
  { voters, outgoing }: Electorate,
  id: NodeId,
): number {
  const own = priorities[hostOf(id)] ?? 0;
  const better = new Set<number>();
  for (const other of [...voters, ...outgoing]) {
    const priority = priorities[hostOf(other)] ?? 0;
    if (priority > own) better.add(priority);
  }
  return better.size;
}
