// Groups H and I: servers join an orchestrator that has much to tell them. Names and figures are
// those of the scenario catalogue.

import { answersAre } from "../invariants/answers.ts";
import { measureCommitsIn } from "../invariants/benchmarks.ts";
import { type Join, joinsCatchUp, measureSlope } from "../invariants/catch-up.ts";
import { operationsReturn } from "../invariants/liveness.ts";
import { everyoneHas } from "../invariants/orchestrator-history.ts";
import { equalStates } from "../invariants/replicated.ts";
import type { BatchOptions } from "../protocols/replicated/batching.ts";
import type { NodeId, Plain } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import { defaultNetworkOptions } from "../sim/network/network-options.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { orchestratorScenario } from "./orchestrator-cluster.ts";
import {
  ADMINISTRATOR,
  BEGIN,
  create,
  oneByOne,
  submit,
  workers,
} from "./orchestrator-workload.ts";
import { hostNames, impatientClient, storeSettings } from "./raft-cluster.ts";
import { crash } from "./raft-weather.ts";
import type { Asked } from "./workload.ts";

const FIRST = hostNames(3);
const BUILDERS = hostNames(25, "c");

/** Who asks servers to join. */
const OPERATOR = "a2";

/** So that much is there soon, and checks that look at a whole state are fewer. */
const BATCHES: BatchOptions = { countMax: 50, delayMax: ms(5) };

/** As many as are to be there, without those that are there before; a task for ten machines. */
function built(from: Micros, before: number, count: number): PlannedOperation[] {
  const asked: Asked[] = [];
  for (let n = before; n < count; n++) {
    asked.push(create(`vm${n}`));
    if (n % 10 === 9) asked.push(submit(`t${n}`));
  }
  return shared(from, asked);
}

/** Operations that clients share, each client one after the other as fast as it can. */
function shared(at: Micros, asked: readonly Asked[]): PlannedOperation[] {
  return asked.map((operation, i) => ({
    at,
    client: BUILDERS[i % BUILDERS.length]!,
    operation: { id: `b.${at}.${i}`, ...operation },
  }));
}

function learn(server: NodeId, at: Micros): PlannedOperation {
  const changes = [{ kind: "addLearner", id: server }];
  return {
    at,
    client: OPERATOR,
    operation: { id: `${OPERATOR}.${server}`, op: "change", changes },
  };
}

/** The sizes of the catalogue, and when each joins: `n4` is there from the beginning. */
const SIZES = [10, 100, 500] as const;
const JOINS: readonly Join[] = [
  { server: "n4", at: seconds(3) + ms(500), count: 0, bySnapshot: false },
  { server: "n5", at: BEGIN + seconds(1), count: 10, bySnapshot: true },
  { server: "n6", at: BEGIN + seconds(4), count: 100, bySnapshot: true },
  { server: "n7", at: BEGIN + seconds(8), count: 500, bySnapshot: true },
];
const LAST_JOIN = BEGIN + seconds(8);

/** Shorter than what is there when the first one joins by a snapshot. */
const SHORT_LOGS = { snapshotEntries: 12, keptEntries: 0, snapshotChunkBytes: 4_096 };

interface Transfer {
  readonly variant: string;
  readonly about: string;
  readonly bytesPerSecond: number;
  readonly joins?: readonly Join[];
  readonly faults?: readonly Fault[];
  readonly goals?: readonly Goal[];
}

/**
 * One server follows the log from the beginning; one joins at each size, and is sent a snapshot. In
 * the end all hold the same, whichever way it came.
 */
function snapshotTransfer(transfer: Transfer): Scenario {
  const { variant, about, bytesPerSecond, joins = JOINS, faults = [], goals = [] } = transfer;
  const horizon = LAST_JOIN + seconds(31);
  return orchestratorScenario({
    name: `orch-bench-snapshot-transfer${variant}`,
    about,
    plan: () => ({
      servers: hostNames(7),
      clients: [ADMINISTRATOR, OPERATOR, ...BUILDERS],
      settings: {
        ...storeSettings(SHORT_LOGS, { members: FIRST }),
        batch: BATCHES,
        // Servers that wait know of no leader: asked first, they would keep it until logs are cut.
        homeOf: { [OPERATOR]: "n1" },
      },
      network: {
        ...defaultNetworkOptions,
        latency: uniform(ms(1), ms(5)),
        bandwidth: [{ bytesPerSecond, queueBytes: 16_777_216, per: "link" }],
      },
      operations: [
        ...workers(3),
        ...JOINS.map(({ server, at }) => learn(server, at)),
        ...built(BEGIN, 0, 10),
        ...built(BEGIN + seconds(2), 10, 100),
        ...built(BEGIN + seconds(5), 100, 500),
      ],
      faults: [...faults],
      calm: horizon,
      horizon,
    }),
    invariants: (plan) => [
      joinsCatchUp("CATCH-UP", joins, seconds(30)),
      measureSlope("snapshotBytes", SIZES),
      measureSlope("transferMs", SIZES),
      everyoneHas("SAME-EVERYWHERE", { vms: 500, tasks: 50 }, { by: horizon }),
      operationsReturn("RETURN", { by: horizon }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "log compacted", "snapshot sent", "snapshot installed", "ok"],
    goals: [
      { metric: "snapshot installed", atLeast: 3, share: 1 },
      { metric: "snapshotBytes, slope %", atLeast: 75, atMost: 130, share: 1 },
      ...goals,
    ],
  });
}

/** Where messages are lost or slow, who follows the log may lack what the others have let go. */
function inAnyWay(join: Join): Join {
  return { ...join, bySnapshot: undefined };
}

const LOSS: Fault = {
  ...{ kind: "loss", at: seconds(3), lasting: LAST_JOIN + seconds(20), probability: 0.05 },
  ...{ from: ["servers"], to: ["servers"], bothWays: false, types: [] },
};

const LARGE_JOIN = BEGIN + seconds(8);
const LARGE_JOINS: readonly Join[] = [
  { server: "n4", at: LARGE_JOIN, count: 1_400, bySnapshot: true },
  { server: "n5", at: LARGE_JOIN + seconds(5), count: 1_401, bySnapshot: true },
  { server: "n6", at: LARGE_JOIN + seconds(5), count: 1_402, bySnapshot: true },
];

/** A thousand machines and 500 tasks, every fifth of which no worker can take. */
function largeOperations(): PlannedOperation[] {
  const vms = Array.from({ length: 1_000 }, (_, n) => create(`vm${n}`));
  const tasks = Array.from({ length: 500 }, (_, n) =>
    submit(`t${n}`, n % 5 === 4 ? { features: ["gpu"] } : {}),
  );
  const starts = Array.from({ length: 50 }, (_, n) => ({ op: "start", vm: `vm${n}` }));
  return [
    ...workers(3),
    ...shared(BEGIN, [...vms, ...tasks]),
    ...LARGE_JOINS.map(({ server, at }) => learn(server, at)),
    ...oneByOne("d1", LARGE_JOIN, ms(100), starts),
  ];
}

/** A task that needs what no worker has is refused; all else is done. */
function expectedOf(operation: Plain): readonly string[] {
  // What clients emit.
  const { op, needs } = operation as { readonly op: string; readonly needs?: Needs };
  return [op === "submit" && needs?.features.includes("gpu") ? "capacity" : "none"];
}

type Needs = { readonly features: readonly string[] };

function largeState(variant: string, about: string, isCrash: boolean): Scenario {
  const calm = isCrash ? LARGE_JOIN + seconds(3) : 0;
  const horizon = LARGE_JOIN + seconds(30);
  return orchestratorScenario({
    name: `orch-large-state-transfer${variant}`,
    about,
    plan: (streams) => ({
      servers: hostNames(6),
      clients: [ADMINISTRATOR, OPERATOR, ...BUILDERS, "d1"],
      settings: {
        ...storeSettings(LARGE_LOGS, { client: impatientClient, members: FIRST }),
        batch: BATCHES,
      },
      network: {
        ...defaultNetworkOptions,
        latency: uniform(ms(1), ms(5)),
        bandwidth: [{ bytesPerSecond: 1_000_000, queueBytes: 16_777_216, per: "link" }],
      },
      operations: largeOperations(),
      faults: isCrash
        ? [crash(["leader"], LARGE_JOIN + streams.stream("crash").int(ms(20), ms(110)), seconds(2))]
        : [],
      calm,
      horizon,
    }),
    invariants: (plan) => [
      joinsCatchUp("CATCH-UP", LARGE_JOINS, seconds(25)),
      measureCommitsIn("commit", [
        { name: "transfer", from: LARGE_JOIN, until: LARGE_JOIN + seconds(6) },
      ]),
      answersAre("ANSWERS", expectedOf),
      everyoneHas("ALL-THERE", { vms: 1_000, tasks: 400 }, { from: BEGIN, by: horizon }),
      operationsReturn("RETURN", { by: horizon }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "snapshot sent", "snapshot installed", "ok"],
    goals: [
      { metric: "answers, capacity", atLeast: 100, atMost: 100, share: 1 },
      { metric: "snapshot installed", atLeast: 3, share: 1 },
      ...(isCrash
        ? [{ metric: "leaderChanges", atLeast: 1, share: 1 }]
        : [{ metric: "commitP99Ms, transfer", atMost: 150, share: 1 }]),
    ],
  });
}

const LARGE_LOGS = { snapshotEntries: 250, keptEntries: 0, snapshotChunkBytes: 4_096 };

export const orchestratorTransfer: readonly Scenario[] = [
  snapshotTransfer({
    variant: "",
    about: "Servers join at 10, 100 and 500 machines: what a snapshot costs, and what it brings.",
    bytesPerSecond: 12_500_000,
  }),
  snapshotTransfer({
    variant: "/slow-link",
    about: "The same on links of 1 MB/s.",
    bytesPerSecond: 1_000_000,
    goals: [{ metric: "transferMs, 500", atLeast: 17, atMost: 50, share: 0.95 }],
  }),
  snapshotTransfer({
    variant: "/slower-link",
    about: "The same on links of 50 kB/s: how long a snapshot takes grows with its size.",
    bytesPerSecond: 50_000,
    joins: JOINS.map(inAnyWay),
    goals: [
      // What the link takes for the bytes that are sent, and a fifth.
      { metric: "bytesPerS, 500", atLeast: 50_000 / 1.2, atMost: 50_000, share: 0.95 },
      { metric: "transferMs, slope %", atLeast: 60, atMost: 150, share: 0.85 },
    ],
  }),
  snapshotTransfer({
    variant: "/loss",
    about: "The same while 5 % of the servers' messages are lost.",
    bytesPerSecond: 12_500_000,
    joins: JOINS.map(inAnyWay),
    faults: [LOSS],
  }),
  largeState(
    "",
    "A thousand machines and 400 tasks reach a server that joins, and then two at once.",
    false,
  ),
  largeState("/leader-crash", "The same, and the leader crashes while it sends them.", true),
];
