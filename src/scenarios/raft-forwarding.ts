// Group E: clients ask any server, which passes on what it cannot do itself.

import { measureAnsweredByFollowers } from "../invariants/elections.ts";
import { acknowledgesSteadily, everyoneAgrees, operationsReturn } from "../invariants/liveness.ts";
import { equalStates } from "../invariants/replicated.ts";
import type { Fault } from "../sim/fault.ts";
import type { Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { hostNames, impatientClient, storeScenario, storeSettings } from "./raft-cluster.ts";
import { crash, partition } from "./raft-weather.ts";
import { writesToAll } from "./workload.ts";

const SERVERS = hostNames(5);
const BEGIN = seconds(3);
const CALM = seconds(20);
const HORIZON = seconds(34);
const REST = ["follower 2", "follower 3", "follower 4"];
const TIMES = [5, 9, 13, 17].map(seconds);

interface Forwarding {
  readonly variant: string;
  readonly about: string;
  readonly faults: readonly Fault[];
  readonly progressWithin: Micros;
}

function forwarding({ variant, about, faults, progressWithin }: Forwarding): Scenario {
  return storeScenario({
    name: `raft-proposal-forwarding${variant}`,
    about,
    plan: () => ({
      servers: SERVERS,
      ...writesToAll(SERVERS, BEGIN, CALM),
      settings: storeSettings(
        { forwardProposals: true },
        // A client that has given up moves on, and what it asked for may be done yet.
        { client: { ...impatientClient, waitMax: ms(400) } },
      ),
      faults: [...faults],
      calm: CALM,
      horizon: HORIZON,
    }),
    invariants: (plan) => [
      measureAnsweredByFollowers(),
      acknowledgesSteadily("PROGRESS", { from: BEGIN, until: CALM }, progressWithin),
      operationsReturn("RETURN", { by: HORIZON }, plan),
      everyoneAgrees("AGREEMENT", { from: CALM, by: HORIZON }),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok"],
    goals: [{ metric: "answered by followers", atLeast: 150, share: 0.95 }],
  });
}

/** What servers forward comes late, after its client has asked for something else. */
function late(at: Micros): Fault {
  const way = { from: SERVERS, to: SERVERS, bothWays: false, types: ["forward"] };
  return { kind: "clog", at, lasting: ms(1_500), ...way };
}

export const raftForwarding: readonly Scenario[] = [
  forwarding({
    variant: "",
    about: "Clients ask one server each, and four of five pass on what they are asked for.",
    faults: [],
    progressWithin: ms(500),
  }),
  forwarding({
    variant: "/crashes",
    about: "Leaders crash with what was forwarded to them.",
    faults: TIMES.map((at) => crash(["leader"], at, seconds(2))),
    progressWithin: seconds(4),
  }),
  forwarding({
    variant: "/partitions",
    about: "Leaders are cut off; who is with them forwards to one who cannot commit.",
    faults: TIMES.map((at) => {
      return partition(at, seconds(2), ["leader", "follower 1"], REST);
    }),
    progressWithin: seconds(4),
  }),
  forwarding({
    variant: "/late",
    about: "What is forwarded arrives after the client has given up.",
    faults: TIMES.map(late),
    progressWithin: seconds(4),
  }),
];
