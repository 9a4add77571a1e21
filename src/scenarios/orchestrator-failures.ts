// Group I: an orchestrator whose servers fall, come and go, or are asked by all at once. Names and
// figures are those of the scenario catalogue.

import { answersAre, localListsAgree } from "../invariants/answers.ts";
import { gaugesStayWithin, measureGauges } from "../invariants/limits.ts";
import { everyoneAgrees, leaderIsElected, operationsReturn } from "../invariants/liveness.ts";
import { measureChanges, membersAre } from "../invariants/membership.ts";
import { measureRefusals } from "../invariants/refusals.ts";
import { equalStates } from "../invariants/replicated.ts";
import { type Workload, workloadsAreDone } from "../invariants/throughput.ts";
import type { MemberChange } from "../protocols/raft/raft.ts";
import { defaultBatchOptions } from "../protocols/replicated/batching.ts";
import type { NodeId, Plain } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import { defaultNetworkOptions } from "../sim/network/network-options.ts";
import { constant, uniform } from "../sim/random/distribution.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds, us } from "../sim/time.ts";
import { join, membersAsAsked, remove } from "./membership.ts";
import { orchestratorScenario } from "./orchestrator-cluster.ts";
import {
  ADMINISTRATOR,
  BEGIN,
  create,
  creates,
  oneByOne,
  submit,
  workers,
} from "./orchestrator-workload.ts";
import { hostNames, impatientClient, storeSettings } from "./raft-cluster.ts";
import { crash } from "./raft-weather.ts";
import type { Asked } from "./workload.ts";

const SERVERS = hostNames(5);
const CLIENTS = hostNames(5, "c");
const READERS = SERVERS.map((server) => `r-${server}`);

/** So short that somebody else leads before the one that fell is back. */
const QUICK = {
  electionTimeoutMin: ms(150),
  electionTimeoutMax: ms(300),
  heartbeatInterval: ms(30),
};

const FALLS = 5;
const FALLS_END = BEGIN + ms(200) + FALLS * seconds(1);
/** By then whoever is back has what it missed. */
const READ_AT = FALLS_END + seconds(2);

/** A machine that is there is not made again, however often its client has to ask. */
const lostReplies: Fault = {
  ...{ kind: "loss", at: BEGIN, lasting: FALLS_END - BEGIN, from: ["servers"], to: CLIENTS },
  ...{ bothWays: false, types: ["reply"], probability: 0.2 },
};

function rapidLeaderChanges(variant: string, about: string, faults: readonly Fault[]): Scenario {
  return orchestratorScenario({
    name: `orch-rapid-leader-changes-during-writes${variant}`,
    about,
    plan: () => ({
      servers: SERVERS,
      clients: [ADMINISTRATOR, ...CLIENTS, ...READERS],
      settings: storeSettings(QUICK, { client: impatientClient }),
      operations: [
        ...workers(3),
        ...creates({ clients: CLIENTS, from: BEGIN, until: BEGIN + seconds(5), every: ms(50) }),
        ...SERVERS.flatMap((server, i) =>
          oneByOne(READERS[i]!, READ_AT, ms(1), [{ op: "list", server, read: "local" }]),
        ),
        ...oneByOne("c1", READ_AT, ms(1), [{ op: "list", read: "index" }]),
      ],
      faults: [
        ...Array.from({ length: FALLS }, (_, n) =>
          crash(["leader"], BEGIN + ms(200) + n * seconds(1), seconds(1)),
        ),
        ...faults,
      ],
      calm: FALLS_END,
      horizon: FALLS_END + seconds(10),
    }),
    invariants: (plan) => [
      // One that is sent again is answered as it was the first time.
      answersAre("ONCE", () => ["none"]),
      localListsAgree("LISTS", READ_AT, SERVERS.length),
      everyoneAgrees("AGREEMENT", { from: FALLS_END, by: READ_AT }),
      operationsReturn("RETURN", { by: plan.horizon }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok"],
    goals: [
      { metric: "leaderChanges", atLeast: FALLS, share: 0.95 },
      { metric: "acked", atLeast: 90, share: 0.95 },
    ],
  });
}

const ALL = hostNames(9);
const JOINING = BEGIN + seconds(2);
const CHANGING = JOINING + seconds(8);
const CRASHES = CHANGING + seconds(8);
const DARK = CRASHES + seconds(8);
const LIGHT = DARK + seconds(2);
const RECOVERED = LIGHT + seconds(10);

/** Three at once; then two go and come again, and another comes, 200 ms apart. */
const CHANGES: readonly (readonly [NodeId, Micros, MemberChange])[] = [
  ["a2", JOINING, join("n6")],
  ["a3", JOINING, join("n7")],
  ["a4", JOINING, join("n8")],
  ["a3", CHANGING, remove("n7")],
  ["a4", CHANGING + ms(200), remove("n8")],
  ["a3", CHANGING + ms(400), join("n7")],
  ["a4", CHANGING + ms(600), join("n8")],
  ["a2", CHANGING + ms(800), join("n9")],
];

const failureRecovery = orchestratorScenario({
  name: "orch-failure-recovery",
  about: "Three servers join at once, five changes follow; two servers fall, and then all.",
  plan: () => ({
    servers: ALL,
    clients: [ADMINISTRATOR, "a2", "a3", "a4", "c1", "c2", "c3"],
    settings: storeSettings({}, { client: impatientClient, members: SERVERS }),
    operations: [
      ...workers(3),
      ...oneByOne(
        "c1",
        BEGIN,
        ms(20),
        Array.from({ length: 20 }, (_, n) => create(`vm${n}`)),
      ),
      ...creates({
        clients: ["c2", "c3"],
        from: BEGIN + seconds(1),
        until: RECOVERED,
        every: ms(100),
      }),
      // So that each of them knows the leader, and all ask it at the same time.
      ...["a2", "a3", "a4"].flatMap((client) =>
        oneByOne(client, JOINING - seconds(1), 0, [{ op: "list", read: "index" }]),
      ),
      ...CHANGES.map(([client, at, change], i) => ({
        at,
        client,
        operation: { id: `change.${i}`, op: "change", changes: [change] },
      })),
    ],
    faults: [
      crash(["leader", "follower 1"], CRASHES, seconds(3)),
      crash(["servers"], DARK, LIGHT - DARK),
    ],
    calm: LIGHT,
    horizon: RECOVERED + seconds(12),
  }),
  invariants: (plan) => [
    measureChanges(),
    measureRefusals(),
    ...[JOINING, CHANGING, CRASHES, LIGHT].map((at, i) =>
      leaderIsElected(`LEADER-${i + 1}`, { from: at + 1, by: at + seconds(10) }),
    ),
    membersAre("MEMBERS", ALL, { by: plan.horizon, refused: [] }),
    everyoneAgrees("AGREEMENT", {
      ...{ from: LIGHT, by: plan.horizon },
      ...membersAsAsked(
        plan,
        CHANGES.map(([, , change]) => ({ changes: [change] })),
      ),
    }),
    operationsReturn("RETURN", { by: plan.horizon }, plan),
    equalStates("EQUAL-STATES"),
  ],
  expects: ["leader elected", "configuration applied", "ok"],
  goals: [
    { metric: "acked", atLeast: 250, share: 0.95 },
    { metric: "refused, change pending", atLeast: 1, share: 0.95 },
  ],
});

/** What some 256 commands have, encoded; and more than all of them. */
const QUEUE_BYTES = 256 * 40;
const ROOM_BYTES = 128 * 1_024;

const EACH = 250;
const CROWD = hostNames(4 * EACH, "x");
const RUSH = BEGIN + seconds(1);
const RUSH_LOAD: Workload = { name: "rush", count: CROWD.length };

/** Create, submit, list and status, in turn; what is asked about is there. */
function rushed(n: number): Asked {
  const kinds: readonly Asked[] = [
    create(`vm${n}`),
    submit(`t${n}`),
    { op: "list", read: "index" },
    { op: "status", vm: `old${n % 40}`, read: "index" },
  ];
  return kinds[n % 4]!;
}

function rushOperations(): PlannedOperation[] {
  const old = Array.from({ length: 40 }, (_, n) => create(`old${n}`));
  const rush = CROWD.map((client, n) => ({
    at: RUSH,
    client,
    operation: { id: `rush.${n}`, ...rushed(n) },
  }));
  return [...workers(3), ...oneByOne("c1", BEGIN, ms(20), old), ...rush];
}

function extremeConcurrency(
  variant: string,
  about: string,
  uncommittedBytesMax: number,
  goals: readonly Goal[],
): Scenario {
  return orchestratorScenario({
    name: `orch-extreme-concurrency${variant}`,
    about,
    plan: () => ({
      servers: SERVERS,
      clients: [ADMINISTRATOR, "c1", ...CROWD],
      settings: { ...storeSettings({ uncommittedBytesMax }), batch: defaultBatchOptions },
      network: { ...defaultNetworkOptions, latency: uniform(ms(1), ms(5)) },
      cpu: { hosts: Object.fromEntries(SERVERS.map((id) => [id, constant(us(20))])) },
      operations: rushOperations(),
      horizon: RUSH + seconds(10),
    }),
    invariants: (plan) => [
      measureRefusals(),
      measureGauges(),
      gaugesStayWithin("MEMORY", (gauge) =>
        gauge === "uncommitted" ? uncommittedBytesMax : undefined,
      ),
      workloadsAreDone("DONE", [RUSH_LOAD]),
      answersAre("ANSWERS", (operation: Plain) => {
        // What clients emit; all that is asked for is possible.
        const { op } = operation as { readonly op: string };
        return op === "register" ? undefined : ["none"];
      }),
      operationsReturn("RETURN", { by: RUSH + seconds(10) }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok"],
    goals: [{ metric: "acked", atLeast: 2 * EACH + 40, share: 1 }, ...goals],
  });
}

export const orchestratorFailures: readonly Scenario[] = [
  rapidLeaderChanges(
    "",
    "The leader falls each second, five times, while a hundred machines are created.",
    [],
  ),
  rapidLeaderChanges(
    "/lost-replies",
    "The leader falls each second, and a fifth of what clients are told is lost.",
    [lostReplies],
  ),
  failureRecovery,
  extremeConcurrency(
    "",
    "A thousand clients ask at the same instant; all are served.",
    ROOM_BYTES,
    [{ metric: "refused, busy", atMost: 0, share: 1 }],
  ),
  extremeConcurrency(
    "/queue-limit",
    "The same, and a leader that has too much uncommitted is busy; whom it refuses asks again.",
    QUEUE_BYTES,
    [{ metric: "refused, busy", atLeast: 1, share: 0.95 }],
  ),
];
