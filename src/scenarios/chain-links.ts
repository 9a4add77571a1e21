// Group L, tb-link-degradation: slow, narrow, blocked and flapping links between nodes of a chain.

import { blocksKeepComing, reorgsAreShort } from "../invariants/chain-consensus.ts";
import { healthIsSaid, roundTripsTake } from "../invariants/chain-links.ts";
import { heightsConverge } from "../invariants/chain-liveness.ts";
import { acknowledgedTransfersStay } from "../invariants/chain-transactions.ts";
import { operationsReturn } from "../invariants/liveness.ts";
import { MESSAGE_CLASSES } from "../protocols/block-sync/messages.ts";
import type { Fault } from "../sim/fault.ts";
import type { Invariant } from "../sim/invariant.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { type ChainServer, chainScenario, liarsOf } from "./chain-cluster.ts";
import { PAYERS, payments } from "./chain-payments.ts";
import { chainSettings } from "./chain-settings.ts";
import { hostNames } from "./raft-cluster.ts";

const VALIDATORS = hostNames(2);
const SERVERS = [...VALIDATORS, "obs"];
const CLIENT = "c1";
const FROM: Micros = seconds(10);
const LASTING: Micros = seconds(20);
const OVER: Micros = FROM + LASTING;
const HORIZON: Micros = seconds(45);
const PROBES = 100;
/** There and back, between 1 and 9 ms each way. */
const LAN_RTT: Micros = ms(10);
const ERROR_MAX = 0.05;
/** The mean of a hundred such round trips is off by 3 % of it, one standard deviation. */
const LAN_ERROR_MAX = 0.15;

interface Degradation {
  readonly variant: string;
  readonly about: string;
  readonly fault?: Fault;
  readonly invariants: readonly Invariant<ChainServer>[];
}

/** As many questions as probes, while the fault lasts. */
const probes: readonly PlannedOperation[] = Array.from({ length: PROBES }, (_, n) => ({
  at: FROM + seconds(1) + n * ms(150),
  client: CLIENT,
  operation: { id: `probe${n}`, op: "ask", node: "obs", about: { kind: "height" } },
}));

/** When a node that hears nobody has noticed it. */
const healthChecks: readonly PlannedOperation[] = VALIDATORS.map((node) => ({
  at: OVER - seconds(2),
  client: CLIENT,
  operation: { id: `health ${node}`, op: "ask", node, about: { kind: "health" } },
}));

function roundTrips(mean: Micros): Invariant {
  const errorMax = mean === LAN_RTT ? LAN_ERROR_MAX : ERROR_MAX;
  return roundTripsTake("RTT", { ids: "probe", mean, errorMax });
}

function health(isPartitioned: boolean): Invariant {
  return healthIsSaid("HEALTH", { ids: "health", isPartitioned });
}

const everywhere = {
  ...{ at: FROM, lasting: LASTING, from: ["everybody"], to: ["everybody"] },
  bothWays: false,
};

/** A tenth more or less, at random. */
function slower(added: Micros): Degradation {
  const jitter = added / 10;
  return {
    variant: `/${added / 1_000}-ms`,
    about: `Messages take ${added / 1_000} ms more, with jitter: blocks come, and none competes.`,
    fault: {
      ...{ ...everywhere, kind: "latency", types: [] },
      added: uniform(added - jitter, added + jitter),
    },
    invariants: [roundTrips(LAN_RTT + 2 * added), health(false)],
  };
}

function narrower(megabits: number): Degradation {
  return {
    variant: `/${megabits}-mbit`,
    about: `What a link carries falls to ${megabits} Mbit/s: blocks come all the same.`,
    fault: {
      ...{ ...everywhere, kind: "bandwidth", types: [], per: "link", queueBytes: 1_000_000 },
      bytesPerSecond: megabits * 125_000,
    },
    invariants: [health(false)],
  };
}

const DEGRADATIONS: readonly Degradation[] = [
  {
    variant: "",
    about: "The links of a local network: round trips take what they are to take.",
    invariants: [roundTrips(LAN_RTT), health(false)],
  },
  ...[ms(10), ms(50), ms(200)].map(slower),
  ...[10, 1].map(narrower),
  {
    variant: "/gossip-blocked",
    about: "Gossip is blocked, and questions pass: nodes say that they hear too few.",
    fault: {
      ...{ kind: "isolate", at: FROM, lasting: LASTING, hosts: ["n2"], inFlight: "lose" },
      types: MESSAGE_CLASSES.gossip,
    },
    invariants: [roundTrips(LAN_RTT), health(true)],
  },
  {
    variant: "/flapping",
    about: "A validator's link is up for 2 s and down for 1 s, again and again.",
    fault: {
      ...{ kind: "flapping", at: FROM, lasting: LASTING, from: ["n2"], to: ["everybody"] },
      ...{ bothWays: true, up: seconds(2), down: seconds(1), inFlight: "lose", types: [] },
    },
    invariants: [],
  },
];

function degradation({ variant, about, fault, invariants }: Degradation): Scenario {
  const isCut = fault !== undefined && fault.kind === "isolate";
  return chainScenario({
    name: `tb-link-degradation${variant}`,
    about,
    plan: (streams) => ({
      servers: SERVERS,
      clients: [CLIENT],
      settings: chainSettings(VALIDATORS, { balances: PAYERS }),
      network: { latency: uniform(ms(1), ms(9)) },
      operations: [
        ...payments(streams.stream("workload"), {
          ...{ clients: [CLIENT], perSecond: 3, from: seconds(2), until: OVER },
        }),
        ...probes,
        ...healthChecks,
      ],
      faults: fault === undefined ? [] : [fault],
      calm: OVER,
      horizon: HORIZON,
    }),
    invariants: (plan) => [
      blocksKeepComing("INTERVAL", { from: seconds(1), until: HORIZON, gapMax: seconds(5) }),
      // Cut off, each validator makes a chain of its own.
      ...(isCut ? [] : [reorgsAreShort("FORK-DEPTH", 1)]),
      heightsConverge("BS-HEIGHT", { from: OVER, within: seconds(10), heightMin: 15 }),
      operationsReturn("RETURN", { by: HORIZON }, plan),
      acknowledgedTransfersStay("ACCEPTED", liarsOf(plan)),
      ...invariants,
    ],
    expects: isCut ? ["peer lost", "partition suspected", "partition over"] : ["finalized"],
  });
}

/** Group L: links that are worse than they were. */
export const chainLinks: readonly Scenario[] = DEGRADATIONS.map(degradation);
