// Group L, tb-cluster-startup: a primary, a replica and an observer, each with a supervisor that
// starts it anew: the primary's after 10 s, the others' at once.

import { blocksKeepComing } from "../invariants/chain-consensus.ts";
import { heightsConverge } from "../invariants/chain-liveness.ts";
import {
  chainBeginsOnce,
  everybodyIsKnown,
  nobodyBeginsAlone,
} from "../invariants/chain-startup.ts";
import { acknowledgedTransfersStay } from "../invariants/chain-transactions.ts";
import { operationsReturn } from "../invariants/liveness.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { type ChainServer, chainScenario, liarsOf } from "./chain-cluster.ts";
import { PAYERS, payments } from "./chain-payments.ts";
import { type ChainPlan, chainSettings } from "./chain-settings.ts";

const [PRIMARY, REPLICA, OBSERVER] = ["primary", "replica", "observer"] as const;
const SERVERS = [PRIMARY, REPLICA, OBSERVER];
const CLIENT = "c1";
const LATER: Micros = seconds(30);
const RESTART_DELAY: Micros = seconds(10);
const BOOTSTRAP: Readonly<Record<NodeId, readonly NodeId[]>> = {
  [PRIMARY]: [],
  [REPLICA]: [PRIMARY],
  [OBSERVER]: [PRIMARY, REPLICA],
};

interface Startup {
  readonly variant: string;
  readonly about: string;
  readonly faults: readonly Fault[];
  /** When the last of them has started for good. */
  readonly started: Micros;
  /** From when on blocks come. Default: 5 s after the last has started. */
  readonly blocksFrom?: Micros;
  readonly bootstrapOf?: Readonly<Record<NodeId, readonly NodeId[]>>;
}

/** They are not started before that. */
function absent(hosts: readonly NodeId[]): Fault {
  return { kind: "stop", at: 0, lasting: LATER, hosts };
}

function crash(at: Micros): Fault {
  return { kind: "crash", at, lasting: RESTART_DELAY, hosts: [PRIMARY] };
}

const CRASH_AT: Micros = seconds(31);
/** Each time it runs for 3 s. */
const LOOP: readonly Fault[] = [0, 1, 2].map((n) => crash(CRASH_AT + n * seconds(13)));

const STARTUPS: readonly Startup[] = [
  {
    variant: "",
    about: "The primary starts, and the others half a minute later.",
    ...{ faults: [absent([REPLICA, OBSERVER])], started: LATER },
  },
  {
    variant: "/others-first",
    about: "The replica starts half a minute before the others, and begins nothing alone.",
    ...{ faults: [absent([PRIMARY, OBSERVER])], started: LATER },
  },
  { variant: "/all-at-once", about: "All start at once.", faults: [], started: 0 },
  {
    variant: "/wrong-bootstrap",
    about: "The replica is told of a host that is no node; the observer makes it known.",
    // It hears of the primary through somebody as new as itself, and has a slot before.
    ...{ faults: [absent([REPLICA, OBSERVER])], started: LATER },
    bootstrapOf: { ...BOOTSTRAP, [REPLICA]: [CLIENT] },
  },
  {
    variant: "/primary-late",
    about: "The primary starts half a minute after the others, who wait a while, and begin.",
    ...{ faults: [absent([PRIMARY])], started: LATER, blocksFrom: seconds(5) },
    bootstrapOf: { ...BOOTSTRAP, [PRIMARY]: [REPLICA] },
  },
  {
    variant: "/primary-crashes",
    about: "The primary crashes a second after the others have started, and is back in 10 s.",
    faults: [absent([REPLICA, OBSERVER]), crash(CRASH_AT)],
    started: CRASH_AT + RESTART_DELAY,
  },
  {
    variant: "/crash-loop",
    about: "The primary crashes three times, each time 3 s after it was started again.",
    faults: [absent([REPLICA, OBSERVER]), ...LOOP],
    started: CRASH_AT + 2 * seconds(13) + RESTART_DELAY,
  },
];

function startup({ variant, about, faults, started, ...rest }: Startup): Scenario {
  const { bootstrapOf = BOOTSTRAP, blocksFrom = started + seconds(5) } = rest;
  const horizon = started + seconds(30);
  return chainScenario({
    name: `tb-cluster-startup${variant}`,
    about,
    plan: (streams) => ({
      servers: SERVERS,
      clients: [CLIENT],
      settings: chainSettings([PRIMARY, REPLICA], { balances: PAYERS, bootstrapOf }),
      network: { latency: uniform(ms(1), ms(9)) },
      operations: payments(streams.stream("workload"), {
        ...{ clients: [CLIENT], perSecond: 1, from: started, until: started + seconds(20) },
      }),
      faults,
      calm: started,
      horizon,
    }),
    invariants: (plan) => [
      nobodyBeginsAlone("CONTACT", (host) => plan.settings.bootstrapOf[host] ?? []),
      // Who is told of nobody begins.
      ...(beginners(plan).length > 1 ? [] : [chainBeginsOnce("ONE-START")]),
      everybodyIsKnown<ChainServer>("MESH", { from: started, within: seconds(20) }),
      heightsConverge("BS-HEIGHT", { from: started + seconds(20), within: seconds(10) }),
      blocksKeepComing("INTERVAL", {
        ...{ from: blocksFrom, until: horizon, gapMax: seconds(5) },
      }),
      operationsReturn("RETURN", { by: horizon }, plan),
      acknowledgedTransfersStay("ACCEPTED", liarsOf(plan)),
    ],
    expects: ["finalized", "peer found"],
    goals: [{ metric: "timeToFullMeshMs", atMost: 5_000, share: 1 }],
  });
}

function beginners({ servers, settings }: ChainPlan): readonly NodeId[] {
  return servers.filter((host) => (settings.bootstrapOf[host] ?? []).length === 0);
}

/** Group L: a cluster that starts, in this order and in others. */
export const chainStartup: readonly Scenario[] = STARTUPS.map(startup);
