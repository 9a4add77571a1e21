// How reads end: in time where there is a majority, and how they compare.

import type { Plain } from "../sim/env.ts";
import type { HistoryEntry } from "../sim/history.ts";
import type { HostView, Invariant, World } from "../sim/invariant.ts";
import { formatTime, type Micros } from "../sim/time.ts";
import { allOf, isQuorumOf, memberOf } from "./electorate.ts";
import type { LeadershipView } from "./liveness.ts";
import { median } from "./measures.ts";

/**
 * No read waits for longer than `within` while one and the same server leads and can talk to a
 * majority that follows it. How long it waited before that does not count.
 */
export function readsAreAnswered(
  name: string,
  within: Micros,
  isRead: (operation: Plain) => boolean,
): Invariant<LeadershipView> {
  const late = ({ id, operation, invokedAt }: HistoryEntry, now: Micros) => {
    const { leader, since } = made.state;
    if (leader === undefined || !isRead(operation)) return undefined;
    const waited = now - Math.max(invokedAt, since);
    if (waited <= within) return undefined;
    return `${id} has waited for ${formatTime(waited)}, and ${leader} led all the time`;
  };
  /** Of those that are open. */
  const anyLate = ({ history, now }: World): string | undefined => {
    for (const entry of history.open()) {
      const wrong = late(entry, now);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };
  const made = {
    name,
    supposes: ["servers"] as const,
    state: { leader: undefined as string | undefined, since: 0, judged: 0 },
    onStep: (world: World<LeadershipView>) => {
      const { state } = made;
      const { returned } = world.history;
      while (state.judged < returned.length) {
        const wrong = late(returned[state.judged++]!, world.now);
        if (wrong !== undefined) return wrong;
      }
      // A client's step changes nobody's mind.
      if (world.server === undefined && world.event.host !== undefined) return undefined;
      const leader = leadership(world);
      if (leader === state.leader) return undefined;
      const wrong = anyLate(world);
      Object.assign(state, { leader, since: world.now });
      return wrong;
    },
    onEnd: anyLate,
  };
  return made;
}

/** Who leads a majority that it can talk to, and in which term; undefined: nobody. */
function leadership(world: World<LeadershipView>): string | undefined {
  for (const leader of world.servers) {
    if (leader.node?.role !== "leader") continue;
    const { term, configuration = allOf(world.servers) } = leader.node;
    const followers = world.servers.filter((server) => follows(server, leader, world));
    const ids = followers.map(memberOf);
    if (isQuorumOf(configuration, (id) => ids.includes(id))) return `${leader.id} in term ${term}`;
  }
  return undefined;
}

function follows(
  { id, node }: HostView<LeadershipView>,
  leader: HostView<LeadershipView>,
  world: World<LeadershipView>,
): boolean {
  if (node?.leader !== leader.id || node.term !== leader.node?.term) return false;
  return id === leader.id || !(world.isCut(id, leader.id) || world.isCut(leader.id, id));
}

/**
 * Counts `reads refused`: those that end without an answer; and `reads across a change`: those that
 * are answered, and while they waited another server became leader.
 */
export function measureReads(
  isRead: (operation: Plain) => boolean,
): Invariant<Pick<LeadershipView, "role" | "term">> {
  const made = {
    name: "reads",
    /** The highest term that has had a leader, and since when. */
    state: { term: 0, changedAt: 0, judged: 0 },
    onStep: ({ history, server, now, metrics }: World<Pick<LeadershipView, "role" | "term">>) => {
      const { state } = made;
      while (state.judged < history.returned.length) {
        const { operation, outcome, invokedAt } = history.returned[state.judged++]!;
        if (!isRead(operation)) continue;
        if (outcome !== "ok") metrics.count("reads refused");
        else if (invokedAt < state.changedAt) metrics.count("reads across a change");
      }
      const { role, term = 0 } = server?.node ?? {};
      if (role === "leader" && term > state.term) Object.assign(state, { term, changedAt: now });
      return undefined;
    },
  };
  return made;
}

/**
 * Measures how long the median of one distribution is, in percent of that of another, as
 * `<one>, % of <other>`; not if one of them is empty.
 */
export function measureShare(one: string, other: string): Invariant {
  return {
    name: `${one} of ${other}`,
    onEnd: ({ metrics }) => {
      const [part, whole] = [one, other].map((name) =>
        median(metrics.state.samples.get(name) ?? []),
      );
      if (part === undefined || whole === undefined) return undefined;
      metrics.gauge(`${one}, % of ${other}`, Math.round((100 * part) / whole));
      return undefined;
    },
  };
}
