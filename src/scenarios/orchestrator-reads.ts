// Group F: what an orchestrator's clients read after their writes. Names and figures are those of
// the scenario catalogue.

import { operationsReturn } from "../invariants/liveness.ts";
import { everyoneHas, localReadsGive } from "../invariants/orchestrator-history.ts";
import { equalStates } from "../invariants/replicated.ts";
import { measureRedirects, replicatesWithin } from "../invariants/replication-time.ts";
import type { Fault } from "../sim/fault.ts";
import { constant } from "../sim/random/distribution.ts";
import type { Scenario } from "../sim/scenario.ts";
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

const SERVERS = hostNames(3);
/** Each reads from one server. */
const READERS = SERVERS.map((server) => `r-${server}`);

/** What an acknowledgement is worth: by then every server has it. */
const EVERYWHERE = ms(200);

/** Everybody reads what stands at its own server, at a time. */
function localReads(at: Micros, asked: readonly Asked[]) {
  return SERVERS.flatMap((server, i) =>
    oneByOne(
      READERS[i]!,
      at,
      ms(1),
      asked.map((question) => ({ ...question, server, read: "local" })),
    ),
  );
}

const TASKS = Array.from({ length: 11 }, (_, i) => `t${i}`);
const TASKS_DONE = BEGIN + seconds(2);
const TASKS_READ = TASKS_DONE + seconds(1);

/** Tasks are submitted, read, done, and read again. */
function taskOperations(): PlannedOperation[] {
  const questions = TASKS.map((task) => ({ op: "task", task }));
  return [
    ...workers(3),
    ...oneByOne("c1", BEGIN, ms(2), [submit(TASKS[0]!)]),
    ...oneByOne(
      "c1",
      BEGIN + ms(500),
      ms(2),
      TASKS.slice(1).map((task) => submit(task)),
    ),
    ...oneByOne("c2", BEGIN + ms(100), ms(20), [
      ...questions.slice(0, 1).map((question) => ({ ...question, read: "index" })),
      ...questions.map((question) => ({ ...question, read: "index" })),
    ]),
    ...localReads(BEGIN + seconds(1) + ms(500), questions),
    ...oneByOne(
      "c1",
      TASKS_DONE,
      ms(5),
      TASKS.flatMap((task) => [
        { op: "run", task },
        { op: "complete", task, output: `${task} is done` },
      ]),
    ),
    ...oneByOne("c2", TASKS_READ, ms(10), questions),
    ...localReads(TASKS_READ, questions),
  ];
}

function taskReadAfterWrite(variant: string, about: string, faults: readonly Fault[]): Scenario {
  return orchestratorScenario({
    name: `orch-task-read-after-write${variant}`,
    about,
    plan: () => ({
      servers: SERVERS,
      clients: [ADMINISTRATOR, "c1", "c2", ...READERS],
      settings: storeSettings({}, { client: impatientClient }),
      operations: taskOperations(),
      faults,
      calm: TASKS_READ,
      horizon: TASKS_READ + seconds(3),
    }),
    invariants: (plan) => [
      replicatesWithin("REPLICATED", { from: BEGIN, until: TASKS_READ }, EVERYWHERE),
      localReadsGive("LOCAL-READS", BEGIN + seconds(1), (operation) => {
        // What clients emit; a task that is there has no error.
        const { op } = operation as { readonly op: string };
        return op === "task" ? { error: undefined } : undefined;
      }),
      localReadsGive("RESULTS-KEPT", TASKS_READ, (operation) => {
        const { task } = operation as { readonly task?: string };
        return task === undefined ? undefined : { status: "completed", output: `${task} is done` };
      }),
      everyoneHas("ALL-TASKS", { vms: 0, tasks: TASKS.length }, { by: TASKS_DONE }),
      operationsReturn("RETURN", { by: TASKS_READ + seconds(3) }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok"],
    goals: [
      { metric: "localReads", atLeast: 3 * 11 * 3, share: 0.95 },
      { metric: "replicationLagP99Ms", atMost: 200, share: 1 },
    ],
  });
}

/** All links of a follower are slow, for the whole run. */
const slowFollower: Fault = {
  kind: "latency",
  at: seconds(3),
  lasting: TASKS_READ - seconds(3),
  ...{ from: ["follower 1"], to: ["servers"], bothWays: true, types: [] },
  added: constant(ms(50)),
};

const SPEC = { cpu: 2, memory: 1_024, disk: 20, features: [] };
const VM_READ = BEGIN + ms(500);

/** By whether the leader crashes. */
function vmReadAfterWrite(variant: string, about: string, isCrash: boolean): Scenario {
  const readAt = isCrash ? BEGIN + seconds(9) : VM_READ;
  const vms = ["vm1", "vm2", "vm3"];
  const questions = vms.map((vm) => ({ op: "status", vm }));
  const horizon = readAt + seconds(3);
  return orchestratorScenario({
    name: `orch-vm-read-after-write${variant}`,
    about,
    plan: (streams) => ({
      servers: SERVERS,
      clients: [ADMINISTRATOR, "c1", "c2", "c3", "c4", ...READERS],
      settings: storeSettings({}, { client: impatientClient }),
      operations: [
        ...workers(3),
        // Who knows of no leader asks any server.
        ...vms.flatMap((vm, i) => oneByOne(`c${i + 1}`, BEGIN, ms(1), [create(vm, SPEC)])),
        ...oneByOne("c4", BEGIN + ms(50), ms(5), [
          ...questions.map((question) => ({ ...question, read: "index" })),
          ...questions,
        ]),
        ...localReads(readAt, questions),
      ],
      faults: isCrash
        ? [crash(["leader"], BEGIN + streams.stream("crash").int(ms(8), ms(30)), seconds(2))]
        : [],
      calm: isCrash ? BEGIN + seconds(3) : 0,
      horizon,
    }),
    invariants: (plan) => [
      measureRedirects(),
      ...(isCrash
        ? []
        : [replicatesWithin("REPLICATED", { from: BEGIN, until: horizon }, EVERYWHERE)]),
      localReadsGive("LOCAL-READS", readAt, () => ({ status: "created", spec: SPEC })),
      everyoneHas("ALL-VMS", { vms: vms.length, tasks: 0 }, { by: readAt }),
      operationsReturn("RETURN", { by: horizon }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok"],
    goals: [
      { metric: "localReads", atLeast: 9, share: 0.95 },
      { metric: "redirects", atLeast: 1, share: 0.6 },
      ...(isCrash ? [] : [{ metric: "replicationLagP99Ms", atMost: 200, share: 1 }]),
    ],
  });
}

export const orchestratorReads: readonly Scenario[] = [
  taskReadAfterWrite(
    "",
    "Tasks that are submitted are read from every server, and so are results.",
    [],
  ),
  taskReadAfterWrite("/slow-follower", "The same, and a follower's links take 50 ms more.", [
    slowFollower,
  ]),
  vmReadAfterWrite("", "Machines that are created are read from every server.", false),
  vmReadAfterWrite("/leader-crash", "The same, and the leader crashes right after.", true),
];
