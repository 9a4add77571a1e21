// Group L, tb-link-degradation: slow, narrow, blocked and flapping links between nodes of a chain.

import { blocksKeepComing, reorgsAreShort } from "../invariants/chain-consensus.ts";
import {
  healthIsSaid,
  type Losses,
  lineCarries,
  lossesAre,
  roundTripsTake,
} from "../invariants/chain-links.ts";
import { heightsConverge } from "../invariants/chain-liveness.ts";
import { acknowledgedTransfersStay } from "../invariants/chain-transactions.ts";
import { shareOffMax } from "../invariants/deviation.ts";
import { operationsReturn } from "../invariants/liveness.ts";
import { quantileOfSum, type TimeSpan } from "../invariants/sum-of-spans.ts";
import { MESSAGE_CLASSES } from "../protocols/block-sync/messages.ts";
import type { Fault } from "../sim/fault.ts";
import type { Invariant } from "../sim/invariant.ts";
import { plainWire } from "../sim/network/wire.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { type ChainServer, chainScenario, liarsOf } from "./chain-cluster.ts";
import { PAYERS, payments } from "./chain-payments.ts";
import { chainSettings } from "./chain-settings.ts";
import { CPU_FACTORS, OBSERVER, REPLICA, ROLES, theBlock3, VALIDATORS } from "./the-block-3.ts";

const CLIENT = "c1";
const FROM: Micros = seconds(10);
const LASTING: Micros = seconds(20);
const OVER: Micros = FROM + LASTING;
const HORIZON: Micros = seconds(45);
/** Of the 100 transfers a second that are asked for so many as a short run bears. */
const PER_SECOND = 3;
const PINGED = REPLICA;
const FILLED = OBSERVER;
const PING = "ping";
const FILL = "fill";
const LINE_BYTES_PER_SECOND = 12_500_000;
/** More than is under way to fill a line, which is more than a line of 100 Mbit/s holds. */
const QUEUE_BYTES = 1_000_000;
const FILLER_BYTES = 20_000;
const FILLERS = 13;
const LAN = { min: ms(1), max: ms(9) };
/** There and back. */
const LAN_TRIP: readonly TimeSpan[] = [LAN, LAN];
const ERROR_MAX = 0.05;
/** Who misses as many blocks in a row makes a fork as deep: one in twenty is lost. */
const LOST_DEPTH = 4;

/** Numbers of requests are about as large. */
const SERIAL = 2 ** 51;

/** Six times up and down of a link that flaps. */
const PING_LASTING: Micros = seconds(18);
/** So often that chance explains nothing that is off by 5 %: see the test of this file. */
const PING_INTERVAL: Micros = ms(5);
/** The longer round trips take, the less their differences are of it. */
const SLOW_PING_INTERVAL: Micros = ms(40);

interface Degradation {
  readonly variant: string;
  readonly about: string;
  readonly fault?: Fault;
  /** What who pings and fills is to find: see {@link measured}. Default: that of the network. */
  readonly trip?: readonly TimeSpan[];
  readonly pingInterval?: Micros;
  readonly loss?: Pick<Losses, "share" | "offMax">;
  readonly fills?: number;
  readonly invariants: readonly Invariant<ChainServer>[];
}

/** When a node that hears nobody has noticed it. */
const healthChecks: readonly PlannedOperation[] = VALIDATORS.map((node) => ({
  at: OVER - seconds(2),
  client: CLIENT,
  operation: { id: `health ${node}`, op: "ask", node, about: { kind: "health" } },
}));

function health(isPartitioned: boolean): Invariant {
  return healthIsSaid("HEALTH", { ids: "health", isPartitioned });
}

const everywhere = {
  ...{ at: FROM, lasting: LASTING, from: ["everybody"], to: ["everybody"] },
  bothWays: false,
};

/** A tenth more or less, at random. */
function slower(added: Micros, pingInterval = SLOW_PING_INTERVAL): Degradation {
  const jitter = added / 10;
  const span = { min: added - jitter, max: added + jitter };
  return {
    variant: `/${added / 1_000}-ms`,
    about: `Messages take ${added / 1_000} ms more, with jitter: blocks come, and none competes.`,
    fault: {
      ...{ ...everywhere, kind: "latency", types: [] },
      added: uniform(span.min, span.max),
    },
    ...{ trip: [...LAN_TRIP, span, span], pingInterval },
    invariants: [health(false)],
  };
}

function narrower(megabits: number): Degradation {
  const bytesPerSecond = megabits * 125_000;
  const onLine = Math.ceil((PROBE_BYTES * seconds(1)) / bytesPerSecond);
  return {
    variant: `/${megabits}-mbit`,
    about: `What a link carries falls to ${megabits} Mbit/s: blocks come all the same.`,
    fault: {
      ...{ ...everywhere, kind: "bandwidth", types: [], per: "link", queueBytes: QUEUE_BYTES },
      bytesPerSecond,
    },
    trip: [...LAN_TRIP, { min: onLine, max: onLine }],
    fills: bytesPerSecond,
    invariants: [health(false)],
  };
}

/** Of a probe and its answer. */
const PROBE_BYTES = ["probe", "alive"].reduce(
  (sum, type) => sum + plainWire.sizeOf({ type, serial: SERIAL }),
  0,
);

function lossy(probability: number): Degradation {
  const share = 1 - (1 - probability) ** 2;
  return {
    variant: `/${100 * probability}-percent-lost`,
    about: `Of all messages ${100 * probability} % are lost: blocks come, and are fetched.`,
    fault: { ...everywhere, kind: "loss", types: [], probability },
    loss: { share, offMax: shareOffMax(PING_LASTING / PING_INTERVAL, share) },
    invariants: [health(false)],
  };
}

const DEGRADATIONS: readonly Degradation[] = [
  {
    variant: "",
    about: "The links of a local network: round trips take what they are to take.",
    fills: LINE_BYTES_PER_SECOND,
    invariants: [health(false)],
  },
  slower(ms(10), SLOW_PING_INTERVAL / 2),
  ...[ms(50), ms(200)].map((added) => slower(added)),
  ...[10, 1].map(narrower),
  lossy(0.05),
  {
    variant: "/gossip-blocked",
    about: "Gossip is blocked, and questions pass: nodes say that they hear too few.",
    fault: {
      ...{ kind: "isolate", at: FROM, lasting: LASTING, hosts: [REPLICA], inFlight: "lose" },
      types: MESSAGE_CLASSES.gossip,
    },
    invariants: [health(true)],
  },
  {
    variant: "/flapping",
    about: "A validator's link is up for 2 s and down for 1 s, again and again.",
    fault: {
      ...{ kind: "flapping", at: FROM, lasting: LASTING, from: [REPLICA], to: ["everybody"] },
      ...{ bothWays: true, up: seconds(2), down: seconds(1), inFlight: "lose", types: [] },
    },
    // What is under way when the link goes down is lost as well.
    loss: { share: (seconds(1) + meanOf(LAN_TRIP)) / seconds(3), offMax: ERROR_MAX / 3 },
    invariants: [],
  },
];

/** Who pings a validator all along, and keeps the line to the observer busy for a while. */
function lineTests({
  fills,
  pingInterval: interval = PING_INTERVAL,
}: Degradation): readonly PlannedOperation[] {
  const at = FROM + seconds(1);
  const count = PING_LASTING / interval;
  const ping = { id: PING, op: "ping", node: PINGED, count, interval };
  // Answers come some milliseconds early or late: that is to be little of all.
  const lasting = fills === LINE_BYTES_PER_SECOND ? ms(500) : seconds(2);
  const fill = {
    ...{ id: FILL, op: "fill", node: FILLED, sizeBytes: FILLER_BYTES, windowCount: FILLERS },
    lasting,
  };
  const operations = fills === undefined ? [ping] : [ping, fill];
  return operations.map((operation) => ({ at, client: CLIENT, operation }));
}

function meanOf(trip: readonly TimeSpan[]): Micros {
  return trip.reduce((sum, { min, max }) => sum + (min + max) / 2, 0);
}

/** What is measured is what is set, within 5 % or what chance explains. */
function measured({ trip = LAN_TRIP, loss, fills }: Degradation): readonly Invariant[] {
  const junk = new Uint8Array(FILLER_BYTES);
  const filler = { type: "submit", transactions: [junk], serial: SERIAL };
  const errorMax = ERROR_MAX;
  return [
    roundTripsTake("RTT", {
      ...{ id: PING, errorMax, mean: meanOf(trip) },
      min: trip.reduce((sum, { min }) => sum + min, 0),
      quantile: (share) => quantileOfSum(trip, share),
    }),
    lossesAre("LOSS", { id: PING, ...(loss ?? { share: 0, offMax: 0 }) }),
    ...(fills === undefined
      ? []
      : [
          lineCarries("THROUGHPUT", {
            ...{ id: FILL, bytesPerSecond: fills, errorMax },
            messageBytes: plainWire.sizeOf(filler),
          }),
        ]),
  ];
}

function degradation(degraded: Degradation): Scenario {
  const { variant, about, fault, invariants } = degraded;
  const isCut = fault !== undefined && fault.kind === "isolate";
  return chainScenario({
    name: `tb-link-degradation${variant}`,
    about,
    plan: (streams) => ({
      servers: ROLES,
      clients: [CLIENT],
      settings: chainSettings(VALIDATORS, { balances: PAYERS, cpuFactorOf: CPU_FACTORS }),
      disk: theBlock3(ROLES).disk!,
      // What is measured is one thing everywhere: 100 Mbit/s, and 1 to 9 ms.
      network: {
        latency: uniform(LAN.min, LAN.max),
        bandwidth: [
          { bytesPerSecond: LINE_BYTES_PER_SECOND, queueBytes: QUEUE_BYTES, per: "link" },
        ],
      },
      operations: [
        ...payments(streams.stream("workload"), {
          ...{ clients: [CLIENT], perSecond: PER_SECOND, from: seconds(2), until: OVER },
        }),
        ...lineTests(degraded),
        ...healthChecks,
      ],
      faults: fault === undefined ? [] : [fault],
      calm: OVER,
      horizon: HORIZON,
    }),
    invariants: (plan) => [
      blocksKeepComing("INTERVAL", { from: seconds(1), until: HORIZON, gapMax: seconds(5) }),
      // Cut off, each validator makes a chain of its own.
      ...(isCut ? [] : [reorgsAreShort("FORK-DEPTH", fault?.kind === "loss" ? LOST_DEPTH : 1)]),
      heightsConverge("BS-HEIGHT", { from: OVER, within: seconds(10), heightMin: 15 }),
      operationsReturn("RETURN", { by: HORIZON }, plan),
      acknowledgedTransfersStay("ACCEPTED", liarsOf(plan)),
      ...measured(degraded),
      ...invariants,
    ],
    expects: isCut ? ["peer lost", "partition suspected", "partition over"] : ["finalized"],
  });
}

/** Group L: links that are worse than they were. */
export const chainLinks: readonly Scenario[] = DEGRADATIONS.map(degradation);
