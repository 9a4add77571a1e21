// Group H: how much an orchestrator does in a second, with requests gathered and without. Names and
// figures are those of the scenario catalogue.

import { answersAre } from "../invariants/answers.ts";
import { operationsReturn } from "../invariants/liveness.ts";
import { everyoneHas } from "../invariants/orchestrator-history.ts";
import { equalStates } from "../invariants/replicated.ts";
import { measureQuotient, type Workload, workloadsAreDone } from "../invariants/throughput.ts";
import { defaultRaftOptions } from "../protocols/raft/options.ts";
import { defaultNetworkOptions } from "../sim/network/network-options.ts";
import { constant, uniform } from "../sim/random/distribution.ts";
import type { Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds, us } from "../sim/time.ts";
import { orchestratorScenario } from "./orchestrator-cluster.ts";
import { ADMINISTRATOR, BEGIN, create, workers } from "./orchestrator-workload.ts";
import { hostNames, storeSettings } from "./raft-cluster.ts";
import type { Asked } from "./workload.ts";

const SERVERS = hostNames(3);
const CLIENTS = hostNames(25, "c");

/** `n1` leads first and proposes each request by itself; `n2`, who leads then, gathers them. */
const FIRST_LEADS = {
  n1: { ...defaultRaftOptions, electionTimeoutMax: defaultRaftOptions.electionTimeoutMin },
};
const BATCH_OF = { n2: { countMax: 100, delayMax: ms(2) } };

interface Load extends Workload {
  readonly at: Micros;
  readonly concurrency: number;
  readonly isMixed: boolean;
}

/** The workloads of the catalogue, one after the other. */
function loads(way: string, from: Micros): Load[] {
  const load = (i: number, kind: string, concurrency: number, count: number): Load => ({
    name: `${kind} ${way}`,
    at: from + i * seconds(4),
    concurrency,
    count,
    isMixed: kind === "mixed",
  });
  return [
    load(0, "sequential", 1, 100),
    load(1, "ten", 10, 100),
    load(2, "many", 25, 100),
    load(3, "mixed", 10, 200),
  ];
}

const TRANSFER = BEGIN + seconds(17);
const LOADS = [...loads("alone", BEGIN), ...loads("batched", TRANSFER + seconds(2))];
const HORIZON = TRANSFER + seconds(22);

/** Each client does its share, one operation after the other as fast as it can. */
function operationsOf({ name, at, concurrency, count, isMixed }: Load): PlannedOperation[] {
  return Array.from({ length: count }, (_, n) => ({
    at,
    client: CLIENTS[n % concurrency]!,
    operation: { id: `${name}.${n}`, ...asked(n, name, isMixed) },
  }));
}

/** Reads are of fifty machines that are there. */
function asked(n: number, name: string, isMixed: boolean): Asked {
  const isRead = isMixed && Math.floor(n / 10) % 2 === 1;
  const way = name.split(" ")[1]!;
  return isRead
    ? { op: "status", vm: `sequential ${way}.vm${n % 50}`, read: "index" }
    : create(`${name}.vm${n}`);
}

const made = LOADS.reduce((sum, { count, isMixed }) => sum + (isMixed ? count / 2 : count), 0);

const throughput = orchestratorScenario({
  name: "orch-bench-throughput",
  about: "1, 10 and 25 clients write as fast as they can; a leader that batches takes over.",
  plan: () => ({
    servers: SERVERS,
    clients: [ADMINISTRATOR, ...CLIENTS],
    settings: { ...storeSettings({}, { raftOf: FIRST_LEADS }), batchOf: BATCH_OF },
    network: { ...defaultNetworkOptions, latency: uniform(ms(1), ms(5)) },
    // What servers have little of: without it there is nothing to save.
    cpu: { hosts: Object.fromEntries(SERVERS.map((id) => [id, constant(us(300))])) },
    operations: [
      ...workers(3),
      ...LOADS.flatMap(operationsOf),
      {
        at: TRANSFER,
        client: ADMINISTRATOR,
        operation: { id: "transfer", op: "transfer", to: "n2" },
      },
    ],
    horizon: HORIZON,
  }),
  invariants: (plan) => [
    workloadsAreDone("DONE", LOADS),
    ...["alone", "batched"].map((way) =>
      measureQuotient(
        `concurrencyGain, ${way}`,
        `opsPerS, many ${way}`,
        `opsPerS, sequential ${way}`,
      ),
    ),
    measureQuotient("batchingGain", "opsPerS, many batched", "opsPerS, many alone"),
    measureQuotient("batchingMessages", "messagesPerOp, many batched", "messagesPerOp, many alone"),
    answersAre("NO-ERRORS", () => ["none"]),
    everyoneHas("APPLIED", { vms: made, tasks: 0 }, { by: HORIZON }),
    operationsReturn("RETURN", { by: HORIZON }, plan),
    equalStates("EQUAL-STATES"),
  ],
  expects: ["leader elected", "transfer started", "ok"],
  goals: [
    { metric: "concurrencyGain, alone", atLeast: 2, share: 1 },
    { metric: "concurrencyGain, batched", atLeast: 2, share: 1 },
    { metric: "batchingGain", atLeast: 1.1, share: 0.95 },
    { metric: "batchingMessages", atMost: 0.7, share: 0.95 },
  ],
});

export const orchestratorThroughput: readonly Scenario[] = [throughput];
