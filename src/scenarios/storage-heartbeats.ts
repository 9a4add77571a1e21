// Group J, sq-heartbeat-expiry: who is listed as a live storage node, and for how long.

import {
  type Availability,
  availabilityFollows,
  membershipIsTrue,
  nodeKeepsItsReplicas,
} from "../invariants/storage-membership.ts";
import { operationsSucceed } from "../invariants/storage-requests.ts";
import { defaultStorageQuorumOptions } from "../protocols/storage-quorum/options.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault, FaultKind } from "../sim/fault.ts";
import type { Invariant } from "../sim/invariant.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { Random } from "../sim/random/random.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, minutes, ms, seconds } from "../sim/time.ts";
import { hostNames } from "./raft-cluster.ts";
import {
  BACKEND,
  DISCOVERY,
  type StoragePlan,
  type StorageServer,
  storageScenario,
  storageServers,
  storageSettings,
} from "./storage-cluster.ts";
import { steadily } from "./workload.ts";

const NODES = hostNames(5);
const REPLICATION = NODES.length;
const { heartbeatInterval, ttl, reapAfter, sweepInterval, peersInterval, retryDelay } =
  defaultStorageQuorumOptions;
const LATENCY_MAX = ms(5);
const ROUND_TRIP = 2 * LATENCY_MAX;

const BEGIN = seconds(6);
/** When it happens, whatever it is: within `SPREAD` from then on. */
const TROUBLE = seconds(60);
const SPREAD = seconds(5);
const HORIZON = seconds(300);
const UPLOADS_EVERY = seconds(10);

/** How much faster or slower a clock may go in any of these, in millionths. */
const DRIFT_PPM = 10_000;
const drifting = (time: Micros): Micros => Math.ceil((time * (1_000_000 + DRIFT_PPM)) / 1_000_000);

/** What happens to one node, or to the discovery. */
interface Trouble {
  readonly faults: readonly Fault[];
  readonly operations?: readonly PlannedOperation[];
}

interface Heartbeats {
  readonly variant: string;
  readonly about: string;
  readonly trouble: (random: Random, at: Micros) => Trouble;
  readonly schedule: readonly Availability[];
  readonly invariants?: (plan: StoragePlan) => readonly Invariant<StorageServer>[];
  readonly immuneTo?: readonly FaultKind["kind"][];
  readonly goals: readonly Goal[];
}

const WATCHER = "watcher";
const OPERATOR = "operator";
const UPLOADER = "uploader";

function heartbeats({ variant, about, trouble, schedule, ...rest }: Heartbeats): Scenario {
  const { invariants = () => [], immuneTo = [], goals } = rest;
  return storageScenario({
    name: `sq-heartbeat-expiry${variant}`,
    about,
    plan: (streams) => {
      const random = streams.stream("trouble");
      const { faults, operations = [] } = trouble(random, TROUBLE + random.int(0, SPREAD));
      return {
        servers: storageServers(NODES.length),
        clients: [WATCHER, UPLOADER, OPERATOR],
        settings: storageSettings({ replication: REPLICATION }),
        network: { latency: uniform(ms(1), LATENCY_MAX) },
        operations: [...watching(), ...uploads(streams.stream("workload")), ...operations],
        faults,
        horizon: HORIZON,
      };
    },
    invariants: (plan) => [
      membershipIsTrue("SQ-MEMBERS", {
        ...{ backend: BACKEND, discovery: DISCOVERY, replication: REPLICATION },
        silenceMax: drifting(ttl),
        absenceMax: drifting(heartbeatInterval) + retryDelay + ROUND_TRIP,
        lagMax: peersInterval + 2 * ROUND_TRIP,
      }),
      availabilityFollows("SQ-AVAILABILITY", schedule),
      operationsSucceed("UPLOADS-DONE", (id) => id.startsWith(UPLOADER), {
        count: UPLOADS,
        by: HORIZON,
      }),
      ...invariants(plan),
    ],
    expects: ["node registered", "block settled", "challenge passed"],
    immuneTo,
    goals,
  });
}

/** Somebody asks every five seconds who is there. */
function watching(): PlannedOperation[] {
  const pace = { clients: [WATCHER], from: seconds(2), until: HORIZON, every: seconds(5) };
  return steadily(pace, () => ({ op: "peers" }));
}

const LAST_UPLOAD = HORIZON - seconds(5);
const UPLOADS = Math.ceil((LAST_UPLOAD - BEGIN) / UPLOADS_EVERY);

function uploads(random: Random): PlannedOperation[] {
  const pace = { clients: [UPLOADER], from: BEGIN, until: LAST_UPLOAD, every: UPLOADS_EVERY };
  return steadily(pace, (n) => ({
    ...{ op: "upload", name: `f${n}`, fill: random.int(0, 1_000_000) },
    sizeBytes: random.int(1, 5_000),
  }));
}

const all = NODES.length;
const others = all - 1;
/** Everybody is there before it happens. */
const BEFORE: Availability = { from: seconds(2), until: TROUBLE, live: all, registered: all };
const everybody = (from: Micros): Availability => ({
  ...{ from, until: HORIZON },
  ...{ live: all, registered: all },
});

/** How long a node is silent; it is forgotten in that time. */
const SILENCE = seconds(180);
const RETURN = TROUBLE + SPREAD + SILENCE;

/**
 * What becomes of a node that falls silent between `TROUBLE` and `SPREAD` later: its last heartbeat
 * is up to an interval older. Within the ttl it expires, and within the time to reap and a sweep it
 * is forgotten.
 */
const silence: readonly Availability[] = [
  BEFORE,
  {
    ...{
      from: TROUBLE + SPREAD + ttl + ROUND_TRIP,
      until: TROUBLE - heartbeatInterval + reapAfter,
    },
    ...{ live: others, registered: all },
  },
  {
    from: TROUBLE + SPREAD + reapAfter + sweepInterval + ROUND_TRIP,
    until: TROUBLE + SILENCE,
    ...{ live: others, registered: others },
  },
];

/** While a node is silent, and not yet forgotten. */
const AVAILABILITY: Goal = { metric: "nodeAvailabilityLeast", atLeast: 80, atMost: 80, share: 1 };

/** Within the ttl and a heartbeat it is gone from the lists, which are asked for every 5 s. */
const DELISTED: Goal = {
  metric: "delistedMs",
  atMost: (ttl + heartbeatInterval) / ms(1),
  share: 1,
};
const registeredWithin = (time: Micros): Goal => ({
  metric: "registeredMs",
  atMost: time / ms(1),
  share: 1,
});

const silent = heartbeats({
  variant: "",
  about: "A node falls silent: within its ttl it is listed no more, and gets no replicas.",
  trouble: (random, at) => {
    const kind = random.pick(["crash", "stop", "pause"] as const);
    return { faults: [{ kind, at, lasting: SILENCE, hosts: [random.pick(NODES)] }] };
  },
  schedule: [...silence, everybody(RETURN + heartbeatInterval + ROUND_TRIP)],
  goals: [DELISTED, AVAILABILITY, { metric: "node forgotten", atLeast: 1, atMost: 1, share: 1 }],
});

/** The operator has a node leave, and stops it then. */
const STOPPED = seconds(60);
const drained = heartbeats({
  variant: "/graceful-stop",
  about: "A node leaves before it stops: it is listed no more at once, and again when it is back.",
  trouble: (random, at) => {
    const node = random.pick(NODES);
    const drain = { id: "drain", op: "drain", node };
    return {
      faults: [{ kind: "stop", at: at + seconds(2), lasting: STOPPED, hosts: [node] }],
      operations: [{ at, client: OPERATOR, operation: drain }],
    };
  },
  schedule: [
    BEFORE,
    {
      ...{ from: TROUBLE + SPREAD + 2 * ROUND_TRIP, until: TROUBLE + STOPPED },
      ...{ live: others, registered: others },
    },
    everybody(TROUBLE + SPREAD + seconds(2) + STOPPED + retryDelay + ROUND_TRIP),
  ],
  goals: [
    // Somebody asks every five seconds at least.
    { metric: "delistedMs", atMost: (peersInterval + ROUND_TRIP) / ms(1), share: 1 },
    { metric: "node left", atLeast: 1, atMost: 1, share: 1 },
    registeredWithin(ROUND_TRIP),
  ],
});

/** In each direction, in both, or only on the way there: no heartbeat gets through. */
function cutFromDiscovery(random: Random, node: NodeId): Pick<Fault, "kind"> {
  const inFlight = "deliver" as const;
  const oneWay = { kind: "oneWay", from: [node], to: [DISCOVERY], inFlight, types: [] } as const;
  const groups = [[DISCOVERY], [node]];
  const partition = { kind: "partition", groups, inFlight, types: [] } as const;
  return random.chance(0.5) ? oneWay : partition;
}

const cutOff = heartbeats({
  variant: "/cut-from-discovery",
  about: "Only the discovery does not reach a node: it gets nothing new, and keeps what it has.",
  trouble: (random, at) => {
    const cut = cutFromDiscovery(random, NODES[0]!);
    return { faults: [{ ...cut, at, lasting: SILENCE } as Fault] };
  },
  schedule: [...silence, everybody(RETURN + heartbeatInterval + 2 * ROUND_TRIP)],
  invariants: () => [
    nodeKeepsItsReplicas("SQ-STILL-HOLDS", NODES[0]!, {
      from: TROUBLE + SPREAD + ttl,
      until: TROUBLE + SILENCE,
    }),
  ],
  goals: [
    DELISTED,
    AVAILABILITY,
    { metric: "node forgotten", atLeast: 1, atMost: 1, share: 1 },
    registeredWithin(heartbeatInterval + 2 * ROUND_TRIP),
  ],
});

const DOWN = seconds(20);
const forgetful = heartbeats({
  variant: "/discovery-restart",
  about: "The discovery starts with an empty memory: all register again within a heartbeat.",
  trouble: (random, at) => ({
    faults: [
      {
        ...{ kind: random.pick(["crash", "stop"] as const), at },
        ...{ lasting: random.int(ms(100), DOWN), hosts: [DISCOVERY] },
      },
    ],
  }),
  schedule: [BEFORE, everybody(TROUBLE + SPREAD + DOWN + heartbeatInterval + 2 * ROUND_TRIP)],
  goals: [
    { metric: "node registered", atLeast: 2 * all, atMost: 2 * all, share: 1 },
    registeredWithin(heartbeatInterval + 2 * ROUND_TRIP),
  ],
});

const wrongClock = heartbeats({
  variant: "/clock-offset",
  about: "A node falls silent while the discovery's clock is hours off, and goes too fast or slow.",
  trouble: (random, at) => {
    const ppm = random.pick([-DRIFT_PPM, DRIFT_PPM]);
    const by = random.pick([-1, 1]) * minutes(random.int(1, 300));
    const hosts = [DISCOVERY];
    return {
      faults: [
        { kind: "clockDrift", at: 0, lasting: HORIZON, hosts, ppm },
        { kind: "clockStep", at: at + seconds(10), lasting: seconds(100), hosts, by },
        { kind: "crash", at, lasting: SILENCE, hosts: [random.pick(NODES)] },
      ],
    };
  },
  schedule: [
    BEFORE,
    ...silence.slice(1).map(({ from, until, ...counts }) => ({
      ...{ from: from + seconds(2), until: until - seconds(2) },
      ...counts,
    })),
    everybody(RETURN + heartbeatInterval + ROUND_TRIP),
  ],
  immuneTo: ["clockStep"],
  goals: [{ metric: "node forgotten", atLeast: 1, atMost: 1, share: 1 }, DELISTED, AVAILABILITY],
});

export const storageHeartbeats: readonly Scenario[] = [
  silent,
  drained,
  cutOff,
  forgetful,
  wrongClock,
];
