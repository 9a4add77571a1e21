// Of each kind of fault, what it may be: only what the check of plans lets pass.

import {
  type Arbitrary,
  array,
  boolean,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  record,
  shuffledSubarray,
  subarray,
  tuple,
} from "fast-check";
import type { FaultKind, Target } from "../sim/fault.ts";
import type { Distribution } from "../sim/random/distribution.ts";
import { ms, seconds } from "../sim/time.ts";

/** Whom faults may strike, and which messages. */
export interface Victims {
  /** Ids of hosts, and names that stand for some. */
  readonly targets: readonly Target[];
  /** How hosts may behave that are Byzantine. */
  readonly behaviours: readonly string[];
  /** Texts in the field `type` of messages, for faults that concern some of them only. */
  readonly types: readonly string[];
}

type Kind = FaultKind["kind"];
type Body<K extends Kind> = Omit<Extract<FaultKind, { readonly kind: K }>, "kind">;

/** What a kind needs, and what it is drawn of. */
interface Drawn<K extends Kind> {
  /** With fewer targets there is none. */
  readonly targetsMin: number;
  readonly body: (victims: Victims) => Arbitrary<Body<K>>;
}

/** Whether there are enough targets for a fault of that kind, and behaviours if it needs one. */
export function isPossible(kind: Kind, { targets, behaviours }: Victims): boolean {
  const isNameless = kind === "byzantine" && behaviours.length === 0;
  return targets.length >= KINDS[kind].targetsMin && !isNameless;
}

/** Faults of one kind, without when. */
export function bodies(kind: Kind, victims: Victims): Arbitrary<FaultKind> {
  // The kind and the fields of that kind.
  return KINDS[kind].body(victims).map((body) => ({ kind, ...body }) as FaultKind);
}

/** Some targets, at least one. */
const some = ({ targets }: Victims): Arbitrary<Target[]> =>
  subarray([...targets], { minLength: 1 });

/** Two or three groups of targets that share none. */
function groups({ targets }: Victims, countMax: 2 | 3): Arbitrary<Target[][]> {
  const drawn = tuple(
    shuffledSubarray([...targets], { minLength: 2 }),
    array(nat(countMax - 1), { minLength: targets.length, maxLength: targets.length }),
  );
  // The first two are apart, so that there are two groups at least.
  return drawn.map(([list, groupOf]) =>
    [0, 1, 2]
      .map((group) => list.filter((_, i) => (i < 2 ? i : groupOf[i]) === group))
      .filter((group) => group.length > 0),
  );
}

/** One target between two, and the others with one of the three. */
function bridged({ targets }: Victims): Arbitrary<{ bridge: Target[]; halves: Target[][] }> {
  const drawn = tuple(
    shuffledSubarray([...targets], { minLength: 3 }),
    array(nat(2), { minLength: targets.length, maxLength: targets.length }),
  );
  return drawn.map(([list, placeOf]) => {
    const at = (place: number): Target[] =>
      list.filter((_, i) => (i < 3 ? i : placeOf[i]) === place);
    return { bridge: at(0), halves: [at(1), at(2)] };
  });
}

interface Ends {
  readonly from: Target[];
  readonly to: Target[];
}

const ends = (victims: Victims): Arbitrary<Ends> =>
  groups(victims, 2).map(([from, to]) => ({ from: from!, to: to! }));

const types = ({ types: known }: Victims): Arbitrary<string[]> => subarray([...known]);

const rules = (victims: Victims) =>
  record({ inFlight: constantFrom("lose", "hold", "deliver"), types: types(victims) });

const way = (victims: Victims) => both(ends(victims), record({ bothWays: boolean() }));

const scope = (victims: Victims) => both(way(victims), record({ types: types(victims) }));

const percent = (): Arbitrary<number> => integer({ min: 1, max: 100 }).map((n) => n / 100);

const time = (min = 1): Arbitrary<number> =>
  oneof(
    integer({ min: Math.ceil(min / 1_000), max: 1_000 }).map(ms),
    integer({ min, max: seconds(1) }),
  );

const ppm = (): Arbitrary<number> =>
  oneof(integer({ min: -500, max: 500 }), integer({ min: -500_000, max: 1_000_000 }));

const distribution = (): Arbitrary<Distribution> =>
  oneof(
    record({ kind: constant("constant" as const), value: time(0) }),
    ordered(2).map(([min, max]) => ({ kind: "uniform" as const, min: min!, max: max! })),
    ordered(3).map(([min, mean, max]) => {
      return { kind: "exponential" as const, min: min!, mean: mean! + 1, max: max! + 1 };
    }),
    tuple(ordered(3), integer({ min: 1, max: 30 })).map(([[min, median, max], sigma]) => {
      const bounds = { min: min!, median: median! + 1, max: max! + 1 };
      return { kind: "logNormal" as const, ...bounds, sigma: sigma / 10 };
    }),
    tuple(ordered(2), integer({ min: 5, max: 50 })).map(([[min, max], shape]) => {
      return { kind: "pareto" as const, min: min! + 1, shape: shape / 10, max: max! + 1 };
    }),
    ordered(5).map((values) => ({ kind: "quantiles" as const, values })),
  );

/** So many times, none below the one before it. */
const ordered = (count: number): Arbitrary<number[]> =>
  array(time(0), { minLength: count, maxLength: count }).map((list) => list.sort((a, b) => a - b));

/** The fields of two records. */
function both<A extends object, B extends object>(
  a: Arbitrary<A>,
  b: Arbitrary<B>,
): Arbitrary<A & B> {
  return tuple(a, b).map(([left, right]) => ({ ...left, ...right }));
}

/** Faults of hosts: whom, and fields that do not depend on that. */
function ofHosts<Fields extends object>(
  fields: () => Arbitrary<Fields>,
): Fitting<{ readonly hosts: readonly Target[] } & Fields> {
  const body = (victims: Victims) => both(record({ hosts: some(victims) }), fields());
  return { targetsMin: 1, body };
}

/** Conditions of traffic: on which links, for which messages. */
function ofTraffic<Fields extends object>(
  fields: () => Arbitrary<Fields>,
): Fitting<Ends & { readonly bothWays: boolean; readonly types: string[] } & Fields> {
  return { targetsMin: 2, body: (victims) => both(scope(victims), fields()) };
}

/** Faults of connections: of which links, and how many of them. */
function ofStreams<Fields extends object>(
  fields: () => Arbitrary<Fields>,
): Fitting<Ends & { readonly bothWays: boolean; readonly probability: number } & Fields> {
  const body = (victims: Victims) =>
    both(both(way(victims), record({ probability: percent() })), fields());
  return { targetsMin: 2, body };
}

interface Fitting<Fields> {
  readonly targetsMin: number;
  readonly body: (victims: Victims) => Arbitrary<Fields>;
}

const none = () => constant({});

const KINDS: { readonly [K in Kind]: Drawn<K> } = {
  crash: ofHosts(none),
  stop: ofHosts(none),
  wipe: ofHosts(none),
  pause: ofHosts(none),
  slowCpu: ofHosts(() => record({ perEvent: distribution() })),
  memoryLimit: ofHosts(() => record({ bytesMax: nat(1_000_000) })),
  crashPoint: ofHosts(() =>
    record({ point: constantFrom("before sync", "after sync", "between sends"), after: nat(20) }),
  ),
  clockDrift: ofHosts(() => record({ ppm: ppm() })),
  clockStep: ofHosts(() => record({ by: integer({ min: -seconds(3_600), max: seconds(3_600) }) })),
  clockSlew: ofHosts(() => record({ ppm: ppm() })),
  partition: {
    targetsMin: 2,
    body: (victims) => both(record({ groups: groups(victims, 3) }), rules(victims)),
  },
  isolate: {
    targetsMin: 1,
    body: (victims) => both(record({ hosts: some(victims) }), rules(victims)),
  },
  oneWay: { targetsMin: 2, body: (victims) => both(ends(victims), rules(victims)) },
  bridge: { targetsMin: 3, body: (victims) => both(bridged(victims), rules(victims)) },
  ring: {
    targetsMin: 4,
    body: (victims) => {
      const hosts = shuffledSubarray([...victims.targets], { minLength: 4 });
      return both(record({ hosts }), rules(victims));
    },
  },
  flapping: {
    targetsMin: 2,
    body: (victims) =>
      both(both(way(victims), record({ up: time(), down: time() })), rules(victims)),
  },
  clog: { targetsMin: 2, body: scope },
  latency: ofTraffic(() => record({ added: distribution() })),
  loss: ofTraffic(() => record({ probability: percent() })),
  burstLoss: ofTraffic(() => record({ enter: percent(), leave: percent(), loss: percent() })),
  duplication: ofTraffic(() => record({ probability: percent() })),
  reorder: ofTraffic(() =>
    record({ probability: percent(), window: integer({ min: 1, max: 10 }), holdMax: time() }),
  ),
  corruption: ofTraffic(() =>
    record({ probability: percent(), of: constantFrom("bytes", "fields") }),
  ),
  bandwidth: ofTraffic(() =>
    record({
      bytesPerSecond: integer({ min: 100, max: 1_000_000 }),
      queueBytes: integer({ min: 100, max: 1_000_000 }),
      per: constantFrom("link", "uplink", "downlink"),
    }),
  ),
  sizeLimit: ofTraffic(() => record({ bytesMax: nat(10_000) })),
  streamDown: ofStreams(none),
  streamReset: ofStreams(() => record({ after: time(0) })),
  streamTimeout: ofStreams(() => record({ after: time(0) })),
  slowClose: ofStreams(() => record({ delay: time() })),
  slicer: ofStreams(() => record({ sizeBytes: integer({ min: 1, max: 1_000 }), delay: time() })),
  limitData: ofStreams(() => record({ bytes: nat(10_000) })),
  halfOpen: ofStreams(none),
  slowDisk: ofHosts(() => record({ added: distribution() })),
  diskFull: ofHosts(() => record({ freeBytes: nat(10_000) })),
  failedSync: ofHosts(() => record({ probability: percent() })),
  lostWrites: ofHosts(() => record({ probability: percent() })),
  misdirectedWrites: ofHosts(() => record({ probability: percent() })),
  bitRot: ofHosts(() =>
    record({
      files: constant([]),
      bits: integer({ min: 1, max: 100 }),
      sparedBytes: nat(1_000),
    }),
  ),
  byzantine: {
    targetsMin: 1,
    body: (victims) =>
      record({ hosts: some(victims), behaviour: constantFrom(...victims.behaviours) }),
  },
};
