// Who the discovery says is there, against who is.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { inMs, type Micros, seconds } from "../sim/time.ts";
import { backendOf, dataOf, type StorageView } from "./storage-view.ts";

/** Within which bounds what is said must be true. */
export interface MembershipTerms {
  readonly backend: NodeId;
  readonly discovery: NodeId;
  /** A node that was not heard of for longer is not listed. */
  readonly silenceMax: Micros;
  /** One that is there for so long, and reaches the discovery, is listed. */
  readonly absenceMax: Micros;
  /** How far what the backend knows may lie behind what the discovery knows. */
  readonly lagMax: Micros;
  /** How many replicas a chunk is to have. */
  readonly replication: number;
}

/** The fields of messages about membership; of other messages they are undefined. */
interface MembershipMessage {
  readonly type: string;
  readonly name: NodeId;
  readonly life: number;
  readonly peers: readonly { readonly name: NodeId }[];
}

interface Known {
  /** By storage node, when the discovery was last told by it that it is there. */
  readonly heardAt: Map<NodeId, Micros>;
  /** By storage node that has left, when, and in which life of its own. */
  readonly left: Map<NodeId, { readonly at: Micros; readonly life: number }>;
  /** Since when it is up, and it and the discovery reach each other; those of which that is so. */
  readonly soundSince: Map<NodeId, Micros>;
  /** Since when that is not so, until it is missing in a list. */
  readonly goneSince: Map<NodeId, Micros>;
  /** Drained, by their host's life; and hosts that stand still. */
  readonly drained: Map<NodeId, number>;
  readonly paused: Map<NodeId, number>;
  discoveryLife: number;
}

/**
 * A node that has been there for a while is in every list of the discovery, and one that was silent
 * for too long, or has left, is in none; nor is it given replicas. A file's quorum is one of those
 * who are there: when its block opens, each chunk is meant for no more nodes than were heard of,
 * and for all that have been there for a while. Measures `delistedMs`, from when a node went silent
 * to the first list without it, and `registeredMs`, from when it could be heard of until it was.
 */
export function membershipIsTrue(name: string, terms: MembershipTerms): Invariant<StorageView> {
  const made = {
    name,
    supposes: ["servers"] as const,
    state: {
      ...{ heardAt: new Map(), left: new Map(), soundSince: new Map(), goneSince: new Map() },
      ...{ drained: new Map(), paused: new Map(), discoveryLife: 0 },
    } as Known,
    onStep: (world: World<StorageView>) => {
      const { state } = made;
      notePauses(state, world);
      noteSound(state, world, terms);
      hear(state, world, terms);
      return wrongList(state, world, terms) ?? wrongPlacement(state, world, terms);
    },
  };
  return made;
}

function notePauses({ paused }: Known, { event }: World<StorageView>): void {
  if (event.kind !== "fault begins" && event.kind !== "fault ends") return;
  const { kind, hosts } = dataOf<{ kind: string; hosts: readonly NodeId[] }>(event.payload);
  if (kind !== "pause") return;
  const by = event.kind === "fault begins" ? 1 : -1;
  for (const host of hosts) paused.set(host, (paused.get(host) ?? 0) + by);
}

/** Who is up and reaches the discovery. */
function noteSound(known: Known, world: World<StorageView>, terms: MembershipTerms): void {
  const { now, servers, event, emitted, server } = world;
  const { soundSince, goneSince, drained, paused } = known;
  if (server !== undefined && emitted.some((one) => one.event === "drained")) {
    drained.set(server.id, server.life);
  }
  const discovery = servers.find(({ id }) => id === terms.discovery)!;
  const isNew = discovery.life !== known.discoveryLife;
  known.discoveryLife = discovery.life;
  // Nothing else changes who that is.
  if (event.kind === "deliver" && emitted.length === 0) return;
  for (const { id, node, life } of servers) {
    if (id === terms.backend || id === terms.discovery) continue;
    const isUp = node !== undefined && drained.get(id) !== life && (paused.get(id) ?? 0) === 0;
    const isReached = !world.isCut(id, terms.discovery) && !world.isCut(terms.discovery, id);
    const isSound = isUp && isReached && discovery.node !== undefined;
    if (isSound) {
      if (!soundSince.has(id) || isNew) soundSince.set(id, now);
      goneSince.delete(id);
    } else {
      if (soundSince.has(id) && discovery.node !== undefined) goneSince.set(id, now);
      soundSince.delete(id);
    }
  }
}

/** What the discovery is told. */
function hear(known: Known, world: World<StorageView>, { discovery }: MembershipTerms): void {
  const { now, event, server, emitted, metrics } = world;
  if (event.kind !== "deliver" || server?.id !== discovery) return;
  const { heardAt, left, soundSince } = known;
  const { type, name, life } = dataOf<MembershipMessage>(event.payload);
  if (name !== event.from) return;
  if (type === "leave") left.set(name, { at: now, life });
  if (type !== "register" && type !== "heartbeat") return;
  if (left.get(name)?.life === life) return;
  left.delete(name);
  heardAt.set(name, now);
  const since = soundSince.get(name);
  if (since !== undefined && emitted.some((one) => one.event === "node registered")) {
    metrics.observe("registeredMs", inMs(now - since));
  }
}

function wrongList(
  { heardAt, left, soundSince, goneSince }: Known,
  { now, server, sent, metrics }: World<StorageView>,
  { discovery, silenceMax, absenceMax }: MembershipTerms,
): string | undefined {
  if (server?.id !== discovery) return undefined;
  for (const { message } of sent) {
    const { type, peers } = dataOf<MembershipMessage>(message);
    if (type !== "peerList") continue;
    const listed = new Set(peers.map((peer) => peer.name));
    for (const name of listed) {
      if (left.has(name)) return `${name} is listed, and has left`;
      const silence = now - (heardAt.get(name) ?? 0);
      if (silence > silenceMax) return `${name} is listed, and is silent for ${inMs(silence)} ms`;
    }
    for (const [name, since] of soundSince) {
      if (listed.has(name) || now - since <= absenceMax) continue;
      return `${name} is not listed, and has been there for ${inMs(now - since)} ms`;
    }
    for (const [name, since] of goneSince) {
      if (listed.has(name)) continue;
      metrics.observe("delistedMs", inMs(now - since));
      goneSince.delete(name);
    }
  }
  return undefined;
}

function wrongPlacement(
  { heardAt, left, soundSince }: Known,
  world: World<StorageView>,
  { backend, silenceMax, absenceMax, lagMax, replication }: MembershipTerms,
): string | undefined {
  const { now, server, sent, emitted } = world;
  if (server?.id !== backend) return undefined;
  for (const { to, message } of sent) {
    if (dataOf<MembershipMessage>(message).type !== "store") continue;
    const silence = now - (heardAt.get(to) ?? 0);
    if (silence > silenceMax + lagMax) {
      return `${to} is given a replica, and is silent for ${inMs(silence)} ms`;
    }
    const leftAt = left.get(to)?.at;
    if (leftAt !== undefined && now - leftAt > lagMax) {
      return `${to} is given a replica, and left ${inMs(now - leftAt)} ms ago`;
    }
  }
  for (const { event, data } of emitted) {
    if (event !== "block opened") continue;
    const { file } = dataOf<{ file: string }>(data);
    const heard = [...heardAt.values()].filter((at) => now - at <= silenceMax + lagMax).length;
    const sound = [...soundSince.values()].filter((at) => now - at > absenceMax + lagMax).length;
    for (const { assigned } of backendOf(world)?.get(file)?.chunks ?? []) {
      if (assigned > heard) return `${file} is meant for ${assigned}, and ${heard} were heard of`;
      if (assigned >= Math.min(replication, sound)) continue;
      return `${file} is meant for ${assigned}, and ${sound} have long been there`;
    }
  }
  return undefined;
}

/** What lists show in a part of a run; both ends are included. */
export interface Availability {
  readonly from: Micros;
  readonly until: Micros;
  /** How many nodes are listed, of how many that have registered and not left. */
  readonly live: number;
  readonly registered: number;
}

/**
 * What clients are told in each part of a run of who is there is what the schedule of faults makes
 * of it, and they are told something in each. Measures `nodeAvailability`: of the nodes that have
 * registered, how many in a hundred live, each time a client is told; and the least
 * of that, as `nodeAvailabilityLeast`.
 */
export function availabilityFollows(name: string, schedule: readonly Availability[]): Invariant {
  const made = {
    name,
    supposes: ["servers", "operations", "faults", "conditions"] as const,
    state: { returned: 0, least: 100, seen: schedule.map(() => 0) },
    onStep: ({ history, metrics }: World) => {
      const { state } = made;
      for (; state.returned < history.returned.length; state.returned++) {
        const entry = history.returned[state.returned]!;
        const { id, operation, outcome, invokedAt, returnedAt = 0 } = entry;
        if (dataOf<{ op: string }>(operation).op !== "peers" || outcome !== "ok") continue;
        const told = dataOf<{ peers: readonly unknown[]; registered: number }>(entry.result);
        const live = told.peers.length;
        const { registered } = told;
        if (registered > 0) {
          const percent = (100 * live) / registered;
          metrics.observe("nodeAvailability", percent);
          state.least = Math.min(state.least, percent);
          metrics.gauge("nodeAvailabilityLeast", state.least);
        }
        for (const [i, part] of schedule.entries()) {
          if (invokedAt < part.from || returnedAt > part.until) continue;
          state.seen[i]!++;
          if (live === part.live && registered === part.registered) continue;
          const expected = `${part.live} of ${part.registered}`;
          return `${id}: ${live} of ${registered} nodes live, expected ${expected}`;
        }
      }
      return undefined;
    },
    onEnd: () => {
      const i = made.state.seen.indexOf(0);
      const from = schedule[i]?.from ?? 0;
      return i < 0 ? undefined : `nobody is told who is there from ${from / seconds(1)} s on`;
    },
  };
  return made;
}

/**
 * A node that only the discovery does not reach goes on holding what it has: in a span it passes a
 * challenge, and no replica of it counts as lost.
 */
export function nodeKeepsItsReplicas(
  name: string,
  node: NodeId,
  { from, until }: { readonly from: Micros; readonly until: Micros },
): Invariant {
  const made = {
    name,
    supposes: ["servers", "operations", "faults", "conditions"] as const,
    state: { passed: 0 },
    onStep: ({ now, emitted }: World) => {
      if (now < from || now > until) return undefined;
      for (const { event, data } of emitted) {
        if (event !== "challenge passed" && event !== "replica lost") continue;
        const { node: whose, file } = dataOf<{ node: NodeId; file: string }>(data);
        if (whose !== node) continue;
        if (event === "replica lost") return `the replica of ${file} at ${node} counts as lost`;
        made.state.passed++;
      }
      return undefined;
    },
    onEnd: () => (made.state.passed > 0 ? undefined : `${node} has not passed a challenge`),
  };
  return made;
}
