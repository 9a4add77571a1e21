// Group A: some servers are preferred as leaders.

import {
  acknowledgesSteadily,
  everyoneAgrees,
  leaderIsElected,
  operationsReturn,
} from "../invariants/liveness.ts";
import { measureLeaderShare } from "../invariants/preference.ts";
import { equalStates } from "../invariants/replicated.ts";
import type { Fault } from "../sim/fault.ts";
import { oneWay } from "../sim/faults/cuts-by-hand.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { hostNames, impatientClient, storeScenario, storeSettings } from "./raft-cluster.ts";
import { crash } from "./raft-weather.ts";
import { writes } from "./workload.ts";

const SERVERS = hostNames(5);
const OTHERS = SERVERS.filter((id) => id !== "n1");
const CLIENTS = hostNames(3, "c");
const PRIORITIES = { n1: 2, n2: 1 };
const BEGIN = seconds(6);
const CALM = seconds(30);
const HORIZON = seconds(45);

interface Preferred {
  readonly variant: string;
  readonly about: string;
  readonly faults: readonly Fault[];
  readonly progressWithin: Micros;
  readonly goals: readonly Goal[];
}

function preferred({ variant, about, faults, progressWithin, goals }: Preferred): Scenario {
  return storeScenario({
    name: `raft-priority-election${variant}`,
    about,
    plan: () => ({
      servers: SERVERS,
      clients: CLIENTS,
      settings: storeSettings({ priorities: PRIORITIES }, { client: impatientClient }),
      operations: writes({ clients: CLIENTS, from: BEGIN, until: CALM, every: ms(50) }),
      faults: [...faults],
      calm: CALM,
      horizon: HORIZON,
    }),
    invariants: (plan) => [
      measureLeaderShare("n1", { from: BEGIN, until: CALM }),
      measureLeaderShare("n2", { from: BEGIN, until: CALM }),
      acknowledgesSteadily("PROGRESS", { from: BEGIN, until: CALM }, progressWithin),
      operationsReturn("RETURN", { by: HORIZON }, plan),
      // An attempt to hand over to it may have failed ten election timeouts ago.
      leaderIsElected("N1-LEADS", { from: CALM, by: CALM + seconds(12) }, ({ id }) => id === "n1"),
      everyoneAgrees("AGREEMENT", { from: CALM, by: HORIZON }),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok"],
    goals,
  });
}

export const raftPriorities: readonly Scenario[] = [
  preferred({
    variant: "",
    about: "The preferred one of five is elected, and leads all the time.",
    faults: [],
    progressWithin: ms(500),
    goals: [
      { metric: "led by n1, share", atLeast: 1, share: 0.95 },
      { metric: "timeToLeaderMs", atMost: 2_100, share: 0.95 },
    ],
  }),
  preferred({
    variant: "/crashes",
    about: "The preferred one crashes time and again; the second best leads until it is back.",
    faults: [8, 14, 20].map((at) => crash(["n1"], seconds(at), seconds(2))),
    // The third best may have to wait twice, where the second votes late.
    progressWithin: seconds(5),
    goals: [
      { metric: "led by n1, share", atLeast: 0.55, share: 0.95 },
      { metric: "led by n2, share", atLeast: 0.01, share: 0.95 },
    ],
  }),
  preferred({
    variant: "/both-down",
    about: "Both that are preferred are down: the others wait for them, and not for ever.",
    faults: [crash(["n1", "n2"], seconds(8), seconds(10))],
    // Three timeouts of two seconds each.
    progressWithin: seconds(7),
    goals: [{ metric: "led by n1, share", atLeast: 0.5, share: 0.95 }],
  }),
  preferred({
    variant: "/deaf",
    about:
      "The preferred one hears nobody, and so can never lead: it costs a little, not progress.",
    faults: [{ at: 0, lasting: seconds(26), ...oneWay(OTHERS, ["n1"]) }],
    progressWithin: seconds(3),
    goals: [{ metric: "led by n2, share", atLeast: 0.5, share: 0.95 }],
  }),
];
