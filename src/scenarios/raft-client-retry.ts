// Group E: clients that retry while leaders change. Names and figures are those of the scenario
// catalogue.

import { linearizable } from "../invariants/linearizable.ts";
import { everyoneAgrees, operationsReturn } from "../invariants/liveness.ts";
import { counterModel } from "../invariants/models/counter.ts";
import { equalStates } from "../invariants/replicated.ts";
import {
  answersStay,
  measureAttempts,
  type SentAnswer,
  sumIsExact,
} from "../invariants/retries.ts";
import type { KvMessage } from "../protocols/kv/messages.ts";
import type { KvServer } from "../protocols/kv/server.ts";
import { type ClientOptions, defaultClientOptions } from "../protocols/replicated/client.ts";
import type { Fault } from "../sim/fault.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { ms, seconds } from "../sim/time.ts";
import { hostNames, storeScenario, storeSettings } from "./raft-cluster.ts";
import { crash, partition } from "./raft-weather.ts";
import { counterWords } from "./store-words.ts";

const SERVERS = hostNames(3);
const CLIENTS = hostNames(20, "c");
const COUNTER = "count";
const BEGIN = seconds(3);
const CALM = seconds(28);
/** Every request is done by then. */
const DONE = CALM + seconds(15);
const HORIZON = DONE + seconds(2);

/** 100 ms, twice as long each time, up to 2 s. */
const backingOff: ClientOptions = {
  ...defaultClientOptions,
  requestTimeout: ms(500),
  retryDelay: { min: ms(100), max: ms(100) },
  retryGrowth: 2,
  retryDelayMax: seconds(2),
};

/** Each client counts twice a second. */
const increments: readonly PlannedOperation[] = CLIENTS.flatMap((client, c) =>
  Array.from({ length: 50 }, (_, n) => ({
    at: BEGIN + n * ms(500) + c * ms(25),
    client,
    operation: { id: `${client}.${n}`, op: "add", key: COUNTER, by: 1 },
  })),
);

const STORM = { at: BEGIN, lasting: CALM - BEGIN, bothWays: false };

const WHEN = [5, 10, 15, 20, 25] as const;

const crashes = WHEN.map((at) => crash(["leader"], seconds(at), seconds(2)));

/** Long enough for others to elect a leader, and to commit where the old one has other entries. */
const cuts = WHEN.map((at) => partition(seconds(at), ms(2_500), ["leader"], ["others"]));

const lossAndDuplication: readonly Fault[] = [
  // Only what is committed is answered so.
  {
    kind: "loss",
    ...STORM,
    from: ["servers"],
    to: ["clients"],
    types: ["reply"],
    probability: 0.3,
  },
  {
    kind: "duplication",
    ...STORM,
    from: ["clients"],
    to: ["servers"],
    types: ["request"],
    probability: 0.3,
  },
];

interface Retry {
  readonly variant: string;
  readonly about: string;
  readonly client: ClientOptions;
  readonly leaderFaults: readonly Fault[];
  readonly goals: readonly Goal[];
}

function clientRetry({ variant, about, client, leaderFaults, goals }: Retry): Scenario {
  return storeScenario({
    name: `raft-client-retry-during-election${variant}`,
    about,
    plan: () => ({
      servers: SERVERS,
      clients: CLIENTS,
      settings: storeSettings({}, { client }),
      operations: increments,
      faults: [...leaderFaults, ...lossAndDuplication],
      calm: CALM,
      horizon: HORIZON,
    }),
    invariants: (plan) => [
      answersStay("SAME-ANSWER", answerIn),
      sumIsExact<KvServer>("COUNT", {
        // What this scenario's clients emit.
        amountOf: (operation) => (operation as { readonly by?: number }).by,
        sumOf: (node) => Number(node.item(COUNTER)?.value ?? 0),
      }),
      linearizable("LIN-COUNT", { model: counterModel, words: counterWords, when: "end" }),
      measureAttempts({
        requestIn: (message) => (isKv(message, "request") ? message : undefined),
        isRedirect: (message) => isKv(message, "redirect"),
      }),
      operationsReturn("RETURN", { by: DONE }, plan),
      everyoneAgrees("AGREEMENT", { from: CALM, by: HORIZON }),
      equalStates("EQUAL-STATES"),
    ],
    words: counterWords,
    expects: ["leader elected", "ok"],
    goals: [
      // Each fault was of a leader, and replies were lost: requests were sent again.
      { metric: "leader elected", atLeast: 6, share: 1 },
      { metric: "attemptsP99", atLeast: 3, share: 1 },
      ...goals,
    ],
  });
}

/** Whether a message is of that type. */
function isKv<Type extends KvMessage["type"]>(
  message: unknown,
  type: Type,
): message is Extract<KvMessage, { readonly type: Type }> {
  return (message as KvMessage).type === type;
}

function answerIn(message: unknown): SentAnswer | undefined {
  if (!isKv(message, "reply")) return undefined;
  const { session, serial, result } = message;
  return { session, serial, result: JSON.stringify(result) };
}

export const raftClientRetry: readonly Scenario[] = [
  clientRetry({
    variant: "",
    about: "Twenty clients count and retry while leaders crash and answers are lost.",
    client: backingOff,
    leaderFaults: crashes,
    goals: [],
  }),
  clientRetry({
    variant: "/give-up",
    about: "They give up after a second, and what they asked for may happen yet.",
    client: { ...backingOff, waitMax: seconds(1) },
    leaderFaults: crashes,
    goals: [{ metric: "unknownAdditions", atLeast: 1, share: 1 }],
  }),
  clientRetry({
    variant: "/isolation",
    about: "Leaders are cut off with what clients ask of them; other entries take its place.",
    client: backingOff,
    leaderFaults: cuts,
    goals: [{ metric: "log truncated", atLeast: 3, share: 0.95 }],
  }),
];
