// Group L: the parts of its other scenarios that are about the executors of the treasury; and both
// in all weathers.

import { takeoverIsTimely } from "../invariants/lease-measures.ts";
import { activeExecutors } from "../invariants/lease-view.ts";
import { operationsReturn } from "../invariants/liveness.ts";
import {
  pagesAreTrue,
  probesTellTheTruth,
  samplesAreTaken,
  standingIsTold,
} from "../invariants/monitoring.ts";
import { EXECUTOR_LEASE } from "../protocols/lease/executor.ts";
import { defaultLeaseOptions, type LeaseOptions } from "../protocols/lease/options.ts";
import type { TreasuryServer } from "../protocols/lease/server.ts";
import { ALL_TREASURY_SITES } from "../protocols/lease/sites.ts";
import { defaultCollectorOptions } from "../protocols/monitoring/collector-options.ts";
import { readMetricsPage } from "../protocols/monitoring/metrics-page.ts";
import type { NodeId } from "../sim/env.ts";
import { partition } from "../sim/faults/cuts-by-hand.ts";
import type { World } from "../sim/invariant.ts";
import type { Scenario } from "../sim/scenario.ts";
import { type Micros, seconds } from "../sim/time.ts";
import { wellAfterChaos } from "./after-chaos.ts";
import { drawCompaction } from "./raft-cluster.ts";
import { crash } from "./raft-weather.ts";
import {
  allIsExecuted,
  ofBothExecutors,
  treasuryScenario,
  treasurySettings,
} from "./treasury-cluster.ts";
import { BEGIN, CLIENT, disbursements, EXECUTORS, LAN, SERVERS } from "./treasury-words.ts";

const CUT_AT = seconds(100);
const PARTITIONED: readonly (readonly NodeId[])[] = [
  ["n1", "e1"],
  ["n2", "n3", "e2", CLIENT],
];

/** A server and the executor next to it are cut off from the rest. */
function executorIsCutOff(variant: string, about: string, lasting: Micros): Scenario {
  const count = 30;
  const horizon = CUT_AT + lasting + seconds(130);
  return treasuryScenario({
    ...{ name: `tb-network-partition/${variant}`, about },
    plan: (streams) => ({
      servers: SERVERS,
      clients: [CLIENT, ...EXECUTORS],
      settings: treasurySettings(),
      network: LAN,
      operations: disbursements(CLIENT, { from: BEGIN, count, every: seconds(6) }),
      faults: [
        {
          ...partition(PARTITIONED),
          at: CUT_AT + streams.stream("cut").int(0, seconds(20)),
          lasting,
        },
      ],
      calm: CUT_AT + seconds(20) + lasting,
      horizon,
    }),
    invariants: (plan) => [
      ...ofBothExecutors(plan, [
        takeoverIsTimely(
          "TAKEOVER",
          { lease: EXECUTOR_LEASE },
          // Who is cut off from the leader asks elsewhere, and elsewhere again.
          { ...defaultLeaseOptions, commit: seconds(10), until: plan.horizon },
        ),
        allIsExecuted(plan, { from: plan.calm, by: plan.horizon }),
      ]),
      operationsReturn("RETURN", { by: plan.horizon }, plan),
    ],
    expects: ["leader elected", "lease acquired", "lease renewed", "executed"],
    goals: [{ metric: "payments", atLeast: count, share: 1 }],
  });
}

const COLLECTOR = "m1";
const DOWN: NodeId = "e1";
const DOWN_LASTING = seconds(90);
const { scrapeInterval, probeInterval, timeout } = defaultCollectorOptions;

/** Whether it is up: servers and executors answer as soon as they have started. */
function isUp({ servers, clients }: World<TreasuryServer>, node: NodeId): boolean {
  return [...servers, ...clients].some(({ id, node: program }) => id === node && program);
}

/** What a page of the event's host has to say. */
function truthOf(world: World<TreasuryServer>): Readonly<Record<string, number>> {
  const { host } = world.event;
  if (host === undefined || !EXECUTORS.includes(host.id)) return {};
  const [active] = activeExecutors(world, [host.id]);
  return { executor_active: active === undefined ? 0 : 1, lease_epoch: active?.epoch ?? 0 };
}

const executorsAreWatched = treasuryScenario({
  name: "tb-monitoring-health/executors",
  about: "A collector scrapes and probes servers and executors, of which the primary is down.",
  plan: (streams) => ({
    servers: SERVERS,
    clients: [CLIENT, ...EXECUTORS, COLLECTOR],
    settings: treasurySettings({ collectors: { [COLLECTOR]: defaultCollectorOptions } }),
    network: LAN,
    operations: disbursements(CLIENT, { from: BEGIN, count: 20, every: seconds(10) }),
    faults: [crash([DOWN], seconds(70) + streams.stream("fall").int(0, seconds(20)), DOWN_LASTING)],
    calm: seconds(180),
    horizon: seconds(290),
  }),
  invariants: ({ servers, clients, clocks, settings }) => {
    const executors = Object.keys(settings.executors).filter((id) => clients.includes(id));
    const watched = { collector: COLLECTOR, nodes: [...servers, ...executors] };
    const probing = { ...watched, canAnswer: isUp, interval: probeInterval, timeout };
    return [
      probesTellTheTruth("TB-PROBE", probing),
      standingIsTold("TB-TOLD", probing),
      pagesAreTrue("TB-EXPOSITION", {
        ...{ read: readMetricsPage, epoch: clocks.epoch },
        truth: truthOf,
      }),
      samplesAreTaken("TB-SAMPLES", { ...watched, interval: scrapeInterval }, [
        { node: DOWN, lasting: DOWN_LASTING },
      ]),
    ];
  },
  expects: ["scraped", "health checked", "scrape failed", "alert raised", "alert cleared"],
});

const CALM = seconds(240);
const PROBE = CALM + seconds(20);
/** Clients that may be down, and slow clocks among them: the last takeover, and a backlog. */
const HORIZON = CALM + seconds(150);
/** So short that there are many takeovers. */
const SHORT: LeaseOptions = { ttl: seconds(15), poll: seconds(3), margin: seconds(1) };

/** Clocks step and slew as well, so that two may act at a time; nothing is paid twice. */
const chaos = treasuryScenario({
  name: "tb-treasury-failover/chaos",
  about: "Executors and those who give the lease in all weathers; some servers may stay broken.",
  weather: { targets: ["syncing", "executing"] },
  sites: ALL_TREASURY_SITES,
  mayOverlap: true,
  plan: (streams) => ({
    servers: SERVERS,
    clients: [CLIENT, ...EXECUTORS],
    settings: treasurySettings({ lease: SHORT }, drawCompaction(streams)),
    operations: [
      ...disbursements(CLIENT, { from: BEGIN, count: 100, every: seconds(2) }),
      { at: PROBE, client: CLIENT, operation: { id: "probe", op: "summary", read: "index" } },
    ],
    calm: CALM,
    horizon: HORIZON,
  }),
  invariants: (plan) => wellAfterChaos(plan, PROBE),
  expects: ["leader elected", "lease acquired", "lease lost", "lease refused", "executed"],
  // In one run of eight fewer are paid: mostly as the weather kept the client from asking for more,
  // else as a lease that was given by a clock which stood minutes ahead outlasts the run.
  goals: [{ metric: "payments", atLeast: 50, share: 0.8 }],
});

/** Group L: cuts, who watches, and all weathers. */
export const treasuryWeather: readonly Scenario[] = [
  executorIsCutOff(
    "executor",
    "The executor is on the isolated side for 30 s, and keeps its lease.",
    seconds(30),
  ),
  executorIsCutOff(
    "executor-loses-lease",
    "The executor is on the isolated side for 90 s; another takes over, nothing is paid twice.",
    seconds(90),
  ),
  executorsAreWatched,
  chaos,
];
