// What holds of a collector that watches a chain: its word on who is up, its samples and their
// times; and that a chain does not care whether anybody watches.

import type { NodeId, Plain } from "../sim/env.ts";
import { hashPlain } from "../sim/fingerprint.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { formatTime, type Micros } from "../sim/time.ts";
import { type ChainView, tipOfShown } from "./chain-view.ts";

/** What a collector says of all nodes after it has probed them. */
interface HealthReport {
  readonly up: readonly NodeId[];
  readonly down: readonly NodeId[];
  readonly status: number;
}

/** The collector's reports of this step. */
function reportsOf({ event, emitted }: World, collector: NodeId): readonly HealthReport[] {
  if (event.host?.id !== collector) return [];
  // What a collector emits under that name is such a report.
  return emitted
    .filter(({ event: name }) => name === "health checked")
    .map(({ data }) => data as unknown as HealthReport);
}

/** By host, since when it is as it is; a host is up when it can answer: it shows its chain. */
type Standing = Map<NodeId, { readonly isUp: boolean; readonly since: Micros }>;

function noteStandings(standings: Standing, { servers, now }: World<ChainView>): void {
  for (const { id, node } of servers) {
    const isUp = node?.chain !== undefined;
    if (standings.get(id)?.isUp !== isUp) standings.set(id, { isUp, since: now });
  }
}

export interface Probing {
  readonly collector: NodeId;
  /** How often it probes. */
  readonly interval: Micros;
  /** How long nodes have to answer. */
  readonly timeout: Micros;
}

/**
 * TB-PROBE: no node is reported as up that was down all the time of the probe, each is reported,
 * and the status is 1 exactly if some node is down by the report. Measures `healthStatus` at last
 * and counts `nodesReportedDown`.
 */
export function probesTellTheTruth(
  name: string,
  { collector, timeout }: Omit<Probing, "interval">,
): Invariant<ChainView> {
  const made = {
    name,
    state: new Map() as Standing,
    onStep: (world: World<ChainView>) => {
      noteStandings(made.state, world);
      const { now, metrics, servers } = world;
      for (const { up, down, status } of reportsOf(world, collector)) {
        metrics.gauge("healthStatus", status);
        metrics.count("nodesReportedDown", down.length);
        const wrong = up.find((id) => {
          const standing = made.state.get(id);
          return standing?.isUp === false && now - standing.since > timeout;
        });
        if (wrong !== undefined) return `${wrong} is down, and is reported as up`;
        const missing = servers.find(({ id }) => up.includes(id) === down.includes(id));
        if (missing !== undefined) return `${missing.id} is up as well as down, or neither`;
        if (status !== (down.length > 0 ? 1 : 0)) return `status ${status}, ${down.length} down`;
      }
      return undefined;
    },
  };
  return made;
}

interface Told {
  readonly standings: Standing;
  /** By host, when a report has said last that it is up, or down. */
  readonly reported: Map<NodeId, { readonly isUp: boolean; readonly at: Micros }>;
  readonly late: Set<NodeId>;
}

/**
 * TB-TOLD: a node that went down, and stays so, is reported as down one interval and the timeout
 * later at most, and as up again likewise. For runs in which the collector is up and reaches all.
 * Measures `downToldMs` and `upToldMs`.
 */
export function standingIsTold(
  name: string,
  { collector, interval, timeout }: Probing,
): Invariant<ChainView> {
  const made = {
    name,
    supposes: ["servers", "faults", "conditions"] as const,
    state: { standings: new Map(), reported: new Map(), late: new Set() } as Told,
    onStep: (world: World<ChainView>) => {
      const { standings, reported } = made.state;
      const { now, metrics } = world;
      // First by what was the case up to now, as a change in this step is none to have told yet.
      const late = lateOf(made.state, now, interval + timeout);
      for (const { up, down } of reportsOf(world, collector)) {
        for (const [ids, isUp] of [[up, true] as const, [down, false] as const]) {
          for (const id of ids) {
            const standing = standings.get(id);
            const isNew = reported.get(id)?.isUp !== isUp && standing?.isUp === isUp;
            const took = Math.round((now - (standing?.since ?? 0)) / 1_000);
            if (isNew) metrics.observe(isUp ? "upToldMs" : "downToldMs", took);
            reported.set(id, { isUp, at: now });
          }
        }
      }
      noteStandings(standings, world);
      return late;
    },
    onEnd: ({ now }: World<ChainView>) => lateOf(made.state, now, interval + timeout),
  };
  return made;
}

function lateOf({ standings, reported }: Told, now: Micros, within: Micros): string | undefined {
  for (const [id, { isUp, since }] of standings) {
    const isTold = reported.get(id)?.isUp === isUp;
    if (isTold || now - since <= within) continue;
    const what = isUp ? "up" : "down";
    return `${id} is ${what} since ${formatTime(since)}, and no report has said so`;
  }
  return undefined;
}

/** A page of metrics as it is looked at. */
export interface ShownSample {
  readonly name: string;
  readonly node: string;
  readonly value: number;
  readonly at: Micros;
}

/**
 * TB-EXPOSITION: a page of metrics can be read, says of every sample that it is of this node and
 * of this very moment by the node's clock, which is right, and has the heights of its chain.
 */
export function pagesAreTrue(
  name: string,
  read: (text: string) => readonly ShownSample[] | undefined,
  epoch: Micros,
): Invariant<ChainView> {
  return {
    name,
    supposes: ["conditions"],
    onStep: ({ server, sent, now }: World<ChainView>) => {
      const chain = server?.node?.chain;
      if (server === undefined || chain === undefined) return undefined;
      for (const { message } of sent) {
        // Every message of the chain has a type, and this one has a text.
        const { type, text } = message as { readonly type: string; readonly text: string };
        if (type !== "exposition") continue;
        const samples = read(text);
        if (samples === undefined) return `${server.id}: a page that cannot be read`;
        const late = samples.find(({ at, node }) => at !== epoch + now || node !== server.id);
        if (late !== undefined) {
          return `${server.id}: ${late.name} of ${late.node} is of ${late.at}, not ${epoch + now}`;
        }
        const height = samples.find((sample) => sample.name === "block_height")?.value;
        const final = samples.find((sample) => sample.name === "finalized_height")?.value;
        if (height !== tipOfShown(chain).height) return `${server.id}: block_height ${height}`;
        if (final !== chain.finalized.height) return `${server.id}: finalized_height ${final}`;
      }
      return undefined;
    },
  };
}

/** What a collector cannot have asked for, or got no answer to. */
export interface Outage {
  readonly node: NodeId;
  readonly lasting: Micros;
}

/**
 * TB-SAMPLES: of each node there is a sample for each interval of the run but for those of an
 * outage, one more or less at its ends. Measures `samplesTaken` and `samplesLost` of all nodes.
 */
export function samplesAreTaken(
  name: string,
  { collector, interval }: Omit<Probing, "timeout">,
  outages: readonly Outage[],
): Invariant<ChainView> {
  const made = {
    name,
    supposes: ["servers", "faults", "conditions"] as const,
    state: new Map<NodeId, number>(),
    onStep: ({ event, emitted }: World<ChainView>) => {
      if (event.host?.id !== collector) return undefined;
      for (const { event: what, data } of emitted) {
        if (what !== "scraped") continue;
        const { node } = data as { readonly node: NodeId };
        made.state.set(node, (made.state.get(node) ?? 0) + 1);
      }
      return undefined;
    },
    onEnd: ({ servers, now, metrics }: World<ChainView>) => {
      for (const { id } of servers) {
        const taken = made.state.get(id) ?? 0;
        const lost = Math.floor(now / interval) - taken;
        metrics.count("samplesTaken", taken);
        metrics.count("samplesLost", lost);
        const lasting = outages.find(({ node }) => node === id)?.lasting ?? 0;
        const expected = lasting / interval;
        if (Math.abs(lost - expected) > 1) {
          return `${id}: ${lost} samples are missing, not ${expected}`;
        }
      }
      return undefined;
    },
  };
  return made;
}

/** What the chain does, and nothing of who watches it. */
const CONSENSUS = [
  ...(["block proposed", "block imported", "block refused", "block durable"] as const),
  ...(["tip changed", "vote cast", "finalized", "recovered", "evidence"] as const),
] as readonly string[];

/** Messages between a node and whoever watches it. */
const METRICS = ["scrape", "exposition", "probe", "alive"];

/**
 * TB-UNDISTURBED: what the servers have told and sent, and when, apart from metrics, is what they
 * told and sent in the same run undisturbed; `expected` runs it, and says what is measured here as
 * `consensusTrace`: a hash of all that. Without an expectation it only measures.
 */
export function consensusIsUndisturbed(
  name: string,
  expected?: () => number | undefined,
): Invariant<ChainView> {
  const made = {
    name,
    state: { hash: 0 },
    onStep: ({ server, sent, emitted, now }: World<ChainView>) => {
      if (server === undefined) return undefined;
      for (const { event, data } of emitted) {
        if (CONSENSUS.includes(event)) mix(made.state, [now, server.id, event, data]);
      }
      for (const { to, message } of sent) {
        const { type } = message as { readonly type: string };
        // What is in it follows from what was told.
        if (!METRICS.includes(type)) mix(made.state, [now, server.id, to, type]);
      }
      return undefined;
    },
    onEnd: ({ metrics }: World<ChainView>) => {
      metrics.gauge("consensusTrace", made.state.hash >>> 0);
      const other = expected?.();
      if (other === undefined || other === made.state.hash >>> 0) return undefined;
      return `the trace of consensus is ${made.state.hash >>> 0}, and ${other} without the outage`;
    },
  };
  return made;
}

function mix(state: { hash: number }, value: Plain): void {
  state.hash = hashPlain(state.hash, value);
}
