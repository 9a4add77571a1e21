// Group D: clocks that are wrong, drift and jump.

import { measureAnsweredCutOff, measureElections } from "../invariants/elections.ts";
import {
  acknowledgesSteadily,
  everyoneAgrees,
  leaderStays,
  operationsReturn,
} from "../invariants/liveness.ts";
import { measureDisruption, measureOperations } from "../invariants/measures.ts";
import { equalStates } from "../invariants/replicated.ts";
import type { KvServer } from "../protocols/kv/server.ts";
import type { KvRead } from "../protocols/kv/task.ts";
import type { NodeId, Plain } from "../sim/env.ts";
import type { Fault, Target } from "../sim/fault.ts";
import type { ClockOptions } from "../sim/host/clock.ts";
import type { Invariant } from "../sim/invariant.ts";
import type { Random } from "../sim/random/random.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, minutes, ms, seconds } from "../sim/time.ts";
import {
  hostNames,
  impatientClient,
  type StorePlan,
  storeScenario,
  storeSettings,
} from "./raft-cluster.ts";
import { partition } from "./raft-weather.ts";
import { writes } from "./workload.ts";

const SERVERS = hostNames(5);
const WRITERS = hostNames(4, "w");
const READERS = hostNames(6, "r");
const BEGIN = seconds(4);
const SETTLED = seconds(6);
const CALM = seconds(30);
const HORIZON = seconds(42);

/** As far as leases allow clocks to be off: RaftOptions.clockDriftMax is 0.1. */
const BOUND_PPM = 100_000;
/** One of each for each server, in an order of its own in each run. */
const DRIFTS_PPM = [-BOUND_PPM, -500, 0, 500, BOUND_PPM];
const OFFSETS = [-seconds(10), -seconds(1), 0, seconds(1), seconds(10)];

function drawClocks(random: Random): Partial<ClockOptions> {
  const drifts = random.shuffle(DRIFTS_PPM);
  const offsets = random.shuffle(OFFSETS);
  const clocks = SERVERS.map((id, i) => [id, { offset: offsets[i]!, driftPpm: drifts[i]! }]);
  return { hosts: Object.fromEntries(clocks) };
}

/** Each reader reads a few keys in turn, half of them in the one way and half in the other. */
function reads(until: Micros): PlannedOperation[] {
  return READERS.flatMap((client, c) => {
    const read: KvRead = c % 2 === 0 ? "index" : "lease";
    return Array.from({ length: Math.floor((until - BEGIN) / READ_EVERY) }, (_, n) => {
      const operation = { id: `${client}.${n}`, op: "get", key: `k${(n % 3) + 1}`, read };
      return { at: BEGIN + n * READ_EVERY + c * ms(7), client, operation };
    });
  });
}

const READ_EVERY = ms(50);

interface ClockSkew {
  readonly variant: string;
  readonly about: string;
  readonly clocks?: (random: Random) => Partial<ClockOptions>;
  readonly faults: readonly Fault[];
  readonly invariants: (plan: StorePlan) => readonly Invariant<KvServer>[];
  readonly immuneTo?: readonly Fault["kind"][];
  readonly expects?: readonly string[];
  readonly goals: readonly Goal[];
}

function clockSkew(skew: ClockSkew): Scenario {
  const { variant, about, faults, immuneTo = [], expects = [], goals } = skew;
  const until = CALM + seconds(2);
  return storeScenario({
    name: `raft-clock-skew${variant}`,
    about,
    plan: (streams) => ({
      servers: SERVERS,
      clients: [...WRITERS, ...READERS],
      settings: storeSettings({ leaseReads: true }, { client: impatientClient }),
      clocks: skew.clocks?.(streams.stream("clocks")) ?? {},
      operations: [
        ...writes({ clients: WRITERS, from: BEGIN, until, every: ms(25) }),
        ...reads(until),
      ],
      faults,
      calm: CALM,
      horizon: HORIZON,
    }),
    invariants: (plan) => [
      measureOperations("reads", readMetric),
      measureDisruption(SETTLED),
      ...skew.invariants(plan),
      operationsReturn("RETURN", { by: HORIZON }, plan),
      everyoneAgrees("AGREEMENT", { from: until, by: HORIZON }),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok", ...expects],
    immuneTo,
    goals,
  });
}

function readMetric(operation: Plain): string | undefined {
  // What this scenario's clients emit.
  const { read } = operation as { readonly read?: KvRead };
  return read && `${read}ReadMs`;
}

function step(host: Target, at: Micros, by: Micros): Fault {
  return { kind: "clockStep", at, lasting: seconds(2), hosts: [host], by };
}

const HOUR = minutes(60);

/** By its own clock's rate, such as `+500 ppm`. */
function driftOf({ clocks }: StorePlan, id: NodeId): string {
  return driftName(clocks.hosts[id]?.driftPpm ?? 0);
}

function driftName(ppm: number): string {
  return `${ppm > 0 ? "+" : ""}${ppm} ppm`;
}

/** When the leader is cut off; its clock, and the others', drift from a second before on. */
const CUTS = [7, 13, 19, 25].map(seconds);

function isolation(at: Micros): readonly Fault[] {
  const drift = { kind: "clockDrift" as const, at: at - seconds(1), lasting: seconds(4) };
  return [
    { ...drift, hosts: ["leader"], ppm: -BOUND_PPM },
    { ...drift, hosts: ["others"], ppm: BOUND_PPM },
    partition(at, ms(2_500), ["leader"], ["others"]),
  ];
}

export const raftClockSkew: readonly Scenario[] = [
  clockSkew({
    variant: "",
    about: "Clocks are off by up to 10 s and 10 %, and jump by an hour: one leader, fresh reads.",
    clocks: drawClocks,
    faults: [
      step("leader", seconds(8), HOUR),
      step("leader", seconds(13), -HOUR),
      step("follower 1", seconds(18), HOUR),
      step("follower 1", seconds(23), -HOUR),
    ],
    invariants: (plan) => [
      measureElections(plan.servers, (id) => driftOf(plan, id)),
      leaderStays("LEADER-STAYS", { from: SETTLED, until: HORIZON }),
      acknowledgesSteadily("PROGRESS", { from: SETTLED, until: CALM }, seconds(1)),
    ],
    // Nothing in Raft asks what time of day it is.
    immuneTo: ["clockStep"],
    goals: DRIFTS_PPM.map((ppm) => {
      return { metric: `elections, ${driftName(ppm)}`, atMost: 1, share: 0.95 };
    }),
  }),
  clockSkew({
    variant: "/isolation",
    about: "The leader is cut off, its clock as slow and the others' as fast as leases allow for.",
    faults: CUTS.flatMap(isolation),
    invariants: () => [
      measureAnsweredCutOff(),
      acknowledgesSteadily("PROGRESS", { from: SETTLED, until: CALM }, seconds(5)),
    ],
    expects: ["leader stepped down"],
    // Leases are put to use where they might be wrong.
    goals: [{ metric: "answered cut off", atLeast: 20, share: 0.95 }],
  }),
];
