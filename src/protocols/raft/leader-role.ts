import { newChanges } from "./changes.ts";
import { type Configuration, membersOf } from "./configuration.ts";
import type { RaftOptions } from "./options.ts";
import { newGauge, newProgress } from "./progress.ts";
import { newReads } from "./read-state.ts";
import type { LeaderRole } from "./state.ts";

/** What a new leader knows, whose first entry is at that index. */
export function newLeaderRole(
  configuration: Configuration,
  firstIndex: number,
  options: RaftOptions,
): LeaderRole {
  const lastIndex = firstIndex - 1;
  const members = membersOf(configuration);
  return {
    kind: "leader",
    progress: new Map(members.map((id) => [id, newProgress(id, lastIndex, options)] as const)),
    ahead: 0,
    uncommitted: newGauge("uncommitted", options.uncommittedBytesMax),
    reads: newReads(firstIndex),
    changes: newChanges(lastIndex),
    transfer: undefined,
    staysUntil: 0,
  };
}
