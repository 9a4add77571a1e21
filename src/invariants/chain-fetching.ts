// What holds while nodes of a chain fetch blocks from one another.

import type { NodeId, Plain } from "../sim/env.ts";
import type { EmittedEvent, HostView, Invariant, World } from "../sim/invariant.ts";
import { formatTime, type Micros, seconds } from "../sim/time.ts";
import type { ChainView } from "./chain-view.ts";

type Liars = (host: NodeId) => boolean;

/** What nodes tell of their fetching, and of peers. */
export interface SyncEvent {
  readonly peer: NodeId;
  readonly request: number;
  readonly hash: string;
  readonly height: number;
  readonly rule: string;
  readonly reason: string;
  readonly score: number;
  readonly from: string;
}

/** The data of all events of a name that were emitted in this step. */
export function saidOf(emitted: readonly EmittedEvent[], name: string): readonly SyncEvent[] {
  return emitted.filter(({ event }) => event === name).map(({ data }) => eventOf(data));
}

/** What a node has told in an event. */
function eventOf(data: Plain): SyncEvent {
  // Who asks knows which of the fields an event of that name has.
  return data as unknown as SyncEvent;
}

const NO_MESSAGE = { to: "", message: { type: "", request: -1, hashes: [] } };

/** A message about fetching, as far as it is looked at. */
export interface SyncMessageView {
  readonly type: string;
  readonly request: number;
  readonly hashes: readonly string[];
  readonly bodies: readonly (readonly Uint8Array[])[];
  readonly header: Uint8Array;
}

/** A message of any kind: who asks looks at its type first. */
export function messageOf(payload: unknown): SyncMessageView {
  return payload as SyncMessageView;
}

/** What is remembered of a host in one life of its. */
export interface Kept<Memory> {
  readonly life: number;
  readonly memory: Memory;
}

/** The memory of a host that is up and does not lie, anew in each life. */
export function memoryOf<Memory>(
  all: Map<NodeId, Kept<Memory>>,
  { id, life }: HostView<ChainView>,
  fresh: () => Memory,
): Memory {
  const known = all.get(id);
  if (known?.life === life) return known.memory;
  const memory = fresh();
  all.set(id, { life, memory });
  return memory;
}

/** BS-ORDER: a block is imported behind its parent. BS-ONCE: and no more than once in a life. */
export function importsAreOrdered(name: string, mayLie: Liars): Invariant<ChainView> {
  const made = {
    name,
    state: new Map<NodeId, Kept<Set<string>>>(),
    onStep: ({ server, emitted }: World<ChainView>) => {
      const chain = server?.node?.chain;
      if (server === undefined || chain === undefined || mayLie(server.id)) return undefined;
      for (const { hash, height } of saidOf(emitted, "block imported")) {
        const done = memoryOf(made.state, server, () => new Set());
        if (done.has(hash)) return `${server.id}: block ${height} was imported twice`;
        done.add(hash);
        const parent = chain.blocks.get(hash)?.header.parent;
        if (parent === undefined || !chain.blocks.has(parent)) {
          return `${server.id}: block ${height} was imported before its parent`;
        }
      }
      return undefined;
    },
  };
  return made;
}

/** What may be under way at once, and how often one peer may be asked for the same blocks. */
export interface RequestLimits {
  readonly window: number;
  readonly attemptsPerPeer: number;
  readonly mayLie: Liars;
}

interface Requests {
  /** Numbers of requests for bodies that were sent and not answered nor given up. */
  readonly open: Set<number>;
  /** By peer and first block, how often it was asked in this session. */
  readonly attempts: Map<string, number>;
}

/** What is told of a request when it is given up. */
const GIVEN_UP: readonly string[] = ["batch failed", "late answer missing"];

/**
 * BS-WINDOW: no more requests for bodies are under way than the window, as told by messages; and
 * within a session no peer is asked for the same blocks more often than it may be.
 */
export function requestsAreBounded(
  name: string,
  { window, attemptsPerPeer, mayLie }: RequestLimits,
): Invariant<ChainView> {
  const made = {
    name,
    state: new Map<NodeId, Kept<Requests>>(),
    onStep: ({ server, event, emitted, sent, metrics }: World<ChainView>) => {
      if (server === undefined || mayLie(server.id)) return undefined;
      const fresh = (): Requests => ({ open: new Set(), attempts: new Map() });
      const { open, attempts } = memoryOf(made.state, server, fresh);
      if (event.kind === "deliver") open.delete(messageOf(event.payload).request);
      const questions = sent.filter(({ message }) => messageOf(message).type === "get bodies");
      let asked = 0;
      // One may be asked, and given up in the same step for want of the peer.
      for (const { event: name, data } of emitted) {
        if (GIVEN_UP.includes(name)) open.delete(eventOf(data).request);
        if (name === "sync ended") {
          for (const count of attempts.values()) metrics.observe("requestsPerRange", count);
          open.clear();
          attempts.clear();
        }
        if (name !== "batch requested") continue;
        const { to, message } = questions[asked++] ?? NO_MESSAGE;
        const { request, hashes } = messageOf(message);
        if (request !== eventOf(data).request) return `${server.id}: what it tells was not asked`;
        open.add(request);
        const key = `${to} ${hashes[0]}`;
        const times = (attempts.get(key) ?? 0) + 1;
        attempts.set(key, times);
        if (open.size > metrics.gauged("inFlightMax")) metrics.gauge("inFlightMax", open.size);
        if (open.size > window) return `${server.id}: ${open.size} requests are under way`;
        if (times > attemptsPerPeer) return `${server.id}: ${to} is asked again, ${times} times`;
      }
      if (asked < questions.length) return `${server.id}: it asks for bodies, and does not tell`;
      return undefined;
    },
  };
  return made;
}

interface Session {
  isOpen: boolean;
  /** When anything of it was heard last. */
  heardAt: Micros;
}

const OF_SESSIONS: readonly string[] = [
  ...[
    "sync began",
    "leader changed",
    "headers accepted",
    "batch requested",
    "batch arrived",
    "batch failed",
  ],
  ...["block imported", "accounts accepted", "checkpoint request failed", "answer unwanted"],
];

/**
 * BS-IDLE: a session that has nothing to wait for any more is over. Within `silenceMax` something
 * happens in each, and in the end, when all have been heard, there is none.
 */
export function syncEndsIdle(
  name: string,
  { silenceMax, mayLie }: { readonly silenceMax: Micros; readonly mayLie: Liars },
): Invariant<ChainView> {
  const made = {
    name,
    supposes: ["servers", "faults"] as const,
    state: new Map<NodeId, Kept<Session>>(),
    onStep: ({ server, emitted, now }: World<ChainView>) => {
      if (server === undefined || mayLie(server.id)) return undefined;
      const session = memoryOf(made.state, server, (): Session => ({ isOpen: false, heardAt: 0 }));
      for (const { event } of emitted) {
        if (event === "sync ended") session.isOpen = false;
        if (event === "sync began") session.isOpen = true;
        if (OF_SESSIONS.includes(event)) session.heardAt = now;
      }
      if (!session.isOpen || now - session.heardAt <= silenceMax) return undefined;
      return `${server.id}: nothing has come of its session since ${formatTime(session.heardAt)}`;
    },
    onEnd: ({ servers, now }: World<ChainView>) => {
      for (const { id, life, node } of servers) {
        const known = made.state.get(id);
        if (node === undefined || known?.life !== life || !known.memory.isOpen) continue;
        // One that began of late may yet be waiting for its answer.
        if (now - known.memory.heardAt <= silenceMax) continue;
        return `${id}: a session is open at the end`;
      }
      return undefined;
    },
  };
  return made;
}

/** How scores and bans are to be. */
export interface BanRules {
  readonly scoreMin: number;
  /** Who is never to be banned by those who do not lie. */
  readonly areSpared: (host: NodeId) => boolean;
  readonly mayLie: Liars;
}

/**
 * BS-BAN: who falls below the least score is banned at once, nobody else is, and until the ban is
 * over it is asked for nothing.
 */
export function bansFollowFaults(
  name: string,
  { scoreMin, areSpared, mayLie }: BanRules,
): Invariant<ChainView> {
  const made = {
    name,
    state: new Map<NodeId, Kept<Set<NodeId>>>(),
    onStep: ({ server, emitted, sent }: World<ChainView>) => {
      if (server === undefined || mayLie(server.id)) return undefined;
      const banned = memoryOf(made.state, server, () => new Set<NodeId>());
      const faults = saidOf(emitted, "peer fault");
      const named = saidOf(emitted, "peer banned").map(({ peer }) => peer);
      for (const { peer, score } of faults) {
        const isBanned = named.includes(peer);
        if (isBanned !== score < scoreMin) return `${server.id}: ${peer} has a score of ${score}`;
      }
      for (const { peer } of saidOf(emitted, "peer pardoned")) banned.delete(peer);
      for (const { to, message } of banned.size === 0 ? [] : sent) {
        if (!banned.has(to) || !messageOf(message).type.startsWith("get ")) continue;
        return `${server.id}: ${to} is banned, and asked for something`;
      }
      for (const peer of named) {
        if (areSpared(peer)) return `${server.id}: ${peer} does not lie, and is banned`;
        banned.add(peer);
      }
      return undefined;
    },
  };
  return made;
}

/** Answers to requests of peers. */
const REPLIES: readonly string[] = ["headers", "bodies", "accounts", "not available"];

/**
 * BS-FLOOD: in no second a host answers a peer more than twice as often as that may send in one:
 * what may come at once, and what may come meanwhile.
 */
export function answersAreLimited(
  name: string,
  messagesPerSecond: number,
  mayLie: Liars,
): Invariant<ChainView> {
  const made = {
    name,
    // By host and peer, when it has answered last, the oldest first.
    state: new Map<string, Micros[]>(),
    onStep: ({ server, sent, now }: World<ChainView>) => {
      if (server === undefined || mayLie(server.id)) return undefined;
      for (const { to, message } of sent) {
        if (!REPLIES.includes(messageOf(message).type)) continue;
        const key = `${server.id} ${to}`;
        const times = made.state.get(key) ?? [];
        made.state.set(key, times);
        times.push(now);
        if (times.length <= 2 * messagesPerSecond) continue;
        const taken = now - times.shift()!;
        if (taken >= seconds(1)) continue;
        return `${server.id}: ${to} is answered ${times.length + 1} times in ${formatTime(taken)}`;
      }
      return undefined;
    },
  };
  return made;
}
