// Weather by default: which kinds of trouble exist in a run, how often, how long, and who gets well
// again, all drawn from the seed.

import { assert } from "../assert.ts";
import type { NodeId } from "../env.ts";
import type { Fault, Target } from "../fault.ts";
import { isolate } from "../faults/cuts-by-hand.ts";
import { all, clientStops, crashes, type Nemesis, type Rhythm, stops } from "../nemesis.ts";
import type { Transport } from "../network/stream-options.ts";
import { exponential, uniform } from "../random/distribution.ts";
import type { Random, Streams } from "../random/random.ts";
import { type Micros, ms, seconds, us } from "../time.ts";
import { clockDrifts, clockSlews, clockSteps } from "./clocks.ts";
import {
  bridges,
  clogs,
  flappings,
  isolations,
  oneWayCuts,
  partitions,
  rings,
  swizzleClogs,
} from "./cuts.ts";
import { fullDisks, slowDisks } from "./disk.ts";
import { byzantines, crashPoints, pauses, slowCpus } from "./hosts.ts";
import {
  dataLimits,
  halfOpens,
  slicers,
  slowCloses,
  streamDowns,
  streamResets,
  streamTimeouts,
} from "./streams.ts";
import {
  bandwidths,
  burstLosses,
  corruptions,
  duplications,
  latencies,
  losses,
  reorderings,
} from "./traffic.ts";

/** What a scenario lets its weather be drawn of. */
export interface SwarmOptions {
  /** Kinds of trouble that may exist. Default: all that spare what is durable and tell no lies. */
  readonly kinds: readonly SwarmKind[];
  /** Names of hosts at the worst moment, such as `syncing`, for whom some crashes wait. */
  readonly targets: readonly Target[];
  /** How fast or slow clocks run at most, in millionths. Default: 500, as crystals do. */
  readonly driftPpmMax: number;
  /** Whether some servers may stay broken for good, a minority. Default: they may. */
  readonly keepsCore: boolean;
  /**
   * How many servers may be Byzantine, each now and then or for good, where the scenario declares
   * behaviours. They are not in the core. Default: 0.
   */
  readonly byzantineMax: number;
  /** The servers that may be. Default: none given, which means any. */
  readonly byzantineAmong: readonly NodeId[];
}

/** The weather of a run. */
export interface DrawnWeather {
  readonly faults: readonly Fault[];
  /** The servers that are well in the calm. */
  readonly core: readonly NodeId[];
}

/** Where weather happens. */
export interface SwarmField {
  readonly servers: readonly NodeId[];
  readonly clients: readonly NodeId[];
  readonly from: Micros;
  /** What strikes the core has ended by then. */
  readonly calm: Micros;
  readonly horizon: Micros;
  /** What links are; some kinds of trouble exist on one sort only. Default: datagrams. */
  readonly transport?: Transport;
  /** What Byzantine hosts may do. Default: nothing, and there are none. */
  readonly behaviours?: readonly string[];
}

/** Who is Byzantine in a run, and what they do. */
interface League {
  readonly hosts: readonly NodeId[];
  readonly behaviours: readonly string[];
}

interface Trouble {
  /** Fewer servers, and it does not exist. */
  readonly serversMin: number;
  /** The only sort of links that it can strike. */
  readonly transport?: Transport;
  readonly nemesis: (rhythm: Rhythm, options: SwarmOptions, league: League) => Nemesis;
}

function ofStreams(nemesis: Trouble["nemesis"]): Trouble {
  return { serversMin: 2, transport: "stream", nemesis };
}

/** How long flapping links are up and down. */
const TURNS = { up: { min: ms(1), max: ms(500) }, down: { min: ms(1), max: ms(500) } };

/** By name; most are the names of the fault kinds that they draw. */
const TROUBLES = {
  crash: { serversMin: 1, nemesis: (rhythm) => crashes(rhythm) },
  crashAtTarget: {
    serversMin: 1,
    nemesis: (rhythm, { targets }) => all(...targets.map((target) => crashes(rhythm, target))),
  },
  crashPoint: {
    serversMin: 1,
    nemesis: (rhythm) => crashPoints(rhythm, ["before sync", "after sync", "between sends"], 20),
  },
  stop: { serversMin: 1, nemesis: (rhythm) => stops(rhythm) },
  clientStop: { serversMin: 1, nemesis: (rhythm) => clientStops(rhythm) },
  pause: { serversMin: 1, nemesis: (rhythm) => pauses(rhythm) },
  slowCpu: { serversMin: 1, nemesis: (rhythm) => slowCpus(rhythm, uniform(us(10), ms(2))) },
  clockDrift: {
    serversMin: 1,
    nemesis: (rhythm, { driftPpmMax }) => clockDrifts(rhythm, driftPpmMax),
  },
  clockStep: { serversMin: 1, nemesis: (rhythm) => clockSteps(rhythm, seconds(3_600)) },
  clockSlew: { serversMin: 1, nemesis: (rhythm) => clockSlews(rhythm, 500) },
  slowDisk: {
    serversMin: 1,
    nemesis: (rhythm) => slowDisks(rhythm, exponential({ mean: ms(20) })),
  },
  diskFull: { serversMin: 1, nemesis: (rhythm) => fullDisks(rhythm, 4_096) },
  partition: { serversMin: 2, nemesis: (rhythm) => partitions(rhythm) },
  isolate: { serversMin: 2, nemesis: (rhythm) => isolations(rhythm) },
  oneWay: { serversMin: 2, nemesis: (rhythm) => oneWayCuts(rhythm) },
  bridge: { serversMin: 3, nemesis: (rhythm) => bridges(rhythm) },
  ring: { serversMin: 4, nemesis: (rhythm) => rings(rhythm) },
  flapping: { serversMin: 2, nemesis: (rhythm) => flappings(rhythm, TURNS) },
  clog: { serversMin: 2, nemesis: (rhythm) => clogs(rhythm) },
  swizzleClog: { serversMin: 2, nemesis: (rhythm) => swizzleClogs(rhythm) },
  latency: { serversMin: 2, nemesis: (rhythm) => latencies(rhythm) },
  loss: { serversMin: 2, nemesis: (rhythm) => losses(rhythm) },
  burstLoss: { serversMin: 2, nemesis: (rhythm) => burstLosses(rhythm) },
  duplication: { serversMin: 2, transport: "datagram", nemesis: (rhythm) => duplications(rhythm) },
  reorder: { serversMin: 2, transport: "datagram", nemesis: (rhythm) => reorderings(rhythm) },
  corruption: { serversMin: 2, nemesis: (rhythm) => corruptions(rhythm) },
  bandwidth: { serversMin: 2, nemesis: (rhythm) => bandwidths(rhythm) },
  streamDown: ofStreams((rhythm) => streamDowns(rhythm)),
  streamReset: ofStreams((rhythm) => streamResets(rhythm, ms(100))),
  streamTimeout: ofStreams((rhythm) => streamTimeouts(rhythm, seconds(1))),
  slowClose: ofStreams((rhythm) => slowCloses(rhythm, seconds(1))),
  slicer: ofStreams((rhythm) => slicers(rhythm, 64, ms(1))),
  limitData: ofStreams((rhythm) => dataLimits(rhythm, 4_096)),
  halfOpen: ofStreams((rhythm) => halfOpens(rhythm)),
  byzantine: {
    serversMin: 2,
    nemesis: (rhythm, _, { hosts, behaviours }) => byzantines(rhythm, behaviours, hosts),
  },
} as const satisfies Record<string, Trouble>;

export type SwarmKind = keyof typeof TROUBLES;

// The parse boundary of the language: `keys` gives texts, and these are the names above.
export const SWARM_KINDS = Object.keys(TROUBLES) as readonly SwarmKind[];

export const defaultSwarmOptions: SwarmOptions = {
  kinds: SWARM_KINDS,
  targets: [],
  driftPpmMax: 500,
  keepsCore: true,
  byzantineMax: 0,
  byzantineAmong: [],
};

/**
 * Draws the weather of a seed: first chaos, from `from` to `calm`, in which each kind exists with
 * one probability for all, drawn too; then, in half of the runs, a core that is a majority is left
 * well, and the others stay broken until the horizon. Each kind draws from streams of its own.
 * Source: Groce et al., Swarm Testing, ISSTA 2012; TigerBeetle's VOPR for the core.
 */
export function drawWeather(
  streams: Streams,
  field: SwarmField,
  options: SwarmOptions = defaultSwarmOptions,
): DrawnWeather {
  assert(field.from < field.calm, "no time for weather:", field.from, field.calm);
  const { servers, clients, from, calm: until } = field;
  const kinds = drawKinds(streams.stream("swarm"), field, options);
  const league = kinds.includes("byzantine") ? drawLeague(streams, field, options) : NO_LEAGUE;
  const nemeses = kinds.map((kind) => {
    const rhythm = drawRhythm(streams.stream(`swarm ${kind}`), until - from);
    return TROUBLES[kind].nemesis(rhythm, options, league);
  });
  const chaos = all(...nemeses)(streams, { servers, clients, from, until });
  const reliable = servers.filter((id) => !league.hosts.includes(id));
  const core = options.keepsCore
    ? drawCore(streams.stream("core"), reliable, Math.floor(servers.length / 2) + 1)
    : reliable;
  const forGood = servers
    .filter((id) => !core.includes(id))
    .flatMap((id) => {
      const random = streams.stream(`broken ${id}`);
      if (!league.hosts.includes(id)) return [breakForGood(random, id, field)];
      return random.chance(1 / 2) ? [betrayForGood(random, id, field, league)] : [];
    });
  return { faults: [...chaos, ...forGood].sort((a, b) => a.at - b.at), core };
}

const NO_LEAGUE: League = { hosts: [], behaviours: [] };

/** Who may be Byzantine; of those some, at least one, and at most as many as may. */
function drawLeague(streams: Streams, field: SwarmField, options: SwarmOptions): League {
  const random = streams.stream("league");
  const suspects = suspectsIn(field, options);
  const size = random.int(1, Math.min(options.byzantineMax, suspects.length));
  const drawn = new Set(random.shuffle(suspects).slice(0, size));
  return {
    hosts: suspects.filter((id) => drawn.has(id)),
    behaviours: field.behaviours ?? [],
  };
}

/** Servers that may be Byzantine; without a server that may not be, there is none. */
function suspectsIn(
  { servers, behaviours = [] }: SwarmField,
  { byzantineMax, byzantineAmong }: SwarmOptions,
): readonly NodeId[] {
  const isNone = byzantineMax === 0 || behaviours.length === 0;
  const suspects = servers.filter(
    (id) => byzantineAmong.length === 0 || byzantineAmong.includes(id),
  );
  return isNone || Math.min(byzantineMax, suspects.length) === servers.length ? [] : suspects;
}

/** The kinds that exist in this run: at least one. */
function drawKinds(random: Random, field: SwarmField, options: SwarmOptions): readonly SwarmKind[] {
  const { servers, clients, transport = "datagram" } = field;
  const { kinds, targets } = options;
  const isPossible = (trouble: Trouble): boolean =>
    servers.length >= trouble.serversMin && (trouble.transport ?? transport) === transport;
  const possible = SWARM_KINDS.filter(
    (kind) =>
      kinds.includes(kind) &&
      isPossible(TROUBLES[kind]) &&
      (kind !== "clientStop" || clients.length > 0) &&
      (kind !== "crashAtTarget" || targets.length > 0) &&
      (kind !== "byzantine" || suspectsIn(field, options).length > 0),
  );
  assert(possible.length > 0, "no kind of trouble is possible, of", kinds.length);
  const share = random.pick([1 / 8, 1 / 4, 1 / 2]);
  const present = possible.filter(() => random.chance(share));
  return present.length > 0 ? present : [random.pick(possible)];
}

/** From a fault now and then to one after another; from brief to so long that they overlap. */
function drawRhythm(random: Random, span: Micros): Rhythm {
  const everyMax = Math.max(1, Math.floor(span / random.pick([2, 5, 10, 20])));
  const lastingMax = Math.max(1, Math.floor(everyMax / random.pick([10, 2, 1])));
  return {
    every: { min: Math.ceil(everyMax / 20), max: everyMax },
    lasting: { min: 1, max: lastingMax },
  };
}

/** All of these servers, or as many of them as are a quorum at least. */
function drawCore(random: Random, servers: readonly NodeId[], quorum: number): readonly NodeId[] {
  if (quorum >= servers.length || random.chance(1 / 2)) return servers;
  const size = random.int(quorum, servers.length - 1);
  const core = new Set(random.shuffle(servers).slice(0, size));
  return servers.filter((id) => core.has(id));
}

/** Something that begins in the chaos and never ends, and that spares whoever is not struck. */
function breakForGood(random: Random, id: NodeId, { from, calm, horizon }: SwarmField): Fault {
  const at = random.int(from, calm);
  const span = { at, lasting: horizon - at };
  const kind = random.pick(["crash", "stop", "pause", "isolate"] as const);
  if (kind !== "isolate") return { ...span, kind, hosts: [id] };
  return { ...span, ...isolate([id]) };
}

/** Byzantine from some time in the chaos to the end. */
function betrayForGood(
  random: Random,
  id: NodeId,
  { from, calm, horizon }: SwarmField,
  { behaviours }: League,
): Fault {
  const at = random.int(from, calm);
  const behaviour = random.pick(behaviours);
  return { at, lasting: horizon - at, kind: "byzantine", hosts: [id], behaviour };
}
