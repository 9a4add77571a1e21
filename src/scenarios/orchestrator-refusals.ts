// Group I: an orchestrator that is asked for more than it has, or for nonsense. Names and figures
// are those of the scenario catalogue.

import { answersAre } from "../invariants/answers.ts";
import { acknowledgesIn, operationsReturn } from "../invariants/liveness.ts";
import { everyoneHas } from "../invariants/orchestrator-history.ts";
import { stateStays, tasksMove } from "../invariants/orchestrator-state.ts";
import { placementIsBestFit } from "../invariants/placement.ts";
import { equalStates } from "../invariants/replicated.ts";
import type { Plain } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { ms, seconds } from "../sim/time.ts";
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
import type { Asked } from "./workload.ts";

const SMALL = { cpu: 4, memory: 8_192, disk: 100 };

/** Two of them fill a worker. */
const TASKS: readonly Asked[] = Array.from({ length: 50 }, (_, n) =>
  submit(`t${n}`, { cpu: 2, memory: 2_048 }),
);

const PLACED = BEGIN + seconds(4);

/** Its tasks wait, and have their turn as others end. */
const DEATH: readonly PlannedOperation[] = [
  ...oneByOne("a2", PLACED, ms(1), [{ op: "mark", worker: "w1", status: "failed" }]),
  ...oneByOne("a2", PLACED + seconds(2), seconds(2), [
    { op: "complete", task: "t2", output: "done" },
    { op: "fail", task: "t4", output: "out of memory" },
  ]),
];

interface Pressure {
  readonly variant: string;
  readonly about: string;
  readonly isTasksFirst: boolean;
  readonly isDeath: boolean;
  readonly goals: readonly Goal[];
}

/** A hundred machines of 1 to 100 GB, of which few have room, and fifty tasks. */
function memoryPressure({ variant, about, isTasksFirst, isDeath, goals }: Pressure): Scenario {
  const horizon = PLACED + seconds(isDeath ? 31 : 2);
  return orchestratorScenario({
    name: `orch-memory-pressure${variant}`,
    about,
    plan: (streams) => {
      const all = Array.from({ length: 100 }, (_, n) => n + 1);
      const sizes = streams.stream("order").shuffle(all);
      const vms = sizes.map((gb) => create(`vm${gb}`, { cpu: 1, memory: gb * 1_024 }));
      return {
        servers: hostNames(3),
        clients: [ADMINISTRATOR, "a2", "c1"],
        settings: storeSettings(),
        operations: [
          ...workers(3, SMALL),
          ...oneByOne("c1", BEGIN, ms(20), isTasksFirst ? [...TASKS, ...vms] : [...vms, ...TASKS]),
          ...(isDeath ? DEATH : []),
        ],
        horizon,
      };
    },
    invariants: (plan) => [
      placementIsBestFit("BEST-FIT", PLACED),
      ...(isDeath
        ? [
            tasksMove(
              "MOVED",
              { tasks: ["t0", "t1"], from: "w1" },
              { from: PLACED + 1, by: horizon },
            ),
          ]
        : []),
      operationsReturn("RETURN", { by: horizon }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok"],
    goals,
  });
}

/** Of which none takes what is asked for in vain. */
const LARGE = { cpu: 64, memory: 65_536, disk: 1_000 };

const CALM = BEGIN + seconds(1);
const NONSENSE_ENDS = CALM + seconds(12);
const RACE = NONSENSE_ENDS + seconds(1);
const RACERS = hostNames(20, "r");

/** Each as it must be answered. */
const NONSENSE: readonly (readonly [string, Asked])[] = [
  ["invalid", raw({ ...create("x".repeat(1_003)) })],
  ["invalid", raw({ ...create("") })],
  ["invalid", raw({ ...create("none", { cpu: 0 }) })],
  ["invalid", raw({ ...create("none", { memory: 0 }) })],
  ["invalid", raw({ ...create("none", { cpu: -1 }) })],
  ["invalid", raw({ ...create("none", { disk: 2 ** 40 }) })],
  ["invalid", raw({ op: "explode", vm: "vm1" })],
  ["invalid", raw({ op: "start" })],
  ["invalid", raw({ op: "register", worker: "w9", capacity: [] })],
  ["invalid", raw({})],
  ["capacity", submit("huge", { cpu: 1_000 })],
  ["capacity", submit("huge", { disk: 1_048_576 })],
  ["capacity", submit("huge", { features: ["levitation"] })],
  ["capacity", create("huge", { memory: 2 ** 32 })],
  ...["start", "stop", "delete", "status"].map((op) => ["not-found", { op, vm: "none" }] as const),
  ["not-found", { op: "run", task: "none" }],
  ["not-found", { op: "heartbeat", worker: "none" }],
  ["exists", create("vm1")],
  ["wrong-state", { op: "stop", vm: "vm1" }],
];

/** Sent as it is, whatever it is. */
function raw(request: Asked): Asked {
  return { op: "raw", request };
}

const EXPECTED = new Map(
  oneByOne(
    "c1",
    CALM,
    ms(300),
    NONSENSE.map(([, asked]) => asked),
  ).map(({ operation }, i) => [operation.id, [NONSENSE[i]![0]]]),
);

/** Twenty clients create, start and stop one machine at the same time. */
const RACING: readonly PlannedOperation[] = RACERS.flatMap((client, i) => {
  const asked = [create("prize"), { op: "start", vm: "prize" }, { op: "stop", vm: "prize" }];
  return oneByOne(client, RACE, 0, [asked[i % 3]!]);
});

function expectedOf(_operation: Plain, id: string): readonly string[] | undefined {
  if (id.startsWith("r")) return ["none", "exists", "not-found", "wrong-state"];
  return EXPECTED.get(id);
}

/** Some messages come with flipped bits, or cut short: nobody takes them for what they are not. */
const DAMAGE: Fault = {
  ...{ kind: "corruption", at: CALM, lasting: NONSENSE_ENDS - CALM - seconds(1) },
  ...{ from: ["everybody"], to: ["everybody"], bothWays: false, types: [] },
  ...{ probability: 0.05, of: "bytes" },
};

const malformedRequests = orchestratorScenario({
  name: "orch-malformed-requests",
  about: "What is malformed, unknown or too much is refused with a reason, and changes nothing.",
  plan: () => ({
    servers: hostNames(3),
    clients: [ADMINISTRATOR, "c1", "c2", ...RACERS],
    settings: storeSettings({}, { client: impatientClient }),
    operations: [
      // Nobody leads yet, and nobody else is asked.
      ...oneByOne("c2", ms(100), ms(1), [{ ...create("early"), server: "n1" }]),
      ...workers(3, LARGE),
      ...oneByOne("c1", BEGIN, ms(20), [create("vm1")]),
      ...oneByOne(
        "c1",
        CALM,
        ms(300),
        NONSENSE.map(([, asked]) => asked),
      ),
      ...oneByOne("c2", NONSENSE_ENDS, ms(20), [create("vm2")]),
      ...RACING,
    ],
    faults: [DAMAGE],
    calm: NONSENSE_ENDS,
    horizon: RACE + seconds(4),
  }),
  invariants: (plan) => [
    answersAre("ANSWERS", expectedOf),
    stateStays("UNCHANGED", { from: BEGIN + ms(800), until: NONSENSE_ENDS - ms(1) }),
    acknowledgesIn("SERVES-ON", { from: NONSENSE_ENDS, until: RACE - ms(1) }),
    everyoneHas("ALL-THERE", { vms: 3, tasks: 0 }, { by: plan.horizon }),
    operationsReturn("RETURN", { by: plan.horizon }, plan),
    equalStates("EQUAL-STATES"),
  ],
  expects: ["leader elected", "ok", "fail", "info"],
  goals: [
    { metric: "answers, invalid", atLeast: 10, share: 0.95 },
    { metric: "answers, capacity", atLeast: 4, share: 0.95 },
    { metric: "answers, not-found", atLeast: 6, share: 0.95 },
    { metric: "appliedInVain", atLeast: 30, share: 0.95 },
  ],
});

export const orchestratorRefusals: readonly Scenario[] = [
  memoryPressure({
    variant: "",
    about: "A hundred machines of 1 to 100 GB, and fifty tasks, on three workers of 8 GB.",
    isTasksFirst: false,
    isDeath: false,
    goals: [{ metric: "rejected", atLeast: 92, share: 1 }],
  }),
  memoryPressure({
    variant: "/tasks-first",
    about: "Six of fifty tasks fill three workers, and no machine has room.",
    isTasksFirst: true,
    isDeath: false,
    goals: [
      { metric: "placed", atLeast: 6, atMost: 6, share: 1 },
      { metric: "rejected", atLeast: 100, atMost: 100, share: 1 },
    ],
  }),
  memoryPressure({
    variant: "/worker-dies",
    about: "Of three full workers one dies; its tasks move as others end.",
    isTasksFirst: true,
    isDeath: true,
    goals: [{ metric: "placed", atLeast: 6, atMost: 6, share: 1 }],
  }),
  malformedRequests,
];
