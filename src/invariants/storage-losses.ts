// Replicas that are gone: how soon that is found, and how soon there are enough of them again.

import { crc32c } from "../sim/checksum.ts";
import type { NodeId } from "../sim/env.ts";
import type { HostView, Invariant, World } from "../sim/invariant.ts";
import { inMs, type Micros } from "../sim/time.ts";
import { backendOf, dataOf, type StorageView } from "./storage-view.ts";

/** What the backend says of a replica. */
interface ReplicaEvent {
  readonly file: string;
  readonly chunk: number;
  readonly node: NodeId;
}

/** A replica that the backend believes to be there. */
interface Believed {
  readonly node: NodeId;
  readonly address: string;
  /** Of its bytes as they were when it was confirmed; undefined when there were none. */
  readonly sum: number | undefined;
  /** Since when no byte of it can be proven; undefined while it is there, or a part of it. */
  lostAt: Micros | undefined;
  /** Whether its node, a liar, has kept a leaf of it. */
  isPartial: boolean;
  /** How many replicas its node was believed to hold, at the most, since it was lost. */
  count: number;
  /** How many challenges its node has let go by since: each holds the round up by one. */
  missed: number;
}

/** By which a lost replica must be found. */
export interface DetectionTerms {
  /** How often each holder is challenged for one of its replicas. */
  readonly challengeInterval: Micros;
  /** How long it has for its answer. */
  readonly challengeTimeout: Micros;
}

/**
 * A replica that is wholly gone, or of which a bit has rotted at a node that is honest, is found
 * missing within (2k - 1) challenge intervals and the time for an answer, k being how many replicas
 * its node was believed to hold at the most in that time; one interval more for each challenge that
 * its node lets go by, as it is asked for the same again. In a round each replica is challenged
 * once, in random order: it may come first in the round in which it is lost, and last in the next.
 * While its node is down it cannot be found. Of one that a liar has kept a leaf of nothing is said.
 * Measures `detectionMs`, `partialDetectionMs` for those, and how they were found: `foundByAudits`,
 * `foundByFetches`, `foundByInventories` and `foundBySilence`.
 */
export function lostReplicasAreFound(name: string, terms: DetectionTerms): Invariant<StorageView> {
  const made = {
    name,
    supposes: ["servers", "faults", "conditions"] as const,
    /** By file, chunk and node. */
    state: new Map<string, Believed>(),
    onStep: (world: World<StorageView>) => {
      const late = noteReplicas(made.state, world, terms);
      if (late !== undefined) return late;
      const { event, server, servers, emitted } = world;
      const isFault = event.kind === "fault begins" || event.kind === "fault ends";
      if (isFault) for (const host of servers) look(made.state, host, { now: world.now, isFault });
      else if (server !== undefined && (emitted.length > 0 || event.kind === "start")) {
        look(made.state, server, { now: world.now, isFault });
      }
      return overdue(made.state, world.now, terms);
    },
  };
  return made;
}

function noteReplicas(
  believed: Map<string, Believed>,
  world: World<StorageView>,
  terms: DetectionTerms,
): string | undefined {
  const { now, emitted, metrics, servers } = world;
  const events = emitted.map(({ event }) => event);
  for (const { event, data } of emitted) {
    if (event !== "replica held" && event !== "replica lost") continue;
    const { file, chunk, node } = dataOf<ReplicaEvent>(data);
    const key = `${file}#${chunk}@${node}`;
    if (event === "replica held") {
      const holder = backendOf(world)?.get(file)?.chunks[chunk]?.holders.get(node);
      const host = servers.find(({ id }) => id === node);
      if (holder === undefined || host === undefined) continue;
      const { address } = holder.replica;
      const sum = sumOf(host, address);
      const none = { lostAt: undefined, isPartial: false, count: 0, missed: 0 };
      believed.set(key, { node, address, sum, ...none });
      recount(believed, node);
      look(believed, host, { now, isFault: false });
      continue;
    }
    const replica = believed.get(key);
    believed.delete(key);
    if (replica?.lostAt === undefined) continue;
    const late = noteFound(key, replica, { now, metrics, terms, by: foundBy(events) });
    if (late !== undefined) return late;
  }
  return events.includes("challenge missed") ? noteDoubted(believed, world, terms) : undefined;
}

/** A holder that goes on saying nothing of a replica is believed no more to have it. */
function noteDoubted(
  believed: Map<string, Believed>,
  world: World<StorageView>,
  terms: DetectionTerms,
): string | undefined {
  const { now, metrics, emitted } = world;
  const silent = emitted.filter(({ event }) => event === "challenge missed");
  const nodes = silent.map(({ data }) => dataOf<ReplicaEvent>(data).node);
  for (const [key, replica] of believed) {
    if (replica.lostAt === undefined) continue;
    replica.missed += nodes.filter((node) => node === replica.node).length;
    const [file = "", chunk] = key.split(/[#@]/);
    const holder = backendOf(world)?.get(file)?.chunks[Number(chunk)]?.holders.get(replica.node);
    if (holder?.isProven !== false) continue;
    believed.delete(key);
    const late = noteFound(key, replica, { now, metrics, terms, by: "Silence" });
    if (late !== undefined) return late;
  }
  return undefined;
}

interface Found {
  readonly now: Micros;
  readonly metrics: World["metrics"];
  readonly terms: DetectionTerms;
  readonly by: string;
}

function noteFound(
  key: string,
  replica: Believed,
  { now, metrics, terms, by }: Found,
): string | undefined {
  const { lostAt, isPartial } = replica;
  metrics.observe(isPartial ? "partialDetectionMs" : "detectionMs", inMs(now - lostAt!));
  metrics.count(`foundBy${by}`);
  const isLate = !isPartial && now > deadlineOf(replica, terms);
  return isLate ? tooLate(key, replica, terms) : undefined;
}

function foundBy(events: readonly string[]): string {
  if (events.includes("challenge failed")) return "Audits";
  return events.includes("fetch failed") ? "Fetches" : "Inventories";
}

/** Which replicas of a host are gone; a host that is down is asked for none. */
function look(
  believed: Map<string, Believed>,
  host: HostView<StorageView>,
  { now, isFault }: { readonly now: Micros; readonly isFault: boolean },
): void {
  if (host.node === undefined) return;
  for (const replica of believed.values()) {
    if (replica.node !== host.id || replica.lostAt !== undefined) continue;
    // Only faults change bytes that are durable.
    const sum = isFault ? sumOf(host, replica.address) : presentSum(host, replica);
    if (sum !== undefined && sum === replica.sum) continue;
    replica.lostAt = now;
    replica.isPartial = host.node.keepsLeaf?.(replica.address, 0) === true;
    recount(believed, host.id);
  }
}

function sumOf(host: HostView, address: string): number | undefined {
  const image = host.durable(`replica-${address}`);
  return image === undefined || image.sizeBytes === 0
    ? undefined
    : crc32c(image.bytes, 0, image.sizeBytes);
}

function presentSum(host: HostView, { address, sum }: Believed): number | undefined {
  return host.durable(`replica-${address}`) === undefined ? undefined : sum;
}

/** How many replicas a node is believed to hold; a lost one keeps the most. */
function recount(believed: Map<string, Believed>, node: NodeId): void {
  const own = [...believed.values()].filter((replica) => replica.node === node);
  for (const replica of own) {
    if (replica.lostAt !== undefined) replica.count = Math.max(replica.count, own.length);
  }
}

function overdue(
  believed: ReadonlyMap<string, Believed>,
  now: Micros,
  terms: DetectionTerms,
): string | undefined {
  for (const [key, replica] of believed) {
    const { lostAt, isPartial } = replica;
    if (lostAt === undefined || isPartial || now <= deadlineOf(replica, terms)) continue;
    return tooLate(key, replica, terms);
  }
  return undefined;
}

function deadlineOf(
  { lostAt, count, missed }: Believed,
  { challengeInterval, challengeTimeout }: DetectionTerms,
): Micros {
  return lostAt! + (2 * count - 1 + missed) * challengeInterval + challengeTimeout;
}

function tooLate(key: string, replica: Believed, terms: DetectionTerms): string {
  const bound = inMs(deadlineOf(replica, terms) - replica.lostAt!);
  const held = `${replica.count} replicas at ${replica.node}`;
  return `the replica ${key} was lost and not found missing within ${bound} ms, of ${held}`;
}

/** By when a node that does not answer is a holder no more. */
export interface DoubtTerms extends DetectionTerms {
  readonly missedChallengesMax: number;
  /** The kind of fault that keeps a node from answering, named first of those that it is `from`. */
  readonly type: string;
}

/**
 * Once a node has answered no challenge for as many intervals as it may let go by, and the time for
 * an answer, none of its replicas counts. Measures `doubtedMs`: how long that takes.
 */
export function silentNodesAreDoubted(name: string, terms: DoubtTerms): Invariant<StorageView> {
  const { challengeInterval, challengeTimeout, missedChallengesMax, type } = terms;
  const within = missedChallengesMax * challengeInterval + challengeTimeout;
  const made = {
    name,
    supposes: ["servers", "faults", "conditions"] as const,
    /** Since when; undefined when none is silent, or it is doubted. */
    state: { node: "", since: undefined as Micros | undefined },
    onStep: (world: World<StorageView>) => {
      const { state } = made;
      const { now, event, metrics } = world;
      if (event.kind === "fault begins" || event.kind === "fault ends") {
        const fault = dataOf<{ kind: string; from: readonly NodeId[] }>(event.payload);
        if (fault.kind !== type) return undefined;
        state.node = fault.from[0]!;
        state.since = event.kind === "fault begins" ? now : undefined;
      }
      const { node, since } = state;
      if (since === undefined) return undefined;
      if (believedOf(node, world) === 0) {
        metrics.observe("doubtedMs", inMs(now - since));
        state.since = undefined;
      } else if (now - since > within) {
        return `${node} answers no challenge for ${inMs(now - since)} ms, and is believed`;
      }
      return undefined;
    },
  };
  return made;
}

function believedOf(node: NodeId, world: World<StorageView>): number {
  let count = 0;
  for (const { chunks } of backendOf(world)?.values() ?? []) {
    for (const { holders } of chunks) {
      const holder = holders.get(node);
      if (holder !== undefined && holder.isProven !== false) count++;
    }
  }
  return count;
}
