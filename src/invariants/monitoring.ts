// What holds of a collector that watches nodes: its word on who is up, its samples and their times;
// and of the pages that nodes answer with.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { formatTime, type Micros } from "../sim/time.ts";

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

/** Whom a collector watches: servers, or clients. */
export interface Watched<View> {
  readonly collector: NodeId;
  readonly nodes: readonly NodeId[];
  /** Whether a node is up after the world's event, and far enough in its life to answer. */
  readonly canAnswer: (world: World<View>, node: NodeId) => boolean;
}

/** The same, and how it is probed. */
export interface Probing<View> extends Watched<View> {
  /** How often the collector probes. */
  readonly interval: Micros;
  /** How long nodes have to answer. */
  readonly timeout: Micros;
}

/** By node, since when it is as it is; it is up when it can answer. */
type Standing = Map<NodeId, { readonly isUp: boolean; readonly since: Micros }>;

function noteStandings<View>(
  standings: Standing,
  { nodes, canAnswer }: Watched<View>,
  world: World<View>,
): void {
  for (const id of nodes) {
    const isUp = canAnswer(world, id);
    if (standings.get(id)?.isUp !== isUp) standings.set(id, { isUp, since: world.now });
  }
}

/**
 * No node is reported as up that was down all the time of the probe, each is reported, and the
 * status is 1 exactly if some node is down by the report. Measures `healthStatus` at last and
 * counts `nodesReportedDown`.
 */
export function probesTellTheTruth<View>(
  name: string,
  probing: Omit<Probing<View>, "interval">,
): Invariant<View> {
  const { collector, nodes, timeout } = probing;
  const made = {
    name,
    state: new Map() as Standing,
    onStep: (world: World<View>) => {
      noteStandings(made.state, probing, world);
      const { now, metrics } = world;
      for (const { up, down, status } of reportsOf(world, collector)) {
        metrics.gauge("healthStatus", status);
        metrics.count("nodesReportedDown", down.length);
        const wrong = up.find((id) => {
          const standing = made.state.get(id);
          return standing?.isUp === false && now - standing.since > timeout;
        });
        if (wrong !== undefined) return `${wrong} is down, and is reported as up`;
        const missing = nodes.find((id) => up.includes(id) === down.includes(id));
        if (missing !== undefined) return `${missing} is up as well as down, or neither`;
        if (status !== (down.length > 0 ? 1 : 0)) return `status ${status}, ${down.length} down`;
      }
      return undefined;
    },
  };
  return made;
}

interface Told {
  readonly standings: Standing;
  /** By node, whether the last report has said that it is up. */
  readonly reported: Map<NodeId, boolean>;
}

/**
 * A node that went down, and stays so, is reported as down one interval and the timeout later at
 * most, and as up again likewise. For runs in which the collector is up and reaches all. Measures
 * `downToldMs` and `upToldMs`.
 */
export function standingIsTold<View>(name: string, probing: Probing<View>): Invariant<View> {
  const { collector, interval, timeout } = probing;
  const made = {
    name,
    supposes: ["servers", "faults", "conditions"] as const,
    state: { standings: new Map(), reported: new Map() } as Told,
    onStep: (world: World<View>) => {
      const { standings, reported } = made.state;
      const { now, metrics } = world;
      // First by what was the case up to now, as a change in this step is none to have told yet.
      const late = lateOf(made.state, now, interval + timeout);
      for (const { up, down } of reportsOf(world, collector)) {
        for (const [ids, isUp] of [[up, true] as const, [down, false] as const]) {
          for (const id of ids) {
            const standing = standings.get(id);
            const isNew = reported.get(id) !== isUp && standing?.isUp === isUp;
            const took = Math.round((now - (standing?.since ?? 0)) / 1_000);
            if (isNew) metrics.observe(isUp ? "upToldMs" : "downToldMs", took);
            reported.set(id, isUp);
          }
        }
      }
      noteStandings(standings, probing, world);
      return late;
    },
    onEnd: ({ now }: World<View>) => lateOf(made.state, now, interval + timeout),
  };
  return made;
}

function lateOf({ standings, reported }: Told, now: Micros, within: Micros): string | undefined {
  for (const [id, { isUp, since }] of standings) {
    const isTold = reported.get(id) === isUp;
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

/** How pages of metrics are looked at. */
export interface Pages<View> {
  readonly read: (text: string) => readonly ShownSample[] | undefined;
  /** What the wall clock of every node shows in the beginning. */
  readonly epoch: Micros;
  /** By sample, what the host of the world's event has to say; what is not known is left out. */
  readonly truth: (world: World<View>) => Readonly<Record<string, number>>;
}

/**
 * A page of metrics can be read, says of every sample that it is of this node and of this very
 * moment by the node's clock, which is right, and says what is true.
 */
export function pagesAreTrue<View>(
  name: string,
  { read, epoch, truth }: Pages<View>,
): Invariant<View> {
  return {
    name,
    supposes: ["conditions"],
    onStep: (world: World<View>) => {
      const { event, sent, now } = world;
      const id = event.host?.id;
      for (const { message } of sent) {
        // Every message of a protocol that is watched has a type, and this one has a text.
        const { type, text } = message as { readonly type: string; readonly text: string };
        if (type !== "exposition") continue;
        const samples = read(text);
        if (samples === undefined) return `${id}: a page that cannot be read`;
        const late = samples.find(({ at, node }) => at !== epoch + now || node !== id);
        if (late !== undefined) {
          return `${id}: ${late.name} of ${late.node} is of ${late.at}, not ${epoch + now}`;
        }
        for (const [metric, expected] of Object.entries(truth(world))) {
          const value = samples.find((sample) => sample.name === metric)?.value;
          if (value !== expected) return `${id}: ${metric} ${value}`;
        }
      }
      return undefined;
    },
  };
}

/** Whom a collector scrapes, and how often. */
export interface Scraping {
  readonly collector: NodeId;
  readonly nodes: readonly NodeId[];
  readonly interval: Micros;
}

/** What a collector cannot have asked for, or got no answer to. */
export interface Outage {
  readonly node: NodeId;
  readonly lasting: Micros;
}

/**
 * Of each node there is a sample for each interval of the run but for those of an outage, one more
 * or less at its ends. Measures `samplesTaken` and `samplesLost` of all nodes.
 */
export function samplesAreTaken(
  name: string,
  { collector, nodes, interval }: Scraping,
  outages: readonly Outage[],
): Invariant {
  const made = {
    name,
    supposes: ["servers", "faults", "conditions"] as const,
    state: new Map<NodeId, number>(),
    onStep: ({ event, emitted }: World) => {
      if (event.host?.id !== collector) return undefined;
      for (const { event: what, data } of emitted) {
        if (what !== "scraped") continue;
        const { node } = data as { readonly node: NodeId };
        made.state.set(node, (made.state.get(node) ?? 0) + 1);
      }
      return undefined;
    },
    onEnd: ({ now, metrics }: World) => {
      for (const id of nodes) {
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
