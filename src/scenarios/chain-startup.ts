// Group L, tb-cluster-startup: a primary, a replica and an observer, each with a supervisor that
// starts it anew: the primary's after 10 s, the others' at once. Somebody asks each of them how it
// is, twice a second.

import { blocksKeepComing } from "../invariants/chain-consensus.ts";
import { heightsConverge } from "../invariants/chain-liveness.ts";
import {
  chainBeginsOnce,
  everybodyIsKnown,
  everybodyTellsOfAll,
  healthTellsOfPeers,
  nobodyBeginsAlone,
} from "../invariants/chain-startup.ts";
import { acknowledgedTransfersStay } from "../invariants/chain-transactions.ts";
import { operationsReturn } from "../invariants/liveness.ts";
import { restartsKeepTheirDelay } from "../invariants/supervisors.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { type ChainServer, chainScenario, liarsOf } from "./chain-cluster.ts";
import { PAYERS, payments } from "./chain-payments.ts";
import { type ChainPlan, chainSettings } from "./chain-settings.ts";
import {
  CPU_FACTORS,
  OBSERVER,
  PRIMARY,
  REPLICA,
  ROLES,
  theBlock3,
  VALIDATORS,
} from "./the-block-3.ts";

const [CLIENT, WATCHER] = ["c1", "c2"];
const ASKED_EVERY: Micros = ms(500);
const LATER: Micros = seconds(30);
/** As systemd starts the service on the PC anew, and launchd the daemons on the Macs: at once. */
const RESTART_DELAYS: Readonly<Record<NodeId, Micros>> = {
  [PRIMARY]: seconds(10),
  [REPLICA]: 0,
  [OBSERVER]: 0,
};
/** No host is down for a shorter time. */
const AT_ONCE: Micros = 1;
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
  /** How many lives begin after another one. Default: none. */
  readonly restarts?: number;
}

/** They are not started before that. */
function absent(hosts: readonly NodeId[]): Fault {
  return { kind: "stop", at: 0, lasting: LATER, hosts };
}

/** A host crashes, and is down until its supervisor starts it anew. */
function crash(at: Micros, host: NodeId = PRIMARY): Fault {
  const lasting = Math.max(AT_ONCE, RESTART_DELAYS[host] ?? 0);
  return { kind: "crash", at, lasting, hosts: [host] };
}

const CRASH_AT: Micros = seconds(31);
/** Each time it runs for 3 s. */
const LOOP: readonly Fault[] = [0, 1, 2].map((n) => crash(CRASH_AT + n * seconds(13)));
/** One after the other, and both together. */
const OTHERS: readonly Fault[] = [
  ...[crash(CRASH_AT, REPLICA), crash(CRASH_AT + seconds(2), OBSERVER)],
  ...[REPLICA, OBSERVER].map((host) => crash(CRASH_AT + seconds(4), host)),
];

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
    ...{ started: CRASH_AT + seconds(10), restarts: 1 },
  },
  {
    variant: "/crash-loop",
    about: "The primary crashes three times, each time 3 s after it was started again.",
    faults: [absent([REPLICA, OBSERVER]), ...LOOP],
    ...{ started: CRASH_AT + 2 * seconds(13) + seconds(10), restarts: LOOP.length },
  },
  {
    variant: "/others-crash",
    about: "The replica and the observer crash twice each, and are started again at once.",
    faults: [absent([REPLICA, OBSERVER]), ...OTHERS],
    ...{ started: CRASH_AT + seconds(4) + AT_ONCE, restarts: OTHERS.length },
  },
];

function startup({ variant, about, faults, started, ...rest }: Startup): Scenario {
  const { bootstrapOf = BOOTSTRAP, blocksFrom = started + seconds(5), restarts = 0 } = rest;
  const horizon = started + seconds(30);
  return chainScenario({
    name: `tb-cluster-startup${variant}`,
    about,
    plan: (streams) => ({
      servers: ROLES,
      clients: [CLIENT, WATCHER],
      settings: chainSettings(VALIDATORS, {
        ...{ balances: PAYERS, bootstrapOf, cpuFactorOf: CPU_FACTORS },
      }),
      ...theBlock3(ROLES, { clients: [CLIENT, WATCHER] }),
      operations: [
        ...payments(streams.stream("workload"), {
          ...{ clients: [CLIENT], perSecond: 1, from: started, until: started + seconds(20) },
        }),
        ...questions(started + seconds(20)),
      ],
      faults,
      calm: started,
      horizon,
    }),
    invariants: (plan) => [
      nobodyBeginsAlone("CONTACT", (host) => plan.settings.bootstrapOf[host] ?? []),
      // Who is told of nobody begins.
      ...(beginners(plan).length > 1 ? [] : [chainBeginsOnce("ONE-START")]),
      everybodyIsKnown<ChainServer>("MESH", { from: started, within: seconds(20) }),
      everybodyTellsOfAll("MESH-TOLD", { from: started, within: seconds(20) }),
      healthTellsOfPeers<ChainServer>("HEALTH"),
      restartsKeepTheirDelay("RESTART-DELAY", {
        ...{ delayOf: (host) => RESTART_DELAYS[host] ?? 0, lateMax: AT_ONCE },
      }),
      heightsConverge("BS-HEIGHT", { from: started + seconds(20), within: seconds(10) }),
      blocksKeepComing("INTERVAL", {
        ...{ from: blocksFrom, until: horizon, gapMax: seconds(5) },
      }),
      operationsReturn("RETURN", { by: horizon }, plan),
      acknowledgedTransfersStay("ACCEPTED", liarsOf(plan)),
    ],
    expects: ["finalized", "peer found"],
    goals: [...MESHED, ...(restarts === 0 ? [] : [restarted(restarts)])],
  });
}

const MESHED: readonly Goal[] = [
  { metric: "timeToFullMeshMs", atMost: 5_000, share: 1 },
  { metric: "timeToFullMeshToldMs", atMost: 5_000 + ASKED_EVERY / ms(1), share: 1 },
];

function restarted(count: number): Goal {
  return { metric: "restarts", atLeast: count, atMost: count, share: 1 };
}

/** How is every server? From the beginning on; who is not there is asked until it is. */
function questions(until: Micros): readonly PlannedOperation[] {
  const rounds = Math.floor(until / ASKED_EVERY);
  return Array.from({ length: rounds }, (_, round) =>
    ROLES.map((node) => ({
      ...{ at: round * ASKED_EVERY, client: WATCHER },
      operation: {
        ...{ id: `${node} ${round + 1}`, op: "ask", node },
        about: { kind: "health" },
      },
    })),
  ).flat();
}

function beginners({ servers, settings }: ChainPlan): readonly NodeId[] {
  return servers.filter((host) => (settings.bootstrapOf[host] ?? []).length === 0);
}

/** Group L: a cluster that starts, in this order and in others. */
export const chainStartup: readonly Scenario[] = STARTUPS.map(startup);
