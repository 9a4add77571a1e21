// What fetching blocks costs, in virtual time and bytes.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { formatTime, inMs, type Micros } from "../sim/time.ts";
import { messageOf } from "./chain-fetching.ts";
import { type ChainView, tipOfShown } from "./chain-view.ts";

interface Measured {
  /** Since when the host fetches, and whom it follows. */
  session: { readonly since: Micros; readonly leader: string | undefined } | undefined;
  beganAt: Micros | undefined;
  isThere: boolean;
  bytes: number;
  wastedBytes: number;
  /** By number of the request, the blocks that it asks for. */
  readonly asked: Map<number, readonly string[]>;
  readonly fetched: Set<string>;
}

const IN_VAIN: readonly string[] = ["body refused", "answer unwanted", "batch failed"];

/**
 * Gauges of one host: `syncMs` from its first session to the time at which its chain is `height`
 * blocks high; `fetchedBytes` of bodies and accounts until then, and `wastedPercent` of them, those
 * of bodies that were refused, unwanted, or here already; `lostToLiarsMs`: how long sessions took
 * before then that a liar led and that gave nothing.
 */
export function measureSync(
  host: NodeId,
  height: number,
  mayLie: (host: NodeId) => boolean,
): Invariant<ChainView> {
  const made = {
    name: "fetching",
    state: newMeasured(),
    onStep: (world: World<ChainView>) => {
      if (world.server?.id !== host) return undefined;
      if (made.state.isThere) return undefined;
      measureSessions(made.state, world, mayLie);
      measureBytes(made.state, world);
      const chain = world.server.node?.chain;
      if (chain === undefined || tipOfShown(chain).height < height) return undefined;
      const { beganAt = world.now, bytes, wastedBytes } = made.state;
      made.state.isThere = true;
      world.metrics.gauge("syncMs", inMs(world.now - beganAt));
      world.metrics.gauge("fetchedBytes", bytes);
      world.metrics.gauge("wastedPercent", bytes === 0 ? 0 : (100 * wastedBytes) / bytes);
      return undefined;
    },
  };
  return made;
}

/** What claims that nobody can keep may cost. */
export interface ClaimCost {
  /** Who fetches, until its chain is so high. */
  readonly host: NodeId;
  readonly height: number;
  /** All sessions together that a liar led, and that gave nothing. */
  readonly lostMax: Micros;
  readonly mayLie: (host: NodeId) => boolean;
}

/** BS-CLAIM: whoever claims what it does not have takes little of a host's time. */
export function claimsCostLittle(
  name: string,
  { host, height, lostMax, mayLie }: ClaimCost,
): Invariant<ChainView> {
  const made = {
    name,
    supposes: ["servers", "faults", "conditions"] as const,
    state: { session: undefined as Measured["session"], lost: 0 },
    onStep: (world: World<ChainView>) => {
      const { server } = world;
      const chain = server?.node?.chain;
      if (server?.id !== host || chain === undefined) return undefined;
      if (tipOfShown(chain).height >= height) return undefined;
      made.state.lost += lostToLiars(made.state, world, mayLie);
      if (made.state.lost <= lostMax) return undefined;
      const { leader } = made.state.session!;
      return `${host} has lost ${formatTime(made.state.lost)} to liars, to ${leader} at last`;
    },
  };
  return made;
}

function newMeasured(): Measured {
  return {
    ...{ session: undefined, beganAt: undefined, isThere: false, bytes: 0, wastedBytes: 0 },
    ...{ asked: new Map(), fetched: new Set() },
  };
}

function measureSessions(
  state: Measured,
  world: World<ChainView>,
  mayLie: (host: NodeId) => boolean,
): void {
  const { metrics } = world;
  const lost = lostToLiars(state, world, mayLie);
  state.beganAt ??= state.session?.since;
  if (lost > 0) metrics.gauge("lostToLiarsMs", metrics.gauged("lostToLiarsMs") + inMs(lost));
}

/** How long the sessions took that ended in this step, and that a liar has led in vain. */
function lostToLiars(
  state: Pick<Measured, "session">,
  { emitted, now }: World<ChainView>,
  mayLie: (host: NodeId) => boolean,
): Micros {
  let lost = 0;
  for (const { event, data } of emitted) {
    if (event === "sync began") state.session = { since: now, leader: fieldsOf(data).leader };
    if (event !== "sync ended" || state.session === undefined) continue;
    const { since, leader } = state.session;
    if (leader !== undefined && mayLie(leader) && fieldsOf(data).imported === 0) {
      lost += now - since;
    }
  }
  return lost;
}

function fieldsOf(data: unknown): {
  readonly leader: string | undefined;
  readonly imported: number;
} {
  // What nodes tell of the beginning and the end of a session.
  return data as { readonly leader: string | undefined; readonly imported: number };
}

function measureBytes(state: Measured, { event, emitted, sent }: World<ChainView>): void {
  for (const { message } of sent) {
    const { type, request, hashes } = messageOf(message);
    if (type === "get bodies") state.asked.set(request, hashes);
  }
  if (event.kind !== "deliver") return;
  const { type, request, bodies } = messageOf(event.payload);
  if (type === "accounts") state.bytes += bytesIn(event.payload);
  if (type !== "bodies") return;
  const isInVain = emitted.some((one) => IN_VAIN.includes(one.event) && isOf(one.data, request));
  const hashes = state.asked.get(request) ?? [];
  bodies.forEach((body, i) => {
    const bytes = bytesIn(body);
    const hash = hashes[i] ?? "";
    state.bytes += bytes;
    if (isInVain || state.fetched.has(hash)) state.wastedBytes += bytes;
    else state.fetched.add(hash);
  });
}

function isOf(data: unknown, request: number): boolean {
  // A body is refused in the step in which it comes.
  const number = (data as { readonly request?: number }).request;
  return number === undefined || number === request;
}

function bytesIn(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce<number>((sum, item) => sum + bytesIn(item), 0);
}

/** How many bytes of blocks are durable on some hosts in the end: `diskBytes <host>`. */
export function measureDisks(hosts: readonly NodeId[], segmentsMax: number): Invariant<ChainView> {
  return {
    name: "disks",
    onEnd: ({ servers, metrics }: World<ChainView>) => {
      for (const host of servers) {
        if (!hosts.includes(host.id)) continue;
        const files = Array.from({ length: segmentsMax }, (_, i) => segmentName(i + 1));
        const sizes = files.map((file) => host.durable(file)?.sizeBytes ?? 0);
        metrics.gauge(
          `diskBytes ${host.id}`,
          sizes.reduce((sum, size) => sum + size, 0),
        );
      }
      return undefined;
    },
  };
}

/** As the store names them. */
function segmentName(number: number): string {
  return `blocks-${String(number).padStart(8, "0")}`;
}
