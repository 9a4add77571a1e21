// What must come to pass: judged by deadlines, in true time.

import type { NodeId } from "../sim/env.ts";
import { targetsOf } from "../sim/fault.ts";
import type { HostView, Invariant, Premise, World } from "../sim/invariant.ts";
import type { Plan } from "../sim/plan.ts";
import { eventually, leadsTo } from "../sim/temporal/liveness.ts";
import { formatTime, inMs, type Micros } from "../sim/time.ts";
import { allOf, isQuorumOf, memberOf } from "./electorate.ts";
import { describeServers, type LeadershipView, whoWaits } from "./waiting.ts";

export type { LeadershipView } from "./waiting.ts";

/** A span of time in which something must come to pass. */
export interface Deadline {
  readonly from?: Micros;
  readonly by: Micros;
  /** What of the plan is taken for granted. Default: that all servers are there. */
  readonly supposes?: readonly Premise[];
}

/** A span of time, both ends included. */
export interface Span {
  readonly from: Micros;
  readonly until: Micros;
}

type Server = HostView<LeadershipView>;

/** The server that leads and that a majority, itself included, follows; not one who only claims. */
export function quorumLeader<View extends LeadershipView>({
  servers,
}: World<View>): HostView<View> | undefined {
  return servers.find(({ id, node }) => {
    if (node?.role !== "leader") return false;
    const { term } = node;
    const followers = servers
      .filter((server) => server.node?.leader === id && server.node.term === term)
      .map(memberOf);
    const electorate = node.configuration ?? allOf(servers);
    return isQuorumOf(electorate, (server) => followers.includes(server));
  });
}

/** A leader that a majority follows, and of whom more can be asked. */
export function leaderIsElected(
  name: string,
  deadline: Deadline,
  suits?: (leader: Server, world: World<LeadershipView>) => boolean,
): Invariant<LeadershipView> {
  const holds = (world: World<LeadershipView>): boolean => {
    const leader = quorumLeader(world);
    return leader !== undefined && suits?.(leader, world) !== false;
  };
  return eventually(name, holds, {
    ...deadline,
    // That it is a certain one is what somebody has asked for.
    supposes: suits === undefined ? ["servers"] : ["servers", "operations"],
    explain: (world) => explain(world, world.servers),
  });
}

/** Each time that a fault leaves no server that leads, one leads again within this time. */
export function leaderIsReplaced(
  name: string,
  { within }: { readonly within: Micros },
): Invariant<LeadershipView> {
  const leads = ({ servers }: World<LeadershipView>): boolean =>
    servers.some(({ node }) => node?.role === "leader");
  return leadsTo(name, (world) => world.event.kind === "fault begins" && !leads(world), leads, {
    within,
    explain: (world) => explain(world, world.servers),
  });
}

/**
 * All servers that are up follow one leader that is up, and have committed and applied equally;
 * with a core, only those are asked, as the others may be broken for good.
 */
export function everyoneAgrees(
  name: string,
  deadline: Deadline,
  core?: readonly NodeId[],
): Invariant<LeadershipView> {
  const asked = ({ servers }: World<LeadershipView>): readonly Server[] =>
    core === undefined ? servers : servers.filter(({ id }) => core.includes(id));
  return eventually(name, (world) => isAgreed(world, asked(world)), {
    ...deadline,
    explain: (world) => explain(world, asked(world)),
  });
}

/** Who waits for whom; and in parentheses, as a circumstance, who is what. */
function explain(world: World<LeadershipView>, among: readonly Server[]): string {
  const waits = whoWaits(world, among);
  const servers = `(${describeServers(world)})`;
  return waits === "" ? servers : `${waits} ${servers}`;
}

function isAgreed(world: World<LeadershipView>, among: readonly Server[]): boolean {
  const leader = quorumLeader(world)?.node;
  if (leader === undefined) return false;
  const agrees = ({ node }: Server): boolean =>
    node === undefined ||
    (node.leader === leader.leader &&
      node.term === leader.term &&
      node.commit === leader.commit &&
      node.applied === leader.commit);
  return among.every(agrees);
}

/**
 * Every operation of the plan has an outcome; but for those of clients that faults take down, which
 * may die with their client.
 */
export function operationsReturn(
  name: string,
  deadline: Deadline,
  { operations, faults }: Pick<Plan<unknown>, "operations" | "faults">,
): Invariant {
  const mortal = new Set(
    faults
      .filter(({ kind }) => kind === "crash" || kind === "stop")
      .flatMap((fault) => targetsOf(fault)),
  );
  const awaited = operations
    .filter(({ client }) => !mortal.has(client))
    .map(({ client }) => client);
  const clients = [...new Set(awaited)];
  const missing = ({ history }: World): number =>
    clients.reduce((left, client) => left - history.returnedTo(client), awaited.length);
  // So many returns are needed at least: most events need no look at each client.
  const isDone = (world: World): boolean =>
    world.history.returned.length >= awaited.length && missing(world) === 0;
  return eventually(name, isDone, {
    ...deadline,
    explain: (world) => {
      const open = world.history.open().filter(({ client }) => !mortal.has(client));
      const names = open.map(({ id }) => id).join(", ");
      const count = `${missing(world)} of ${awaited.length}`;
      const which = open.length === 0 ? "none of them was begun" : `among them ${names}`;
      return `${count} operations have no outcome, ${which}`;
    },
  });
}

/**
 * From the first event on in a span of time, one and the same server leads in one term; with
 * `voters`, from the first event on at which just these servers decide, as their leader knows.
 */
export function leaderStays(
  name: string,
  { from, until, voters }: Span & { readonly voters?: readonly NodeId[] },
): Invariant<LeadershipView> {
  /** Whether it is for this leader to stay. */
  const isAwaited = (leader: Server | undefined): boolean => {
    if (voters === undefined) return true;
    const known = leader?.node?.configuration;
    return known?.outgoing.length === 0 && sameIds(known.voters, voters);
  };
  const made = {
    name,
    // A fault that comes at another time may well meet a leader that is not yet one.
    supposes: ["servers", "faults"] as const,
    state: { leader: undefined as NodeId | undefined, term: 0 },
    onStep: (world: World<LeadershipView>) => {
      if (world.now < from || world.now > until) return undefined;
      const { state } = made;
      const leader = quorumLeader(world);
      if (state.leader === undefined && !isAwaited(leader)) return undefined;
      if (leader?.node !== undefined && state.leader === undefined) {
        state.leader = leader.id;
        state.term = leader.node.term;
      }
      if (leader !== undefined && leader.id === state.leader && leader.node?.term === state.term) {
        return undefined;
      }
      const before = state.leader ? `${state.leader} led in term ${state.term}` : "nobody led";
      return `${before}, and not now (${describeServers(world)})`;
    },
  };
  return made;
}

function sameIds(some: readonly NodeId[], others: readonly NodeId[]): boolean {
  return some.length === others.length && some.every((id) => others.includes(id));
}

/**
 * Once a majority follows a leader again, an operation is acknowledged within this time; unless no
 * client has been waiting for so long.
 */
export function writesResume(
  name: string,
  { from, within }: { readonly from: Micros; readonly within: Micros },
): Invariant<LeadershipView> {
  interface State {
    ledSince: Micros | undefined;
    /** How many operations had returned by then. */
    returned: number;
    isDone: boolean;
  }
  const made = {
    name,
    supposes: ["servers"] as const,
    state: { ledSince: undefined, returned: 0, isDone: false } as State,
    onStep: (world: World<LeadershipView>) => {
      const { state } = made;
      if (state.isDone || world.now < from) return undefined;
      const { returned } = world.history;
      if (quorumLeader(world) === undefined) {
        state.ledSince = undefined;
        return undefined;
      }
      if (state.ledSince === undefined) {
        state.ledSince = world.now;
        state.returned = returned.length;
      }
      for (let i = state.returned; i < returned.length; i++) {
        if (returned[i]!.outcome === "ok") state.isDone = true;
      }
      const since = world.now - within;
      if (state.isDone || since <= state.ledSince) return undefined;
      const isLate = world.history.open().some(({ invokedAt }) => invokedAt < since);
      return isLate ? `no write for ${formatTime(within)} after the election` : undefined;
    },
  };
  return made;
}

/** At least one operation is acknowledged in a span of time. */
export function acknowledgesIn(name: string, { from, until }: Span): Invariant {
  return {
    name,
    supposes: ["servers", "operations"],
    onEnd: ({ history }) => {
      const isAcknowledged = history.returned.some(
        ({ outcome, returnedAt = 0 }) =>
          outcome === "ok" && returnedAt >= from && returnedAt <= until,
      );
      return isAcknowledged ? undefined : "nothing is acknowledged while there is a majority";
    },
  };
}

/** In a span of time, never longer than this without an acknowledgement; measures the longest. */
export function acknowledgesSteadily(
  name: string,
  { from, until }: Span,
  gapMax: Micros,
): Invariant {
  return {
    name,
    supposes: ["servers", "operations"],
    onEnd: ({ history, metrics }) => {
      let last = from;
      let gap = 0;
      for (const { outcome, returnedAt = 0 } of history.returned) {
        if (outcome !== "ok" || returnedAt < from || returnedAt > until) continue;
        gap = Math.max(gap, returnedAt - last);
        last = returnedAt;
      }
      gap = Math.max(gap, until - last);
      metrics.gauge(`${name}, longest wait, ms`, inMs(gap));
      if (gap <= gapMax) return undefined;
      const most = formatTime(gapMax);
      return `nothing is acknowledged for ${formatTime(gap)}, expected ${most} at most`;
    },
  };
}
