// What a chain measures of itself, in virtual time; liars are left out.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { inMs, type Micros, ms } from "../sim/time.ts";
import { type ChainView, type ShownChain, tipOfShown, told } from "./chain-view.ts";

/** How often it is looked how far servers are behind. */
const SAMPLED_EVERY = ms(100);

/** What is remembered of a run. */
interface Measured {
  /** The highest tip so far, and since when. */
  best: { height: number; at: Micros };
  sampleDue: Micros;
  /** By hash, blocks that were sent, and that somebody who was up then has not imported yet. */
  readonly proposed: Map<string, Proposed>;
  /** By host, since when it fetches blocks. */
  readonly syncing: Map<NodeId, Micros>;
  readonly fetched: Map<NodeId, Fetched>;
  /** By host and height, how many transactions its chain has up to there. */
  readonly included: Map<NodeId, number[]>;
}

interface Proposed {
  readonly at: Micros;
  /** By host index, the life that it was in; 0 for the proposer and for whoever was not up. */
  readonly lives: readonly number[];
  /** How many of them have not imported it. */
  missing: number;
}

/** What a host has fetched in one life. */
interface Fetched {
  readonly life: number;
  /** By number of the request, the blocks whose bodies were asked for. */
  readonly asked: Map<number, readonly string[]>;
  readonly hashes: Set<string>;
}

/**
 * Distributions: `syncMsPerBlock` (of each session of fetching, from its beginning to its end),
 * `propagationMs` (from `block proposed` to the import on each server that was up then),
 * `blockIntervalMs` (between rises of the highest tip), `reorgDepth` (blocks that left a chain),
 * `syncLagBlocks` (how far each server is behind the highest tip, ten times a second). Counts:
 * `blocksFetched`, `blocksFetchedTwice` (bodies that a server had fetched in this life),
 * `transactionsOffered`, `transactionsRefused, <why>` and `blocksRefused, <rule>`. Gauges at the
 * end: `transactionsIncluded` in the longest chain, `syncLagBlocksAtEnd` of the last server, and
 * `blocksOrphaned` (blocks that some server knows, and that are in nobody's chain).
 */
export function measureChain(mayLie: (host: NodeId) => boolean): Invariant<ChainView> {
  const made = {
    name: "measures",
    state: newMeasured(),
    onStep: (world: World<ChainView>) => {
      const { state } = made;
      const { server, emitted, now } = world;
      if (server === undefined) countOffered(world);
      else if (!mayLie(server.id)) {
        if (emitted.length > 0) measureEvents(state, world);
        measureMessages(state, world);
      }
      if (now >= state.sampleDue) sampleLag(state, world, mayLie);
      return undefined;
    },
    onEnd: (world: World<ChainView>) => {
      const lags = lagsOf(world, mayLie);
      if (lags.length > 0) world.metrics.gauge("syncLagBlocksAtEnd", Math.max(...lags));
      world.metrics.gauge("blocksOrphaned", orphanedAtEnd(world, mayLie));
      const counts = [...made.state.included.values()].map((counted) => counted.at(-1) ?? 0);
      world.metrics.gauge("transactionsIncluded", Math.max(0, ...counts));
      return undefined;
    },
  };
  return made;
}

/** O(blocks). */
function orphanedAtEnd({ servers }: World<ChainView>, mayLie: (host: NodeId) => boolean): number {
  const orphaned = new Set<string>();
  const adopted = new Set<string>();
  for (const { id, node } of servers) {
    if (node?.chain === undefined || mayLie(id)) continue;
    const { blocks, canonical, base } = node.chain;
    for (const [hash, { header }] of blocks) {
      if (canonical[header.height - base] === hash) adopted.add(hash);
      else orphaned.add(hash);
    }
  }
  return [...orphaned].filter((hash) => !adopted.has(hash)).length;
}

function newMeasured(): Measured {
  return {
    ...{ best: { height: 0, at: 0 }, sampleDue: 0 },
    ...{ proposed: new Map(), syncing: new Map(), fetched: new Map(), included: new Map() },
  };
}

function measureEvents(state: Measured, world: World<ChainView>): void {
  const { emitted, metrics, now } = world;
  const server = world.server!;
  for (const { height, orphaned, adopted } of told(emitted, "tip changed")) {
    if (orphaned > 0) metrics.observe("reorgDepth", orphaned);
    noteTip(state, height, world);
    const chain = server.node?.chain;
    if (chain !== undefined) noteIncluded(countedOf(state, server.id), chain, adopted);
  }
  for (const { hash } of told(emitted, "block proposed")) noteProposal(state, hash, world);
  for (const { hash } of told(emitted, "block imported")) noteImport(state, hash, world);
  // One may end and the next begin in one event.
  for (const { imported } of told(emitted, "sync ended")) {
    const took = now - (state.syncing.get(server.id) ?? now);
    if (imported > 0) metrics.observe("syncMsPerBlock", inMs(took) / imported);
  }
  if (told(emitted, "sync began").length > 0) state.syncing.set(server.id, now);
  for (const { rule } of told(emitted, "block refused")) metrics.count(`blocksRefused, ${rule}`);
}

function noteTip(state: Measured, height: number, { now, metrics }: World<ChainView>): void {
  const { best } = state;
  if (height <= best.height) return;
  if (best.height > 0) metrics.observe("blockIntervalMs", inMs(now - best.at));
  state.best = { height, at: now };
}

function noteProposal(state: Measured, hash: string, world: World<ChainView>): void {
  const { servers, server, now } = world;
  const lives = servers.map(({ id, node, life }) =>
    id === server!.id || node?.chain === undefined ? 0 : life,
  );
  const missing = lives.filter((life) => life > 0).length;
  if (missing > 0) state.proposed.set(hash, { at: now, lives, missing });
}

function noteImport(state: Measured, hash: string, world: World<ChainView>): void {
  const proposed = state.proposed.get(hash);
  const { index, life } = world.server!;
  if (proposed === undefined || proposed.lives[index] !== life) return;
  world.metrics.observe("propagationMs", inMs(world.now - proposed.at));
  if (--proposed.missing === 0) state.proposed.delete(hash);
}

function countedOf({ included }: Measured, host: NodeId): number[] {
  const counted = included.get(host) ?? [];
  included.set(host, counted);
  return counted;
}

/** `counted` is by height; of blocks whose transactions are not known any more there are none. */
function noteIncluded(counted: number[], chain: ShownChain, adopted: number): void {
  const { canonical, base, blocks } = chain;
  const from = base + canonical.length - adopted;
  // Nothing is known of what is below a checkpoint, nor of what the disk gave back.
  while (counted.length < from) counted.push(counted.at(-1) ?? 0);
  counted.length = from;
  for (let height = from; height < base + canonical.length; height++) {
    const { transactions } = blocks.get(canonical[height - base]!)!;
    counted.push((counted.at(-1) ?? 0) + transactions.length);
  }
}

/** A message as far as it is looked at. */
interface ShownMessage {
  readonly type: string;
  readonly request?: number;
  readonly hashes?: readonly string[];
  readonly bodies?: readonly unknown[];
  readonly refused?: readonly { readonly reason: { readonly kind: string } }[];
}

function measureMessages(state: Measured, world: World<ChainView>): void {
  const { sent, event, metrics, server } = world;
  for (const { message } of sent) {
    // Every message of the chain has a type, and these have what is named.
    const { type, request, hashes, refused } = message as ShownMessage;
    if (type === "get bodies") fetchedBy(state, world).asked.set(request!, hashes!);
    if (type !== "submitted") continue;
    for (const { reason } of refused!) metrics.count(`transactionsRefused, ${reason.kind}`);
  }
  if (event.kind !== "deliver" || server?.node === undefined) return;
  const { type, request, bodies } = event.payload as ShownMessage;
  if (type === "bodies") noteBodies(fetchedBy(state, world), request!, bodies!.length, world);
}

function fetchedBy({ fetched }: Measured, world: World<ChainView>): Fetched {
  const { id, life } = world.server!;
  const known = fetched.get(id);
  if (known?.life === life) return known;
  const fresh = { life, asked: new Map(), hashes: new Set<string>() };
  fetched.set(id, fresh);
  return fresh;
}

function noteBodies(
  { asked, hashes }: Fetched,
  request: number,
  count: number,
  { metrics }: World<ChainView>,
): void {
  for (const hash of (asked.get(request) ?? []).slice(0, count)) {
    metrics.count("blocksFetched");
    metrics.count("blocksFetchedTwice", hashes.has(hash) ? 1 : 0);
    hashes.add(hash);
  }
  asked.delete(request);
}

/** Of a load, all that it is to offer. */
function countOffered({ emitted, metrics }: World<ChainView>): void {
  for (const { event, data } of emitted) {
    if (event !== "invoke") continue;
    // What clients emit of an operation is the operation itself.
    const { operation } = data as unknown as { readonly operation: OfferedOperation };
    if (operation.op === "transfer") metrics.count("transactionsOffered");
    if (operation.op !== "load") continue;
    const { perSecond = 0, lasting = 0 } = operation;
    metrics.count("transactionsOffered", Math.floor((perSecond * lasting) / 1_000_000));
  }
}

interface OfferedOperation {
  readonly op: string;
  readonly perSecond?: number;
  readonly lasting?: Micros;
}

function sampleLag(
  state: Measured,
  world: World<ChainView>,
  mayLie: (host: NodeId) => boolean,
): void {
  state.sampleDue = world.now - (world.now % SAMPLED_EVERY) + SAMPLED_EVERY;
  for (const lag of lagsOf(world, mayLie)) world.metrics.observe("syncLagBlocks", lag);
}

/** Of each server that is up and does not lie, how far it is behind the highest of them. */
function lagsOf(
  { servers }: World<ChainView>,
  mayLie: (host: NodeId) => boolean,
): readonly number[] {
  const tips = servers
    .filter(({ id }) => !mayLie(id))
    .flatMap(({ node }) => (node?.chain === undefined ? [] : tipOfShown(node.chain).height));
  const highest = Math.max(...tips);
  return tips.map((height) => highest - height);
}
