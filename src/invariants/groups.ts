// Groups that share their hosts: nothing passes from one to another, and each goes on, or stops, by
// its own majority.

import type { NodeId } from "../sim/env.ts";
import type { HostView, Invariant, World } from "../sim/invariant.ts";
import { inMs, type Micros } from "../sim/time.ts";
import { type Group, type GroupsView, groupOf } from "./group-world.ts";
import { type LeadershipView, quorumLeader } from "./liveness.ts";
import { changesWeather, hasMajority } from "./majorities.ts";

/** What a group's node must show. */
export interface GroupMemberView extends LeadershipView {
  readonly lastIndex: number;
}

type Host = HostView<GroupsView<GroupMemberView>>;
type Hosts = World<GroupsView<GroupMemberView>>;

/** What was seen of a node: any change of it shows here. */
type Glimpse = Pick<GroupMemberView, "role" | "term" | "leader" | "commit" | "applied"> & {
  readonly lastIndex: number;
};

/**
 * No cross-group delivery: what comes for one group, be it a message or a timer, changes no other
 * group's node on that host, and makes it send nothing; and no host is sent what is for a group
 * that it does not serve.
 */
export function groupsAreApart(
  name: string,
  groups: readonly Group<GroupMemberView>[],
): Invariant<GroupsView<GroupMemberView>> {
  const membersOf = new Map(groups.map((group) => [group.name, group.members]));
  const made = {
    name,
    /** By host index and group, what was seen last. */
    state: { seen: [] as { readonly life: number; readonly of: Map<string, Glimpse> }[] },
    onStep: (world: Hosts) => {
      const stray = strayMessage(world, membersOf);
      const { server } = world;
      if (stray !== undefined || server?.node === undefined) return stray;
      const concerned = concernedGroup(world);
      const before = made.state.seen[server.index];
      const isKnown = before?.life === server.life;
      const known = isKnown ? before : { life: server.life, of: new Map<string, Glimpse>() };
      made.state.seen[server.index] = known;
      return touched(server, known.of, isKnown ? concerned : undefined);
    },
  };
  return made;
}

/** A message that leaves for who has nothing to do with its group, or in the wrong group's name. */
function strayMessage(
  world: Hosts,
  membersOf: ReadonlyMap<string, readonly NodeId[]>,
): string | undefined {
  if (world.sent.length === 0) return undefined;
  const concerned = concernedGroup(world);
  const from = world.event.host?.id;
  for (const { to, message } of world.sent) {
    const group = groupOf(message);
    if (group === undefined) return `${from} sends ${to} a message of no group`;
    if (concerned !== undefined && group !== concerned) {
      return `${from} hears of ${concerned} and sends ${to} a message of ${group}`;
    }
    const isServer = world.servers.some(({ id }) => id === to);
    if (isServer && membersOf.get(group)?.includes(to) !== true) {
      return `${from} sends ${to}, which does not serve it, a message of ${group}`;
    }
  }
  return undefined;
}

/** The group that the event is about; undefined if it may be about several. */
function concernedGroup({ event }: Hosts): string | undefined {
  const { kind, payload } = event;
  if (kind === "deliver" || kind === "operation") return groupOf(payload);
  // As the host names timers: "g1 election".
  return kind === "timer" && typeof payload === "string" ? payload.split(" ")[0] : undefined;
}

/** Looks at all nodes of a host, and finds one that has changed though another was meant. */
function touched(
  { id, node }: Host,
  seen: Map<string, Glimpse>,
  concerned: string | undefined,
): string | undefined {
  for (const [group, member] of node!.groups) {
    const before = seen.get(group);
    if (before !== undefined && isSame(before, member)) continue;
    const { role, term, leader, commit, applied, lastIndex } = member;
    seen.set(group, { role, term, leader, commit, applied, lastIndex });
    if (concerned === undefined || concerned === group) continue;
    return `what is for ${concerned} changes ${group} on ${id}`;
  }
  return undefined;
}

function isSame(a: Glimpse, b: Glimpse): boolean {
  return (
    a.role === b.role &&
    a.term === b.term &&
    a.leader === b.leader &&
    a.commit === b.commit &&
    a.applied === b.applied &&
    a.lastIndex === b.lastIndex
  );
}

/** One group, in all of the run. */
interface Standing {
  leader: NodeId | undefined;
  /** Since when it has had no leader, after the first; undefined while it has one. */
  lostAt: Micros | undefined;
  hasMajority: boolean;
  /** By host index, the last look at a member. */
  readonly seen: Map<number, Pick<GroupMemberView, "role" | "term" | "leader">>;
}

/**
 * Measures `groupUnavailableMs`, each time that a group has no leader whom a majority follows after
 * its first; `groupsUnavailableMs`, the sum; `groupsUnavailableMax`, how many had none at once;
 * `acksMeanwhile`, what groups with a majority acknowledged while another had none; and, by host,
 * `leadersPerNode`, how many groups it leads when the run ends.
 */
export function measureGroups(
  groups: readonly Group<GroupMemberView>[],
): Invariant<GroupsView<GroupMemberView>> {
  const made = {
    name: "groups",
    state: { standings: groups.map(newStanding), returned: 0, unavailable: 0, max: 0 },
    onStep: (world: Hosts) => {
      const { state } = made;
      const isWeather = changesWeather(world);
      for (const [i, standing] of state.standings.entries()) {
        const group = groups[i]!;
        if (!isWeather && !hasNews(standing, group.name, world)) continue;
        const seen = group.seen(world);
        if (isWeather) standing.hasMajority = hasMajority(seen);
        state.unavailable += follow(standing, quorumLeader(seen)?.id, world);
      }
      const lost = state.standings.filter(({ lostAt }) => lostAt !== undefined).length;
      state.max = Math.max(state.max, lost);
      const { returned } = world.history;
      for (; state.returned < returned.length; state.returned++) {
        if (returned[state.returned]!.outcome !== "ok") continue;
        if (state.standings.some((other) => !other.hasMajority))
          world.metrics.count("acksMeanwhile");
      }
      return undefined;
    },
    onEnd: (world: Hosts) => {
      const { standings, unavailable, max } = made.state;
      const { metrics, now, servers } = world;
      const open = standings.map(({ lostAt }) => (lostAt === undefined ? 0 : now - lostAt));
      metrics.gauge("groupsUnavailableMs", inMs(open.reduce((sum, one) => sum + one, unavailable)));
      metrics.gauge("groupsUnavailableMax", max);
      for (const { id } of servers) {
        metrics.observe("leadersPerNode", standings.filter(({ leader }) => leader === id).length);
      }
      return undefined;
    },
  };
  return made;
}

function newStanding(): Standing {
  return { leader: undefined, lostAt: undefined, hasMajority: true, seen: new Map() };
}

/** Whether a member on the event's host has changed its mind about who leads. */
function hasNews({ seen }: Standing, name: string, { server }: Hosts): boolean {
  const node = server?.node?.groups.get(name);
  if (server === undefined || node === undefined) return false;
  const { role, term, leader } = node;
  const before = seen.get(server.index);
  if (before?.role === role && before.term === term && before.leader === leader) return false;
  seen.set(server.index, { role, term, leader });
  return true;
}

/** Who leads now; returns for how long nobody did, if that is over. */
function follow(standing: Standing, leader: NodeId | undefined, { now, metrics }: Hosts): Micros {
  const { leader: before, lostAt } = standing;
  if (leader === before) return 0;
  standing.leader = leader;
  if (leader === undefined) {
    standing.lostAt = now;
    return 0;
  }
  standing.lostAt = undefined;
  if (lostAt === undefined) return 0;
  metrics.observe("groupUnavailableMs", inMs(now - lostAt));
  return now - lostAt;
}
