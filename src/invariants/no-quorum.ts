// What must not happen: where no majority is.

import type { NodeId, Plain } from "../sim/env.ts";
import type { HostView, Invariant, World } from "../sim/invariant.ts";
import { formatTime, inMs, type Micros, ms } from "../sim/time.ts";
import { allOf, isQuorumOf } from "./electorate.ts";
import type { LeadershipView, Span } from "./liveness.ts";

/** In a span of time, no server leads, not even by its own claim. */
export function nobodyLeads(name: string, { from, until }: Span): Invariant<LeadershipView> {
  return {
    name,
    supposes: ["servers", "faults"],
    onStep: ({ now, servers }) => {
      if (now < from || now > until) return undefined;
      const leader = servers.find(({ node }) => node?.role === "leader");
      return leader && `${leader.id} leads in term ${leader.node?.term}`;
    },
  };
}

/** In a span of time, no server's commit index rises above the highest before. */
export function nothingIsCommitted(name: string, { from, until }: Span): Invariant<LeadershipView> {
  const made = {
    name,
    supposes: ["servers", "faults"] as const,
    state: { commit: 0 },
    onStep: ({ now, server }: World<LeadershipView>) => {
      const { commit: before } = made.state;
      const commit = server?.node?.commit ?? 0;
      if (commit <= before || now > until) return undefined;
      made.state.commit = commit;
      return now < from ? undefined : `the commit index rises from ${before} to ${commit}`;
    },
  };
  return made;
}

/** In a span of time, no operation returns with `ok`. */
export function nothingIsAcknowledged(name: string, { from, until }: Span): Invariant {
  const made = {
    name,
    supposes: ["servers", "faults"] as const,
    state: { judged: 0 },
    onStep: ({ history, now }: World) => {
      const { returned } = history;
      while (made.state.judged < returned.length) {
        const { id, outcome } = returned[made.state.judged++]!;
        if (outcome === "ok" && now >= from && now <= until) return `${id} is acknowledged`;
      }
      return undefined;
    },
  };
  return made;
}

/** Whether this server can talk, both ways, to fewer than a majority, itself included. */
export function isInMinority<View>({ id }: HostView<View>, world: World<View>): boolean {
  const isReached = (other: NodeId): boolean =>
    other === id || !(world.isCut(id, other) || world.isCut(other, id));
  return !isQuorumOf(allOf(world.servers), isReached);
}

/** Which links of a server work, in either direction, as a text to compare. */
function linksOf<View>({ id }: HostView<View>, world: World<View>): string {
  return world.servers
    .map((other) => `${world.isCut(id, other.id) ? 0 : 1}${world.isCut(other.id, id) ? 0 : 1}`)
    .join(" ");
}

/** A server in the minority, with which links, and since when. */
interface CutOff {
  readonly server: NodeId;
  readonly index: number;
  readonly links: string;
  readonly from: Micros;
  /** Undefined while it lasts. */
  until: Micros | undefined;
}

/** Forgets what is over. */
function dropEnded(cutOffs: CutOff[]): void {
  const active = cutOffs.filter(({ until }) => until === undefined);
  if (active.length < cutOffs.length) cutOffs.splice(0, cutOffs.length, ...active);
}

/**
 * Every time that a server was in the minority; when any of its links changes, another one begins.
 * Updated when the weather changes.
 */
function updateCutOffs(cutOffs: CutOff[], world: World<unknown>): void {
  if (world.event.host !== undefined) return;
  const { now } = world;
  for (const server of world.servers) {
    const { id, index } = server;
    const current = cutOffs.find((cut) => cut.index === index && cut.until === undefined);
    const links = linksOf(server, world);
    const isCutOff = isInMinority(server, world);
    if (isCutOff && current?.links === links) continue;
    if (current !== undefined) current.until = now;
    if (isCutOff) cutOffs.push({ server: id, index, links, from: now, until: undefined });
  }
}

/**
 * A leader in the minority commits nothing that was proposed since. What some log held before may
 * have reached the others, and their answers may arrive late.
 */
export function minorityCommitsNothing(
  name: string,
): Invariant<LeadershipView & { readonly lastIndex: number }> {
  interface State {
    readonly cutOffs: CutOff[];
    /** The highest index that any log has held so far. */
    lastIndex: number;
    /** By host index, since when it is cut off, and `lastIndex` at that time. */
    readonly bounds: Map<number, { readonly since: Micros; readonly lastIndex: number }>;
  }
  const made = {
    name,
    state: { cutOffs: [], lastIndex: 0, bounds: new Map() } as State,
    onStep: (world: World<LeadershipView & { readonly lastIndex: number }>) => {
      const { state } = made;
      if (world.event.host === undefined) {
        updateCutOffs(state.cutOffs, world);
        for (const { index, from, until } of state.cutOffs) {
          const isKnown = state.bounds.get(index)?.since === from;
          if (until === undefined && !isKnown) {
            state.bounds.set(index, { since: from, lastIndex: state.lastIndex });
          } else if (until !== undefined && isKnown) state.bounds.delete(index);
        }
        dropEnded(state.cutOffs);
        return undefined;
      }
      const node = world.server?.node;
      if (node === undefined) return undefined;
      state.lastIndex = Math.max(state.lastIndex, node.lastIndex);
      const bound = state.bounds.get(world.server!.index);
      if (bound === undefined || node.role !== "leader" || node.commit <= bound.lastIndex) {
        return undefined;
      }
      const since = `in the minority since ${formatTime(bound.since)}`;
      return `${world.server!.id}, ${since}, commits ${node.commit} after ${bound.lastIndex}`;
    },
  };
  return made;
}

const GRACE: Micros = ms(50);

/** No operation that asked one server alone, while it was in the minority, is ever acknowledged. */
export function minorityAcknowledgesNothing(
  name: string,
  askedAlone: (operation: Plain) => NodeId | undefined,
): Invariant<LeadershipView> {
  interface State {
    readonly cutOffs: CutOff[];
    judged: number;
  }
  const made = {
    name,
    state: { cutOffs: [], judged: 0 } as State,
    onStep: (world: World<LeadershipView>) => {
      const { state } = made;
      updateCutOffs(state.cutOffs, world);
      const { returned } = world.history;
      while (state.judged < returned.length) {
        const { id, outcome, operation, invokedAt } = returned[state.judged++]!;
        const asked = askedAlone(operation);
        if (outcome !== "ok" || asked === undefined) continue;
        // Asked just before the heal, it may have arrived after it.
        const isWrong = state.cutOffs.some(
          ({ server, from, until = Number.MAX_SAFE_INTEGER }) =>
            server === asked && invokedAt >= from && invokedAt < until - GRACE,
        );
        if (isWrong) return `${id}, asked of ${asked} in the minority, is acknowledged`;
      }
      return undefined;
    },
  };
  return made;
}

/**
 * A leader that comes to be in the minority steps down within this time. Measures `stepDownMs`.
 * Source: check-quorum, Ongaro's thesis §6.2.
 */
export function minorityLeaderStepsDown(name: string, within: Micros): Invariant<LeadershipView> {
  interface State {
    readonly cutOffs: CutOff[];
    /** By host index, since when it has led in the minority. */
    readonly since: Map<number, Micros>;
  }
  const made = {
    name,
    state: { cutOffs: [], since: new Map() } as State,
    onStep: (world: World<LeadershipView>) => {
      const { cutOffs, since } = made.state;
      updateCutOffs(cutOffs, world);
      dropEnded(cutOffs);
      for (const { id, index, node } of world.servers) {
        const isCutOff = cutOffs.some((cut) => cut.index === index);
        const began = since.get(index);
        if (isCutOff && node?.role === "leader") {
          if (began === undefined) since.set(index, world.now);
          else if (world.now - began > within) {
            return `${id} leads without a majority since ${formatTime(began)}`;
          }
        } else if (began !== undefined) {
          // Whom the heal finds leading has not stepped down.
          const hasSteppedDown = node?.role !== "leader";
          if (hasSteppedDown) world.metrics.observe("stepDownMs", inMs(world.now - began));
          since.delete(index);
        }
      }
      return undefined;
    },
  };
  return made;
}

/** From a time on, no two servers claim to lead. */
export function oneLeaderAt(name: string, from: Micros): Invariant<LeadershipView> {
  return {
    name,
    supposes: ["servers"],
    onStep: ({ now, servers }) => {
      if (now < from) return undefined;
      const leaders = servers.filter(({ node }) => node?.role === "leader").map(({ id }) => id);
      return leaders.length <= 1 ? undefined : `${leaders.join(" and ")} claim to lead`;
    },
  };
}

/** No two servers lead in one term: Election Safety by itself, of Raft figure 3. */
export function oneLeaderATerm(name: string): Invariant<LeadershipView> {
  const made = {
    name,
    /** By term, its leader. */
    state: new Map<number, NodeId>(),
    onStep: ({ server, fallen }: World<LeadershipView>) => {
      const node = server?.node ?? fallen;
      if (server === undefined || node?.role !== "leader") return undefined;
      const first = made.state.get(node.term) ?? server.id;
      made.state.set(node.term, first);
      return first === server.id
        ? undefined
        : `term ${node.term} has two leaders: ${first}, ${server.id}`;
    },
  };
  return made;
}
