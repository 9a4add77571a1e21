// Group H: how long an orchestrator's operations take, in virtual time. Names and figures are those
// of the scenario catalogue.

import { answersAre } from "../invariants/answers.ts";
import {
  commitsDoNotGetFaster,
  measureCommitsIn,
  visibleEverywhere,
} from "../invariants/benchmarks.ts";
import { acknowledgesSteadily, operationsReturn } from "../invariants/liveness.ts";
import { driftStaysBelow, measureKinds } from "../invariants/operation-times.ts";
import { everyoneHas, localReadsGive } from "../invariants/orchestrator-history.ts";
import { equalStates } from "../invariants/replicated.ts";
import { memoryStaysWithin } from "../invariants/snapshots.ts";
import type { NodeId, Plain } from "../sim/env.ts";
import type { Invariant } from "../sim/invariant.ts";
import { defaultNetworkOptions } from "../sim/network/network-options.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { type OrchestratorPlan, orchestratorScenario } from "./orchestrator-cluster.ts";
import { ADMINISTRATOR, BEGIN, create, oneByOne, workers } from "./orchestrator-workload.ts";
import { hostNames, impatientClient, storeSettings } from "./raft-cluster.ts";
import { crash } from "./raft-weather.ts";
import type { Asked } from "./workload.ts";

/** Of the catalogue's LAN. */
const LAN = uniform(ms(1), ms(5));

/** By then each is everywhere: heartbeats are not as far apart. */
const EVERY = ms(120);

/** Three servers, which become five, and then seven. */
const SIZES = [3, 5, 7] as const;

/** Two more vote, when those before are done. */
function growth(size: number, at: Micros): PlannedOperation[] {
  const added: NodeId[] = [`n${size - 1}`, `n${size}`];
  return added.map((id, i) => ({
    at: at + i * ms(400),
    client: "a2",
    operation: { id: `a2.${id}`, op: "change", changes: [{ kind: "join", id }] },
  }));
}

/** When so many machines are created at each size, each when the one before is done. */
function phasesOf(creates: number) {
  const step = creates * EVERY + seconds(2);
  return SIZES.map((size, i) => {
    const from = BEGIN + i * step;
    return { name: String(size), size, from, until: from + creates * EVERY + seconds(1) };
  });
}

/** Enough for the medians to tell the sizes apart; 1,000 in the catalogue, or 10. */
const CREATES = 100;

/** How many machines a plan of this scenario creates at each size. */
function createsIn({ operations }: Pick<OrchestratorPlan, "operations">): number {
  const asked = operations.filter(({ client }) => client === "c1").length;
  return Math.ceil(asked / SIZES.length);
}

/** A plan of so many machines at each size. */
export function latencyPlan(creates: number) {
  const phases = phasesOf(creates);
  const made = (size: number): Asked[] =>
    Array.from({ length: creates }, (_, n) => create(`vm${size}.${n}`));
  return {
    servers: hostNames(7),
    clients: [ADMINISTRATOR, "a2", "c1"],
    settings: storeSettings({}, { members: hostNames(3) }),
    network: { ...defaultNetworkOptions, latency: LAN },
    operations: [
      ...workers(3),
      ...phases.flatMap(({ size, from }) => oneByOne("c1", from, EVERY, made(size))),
      ...phases.slice(1).flatMap(({ size, from }) => growth(size, from - ms(900))),
    ],
    horizon: phases.at(-1)!.until + seconds(2),
  };
}

const replicationLatency = orchestratorScenario({
  name: "orch-bench-replication-latency",
  about: "Machines are created one at a time on three servers, then on five, and on seven.",
  plan: () => latencyPlan(CREATES),
  invariants: (plan) => {
    const creates = createsIn(plan);
    const phases = phasesOf(creates);
    return [
      visibleEverywhere("VISIBLE", phases, seconds(5)),
      measureCommitsIn("commit", phases),
      commitsDoNotGetFaster(
        phases.map(({ name }) => name),
        5,
      ),
      everyoneHas("ALL-VMS", { vms: SIZES.length * creates, tasks: 0 }, { by: plan.horizon }),
      operationsReturn("RETURN", { by: plan.horizon }, plan),
      equalStates("EQUAL-STATES"),
    ];
  },
  expects: ["leader elected", "configuration applied", "ok"],
  goals: [
    ...SIZES.map((size) => ({ metric: `visibleP99Ms, ${size}`, atMost: 1_000, share: 1 })),
    { metric: "commitsDoNotGetFaster", atLeast: 1, share: 0.9 },
  ],
});

const ROUNDS = 100;
/** By then a round is over. */
const ROUND = ms(150);

/** A round of one machine: each operation when the one before is done. */
function round(n: number): PlannedOperation[] {
  const vm = `vm${n}`;
  const asked = [
    create(vm),
    { op: "start", vm },
    { op: "list", read: "index" },
    { op: "status", vm, read: "index" },
    { op: "list" },
    { op: "status", vm },
    { op: "list", server: "n1", read: "local" },
    { op: "status", vm, server: "n1", read: "local" },
  ];
  return asked.map((operation, i) => ({
    at: BEGIN + n * ROUND,
    client: "c1",
    operation: { id: `r${n}.${i}`, ...operation },
  }));
}

/** What a started machine is, however it is read; a local read may be out of date. */
function reflected(operation: Plain): readonly string[] {
  const { op, isLocal } = operation as { readonly op: string; readonly isLocal: boolean };
  return isLocal && op === "status" ? ["none", "not-found"] : ["none"];
}

const operationLatency = orchestratorScenario({
  name: "orch-bench-operation-latency",
  about: "A hundred rounds of create, start, list and status; reads in three ways.",
  plan: () => ({
    servers: hostNames(3),
    clients: [ADMINISTRATOR, "c1", "r1"],
    settings: storeSettings(),
    network: {
      ...defaultNetworkOptions,
      latency: LAN,
      bandwidth: [{ bytesPerSecond: 1_000_000, queueBytes: 16_777_216, per: "link" }],
    },
    operations: [
      ...workers(3),
      ...Array.from({ length: ROUNDS }, (_, n) => round(n)).flat(),
      // When all is settled.
      ...oneByOne(
        "r1",
        BEGIN + ROUNDS * ROUND + seconds(2),
        ms(1),
        Array.from({ length: ROUNDS }, (_, n) => ({
          op: "status",
          vm: `vm${n}`,
          server: "n2",
          read: "local",
        })),
      ),
    ],
    horizon: BEGIN + ROUNDS * ROUND + seconds(6),
  }),
  invariants: (plan) => [
    measureKinds("KINDS", ROUNDS),
    answersAre("ANSWERS", reflected),
    localReadsGive("REFLECTED", BEGIN + ROUNDS * ROUND + seconds(2), () => ({
      status: "starting",
    })),
    everyoneHas("ALL-VMS", { vms: ROUNDS, tasks: 0 }, { by: plan.horizon }),
    operationsReturn("RETURN", { by: plan.horizon }, plan),
    equalStates("EQUAL-STATES"),
  ],
  expects: ["leader elected", "ok"],
  goals: [
    { metric: "localIsFastest", atLeast: 1, share: 1 },
    { metric: "readsTakeNoLongerThanWrites", atLeast: 1, share: 0.95 },
    { metric: "listGrowsMs", atLeast: 0.5, share: 0.95 },
  ],
});

/** Of servers far apart: a create takes about 80 ms, so that 390 take more than 30 s. */
const FAR = uniform(ms(16), ms(24));
const LOAD = 390;
const LOADED = Array.from({ length: LOAD }, (_, n) => create(`vm${n}`));
const LOAD_SPAN = seconds(30);
/** Of the log; a session each of two clients; and what one of them has asked for, or asks again. */
const KEPT_MAX = { entries: 250, sessions: 2, requests: 2 };

/** Of all that is asked for together: without workers there is no room for anything. */
const noErrors: Invariant = {
  ...answersAre("NO-ERRORS", () => ["none"]),
  supposes: ["operations"],
};

/** One client that creates as fast as it is answered. */
function sustained(variant: string, about: string, isCrash: boolean): Scenario {
  const crashAt = BEGIN + seconds(15);
  const horizon = BEGIN + LOAD_SPAN + seconds(15);
  return orchestratorScenario({
    name: `orch-bench-sustained-load${variant}`,
    about,
    plan: () => ({
      servers: hostNames(5),
      clients: [ADMINISTRATOR, "c1"],
      settings: storeSettings(
        { snapshotEntries: 100, keptEntries: 50 },
        { client: impatientClient },
      ),
      network: { ...defaultNetworkOptions, latency: FAR },
      operations: [...workers(3), ...oneByOne("c1", BEGIN, 0, LOADED)],
      faults: isCrash ? [crash(["leader"], crashAt, seconds(3))] : [],
      calm: isCrash ? crashAt + seconds(3) : 0,
      horizon,
    }),
    invariants: (plan) => [
      driftStaysBelow("DRIFT", { from: BEGIN, slice: seconds(5) }, 20),
      ...memoryStaysWithin("KEPT", KEPT_MAX),
      ...(isCrash
        ? [
            acknowledgesSteadily(
              "RESUMED",
              { from: crashAt, until: BEGIN + seconds(25) },
              seconds(5),
            ),
          ]
        : [noErrors]),
      everyoneHas("ALL-VMS", { vms: LOAD, tasks: 0 }, { by: horizon }),
      operationsReturn("RETURN", { by: horizon }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "log compacted", "ok"],
    goals: [
      { metric: "loadS", atLeast: 30, share: 0.95 },
      ...(isCrash
        ? [{ metric: "leaderChanges", atLeast: 1, share: 1 }]
        : [{ metric: "unknown", atMost: 0, share: 1 }]),
    ],
  });
}

export const orchestratorLatency: readonly Scenario[] = [
  replicationLatency,
  operationLatency,
  sustained("", "One client creates for half a minute, as fast as it is answered.", false),
  sustained("/leader-crash", "The same, and the leader crashes in the middle.", true),
];
