import { gaugesStayWithin } from "../invariants/limits.ts";
import {
  acknowledgesSteadily,
  everyoneAgrees,
  leaderStays,
  operationsReturn,
} from "../invariants/liveness.ts";
import {
  commitsCarry,
  measureEmitted,
  type Phase,
  type ThroughputPhase,
} from "../invariants/phases.ts";
import { equalStates, everyoneCatchesUp } from "../invariants/replicated.ts";
import { measureHeartbeatGaps } from "../invariants/traffic.ts";
import type { KvCommand } from "../protocols/kv/commands.ts";
import { defaultClientOptions } from "../protocols/replicated/client.ts";
import type { Fault } from "../sim/fault.ts";
import type { Streams } from "../sim/random/random.ts";
import type { Scenario } from "../sim/scenario.ts";
import { ms, seconds } from "../sim/time.ts";
import {
  constantLatency,
  hostNames,
  type StorePlan,
  storeScenario,
  storeSettings,
} from "./raft-cluster.ts";
import { sizedWrites } from "./workload.ts";

const CLIENTS = hostNames(24, "c");
const VALUE_BYTES = 64 * 1_024;
const WRITES_PER_SECOND = 5;
const BYTES_PER_SECOND = 100_000;
/** Two values, and what is around them. */
const WINDOW_BYTES = 150_000;
/** Three. */
const UNCOMMITTED_BYTES = 200_000;

const BEGIN = seconds(4);
const LASTING = seconds(10);
const PAUSE = seconds(8);
const UNTIL = BEGIN + seconds(4) + 3 * (LASTING + PAUSE);
const HORIZON = UNTIL + seconds(5);

type BandwidthFault = Extract<Fault, { readonly kind: "bandwidth" }>;

/** The narrow line of each phase, in turn. */
const LINES = [
  { name: "one follower", from: "servers", to: "follower 1", per: "downlink" },
  { name: "both followers", from: "servers", to: "others", per: "downlink" },
  { name: "leader", from: "leader", to: "servers", per: "uplink" },
] as const;

function narrow(i: number, streams: Streams): BandwidthFault {
  const { name, from, to, per } = LINES[i]!;
  return {
    kind: "bandwidth",
    // At any point between two writes and two heartbeats.
    at: BEGIN + seconds(3) + i * (LASTING + PAUSE) + streams.stream(name).int(0, ms(999)),
    lasting: LASTING,
    from: [from],
    to: [to],
    bothWays: false,
    types: [],
    bytesPerSecond: BYTES_PER_SECOND,
    // More than the windows of both followers: nothing is dropped.
    queueBytes: 1_000_000,
    per,
  };
}

function narrowedIn({ faults }: StorePlan): readonly BandwidthFault[] {
  return faults.filter((fault) => fault.kind === "bandwidth");
}

/** While a line is narrow. */
function phaseOf({ at, lasting, from: [from], to: [to] }: BandwidthFault): Phase {
  const { name } = LINES.find((line) => line.from === from && line.to === to)!;
  return { name, from: at, until: at + lasting };
}

/** What may be committed while a line is narrow. */
function throughputOf({ name, from, until }: Phase): ThroughputPhase {
  // By then what was committed or under way before has passed.
  const span = { name, from: from + seconds(2), until };
  // One follower is enough for a majority, and gets all that clients write.
  const all = { bytesPerSecond: WRITES_PER_SECOND * VALUE_BYTES, slackBytes: VALUE_BYTES };
  if (name === "one follower") return { ...span, ...all, shareMin: 0.9 };
  // The leader sends every value twice over its own line.
  const bytesPerSecond = name === "leader" ? BYTES_PER_SECOND / 2 : BYTES_PER_SECOND;
  return { ...span, bytesPerSecond, slackBytes: VALUE_BYTES, shareMin: 0.8 };
}

/** The bytes of the value that a command of the store's log puts. */
function valueBytes(command: unknown): number {
  const { operation } = (command ?? {}) as Partial<KvCommand>;
  return operation?.op === "put" ? operation.value.length : 0;
}

const bandwidthLimit = storeScenario({
  name: "raft-bandwidth-limit",
  about: "100 KB/s to one follower, then to both, then from the leader; values of 64 KiB.",
  plan: (streams) => ({
    servers: hostNames(3),
    clients: CLIENTS,
    settings: storeSettings(
      { inflightBytesMax: WINDOW_BYTES, uncommittedBytesMax: UNCOMMITTED_BYTES },
      // Who asks again while the leader has the first request makes it send the value twice.
      { client: { ...defaultClientOptions, requestTimeout: seconds(8), waitMax: seconds(30) } },
    ),
    // What overtakes an append by a hair makes the leader send it a second time, all of it.
    network: constantLatency(ms(3)),
    operations: sizedWrites(
      { clients: CLIENTS, from: BEGIN, until: UNTIL, every: seconds(1) / WRITES_PER_SECOND },
      VALUE_BYTES,
    ),
    faults: LINES.map((_, i) => narrow(i, streams)),
    calm: UNTIL,
    horizon: HORIZON,
  }),
  invariants: (plan) => {
    const phases = narrowedIn(plan).map(phaseOf);
    return [
      commitsCarry("THROUGHPUT", phases.map(throughputOf), valueBytes),
      gaugesStayWithin("MEMORY", (gauge) =>
        gauge === "uncommitted" ? UNCOMMITTED_BYTES : WINDOW_BYTES,
      ),
      ...phases.map(({ name, until }) =>
        everyoneCatchesUp(`CATCH-UP, ${name}`, { from: until, by: until + seconds(5) }),
      ),
      leaderStays("LEADER-STAYS", { from: BEGIN, until: HORIZON }),
      acknowledgesSteadily("PROGRESS", { from: BEGIN + ms(500), until: UNTIL }, seconds(4)),
      everyoneAgrees("AGREEMENT", { from: UNTIL, by: HORIZON }),
      operationsReturn("RETURN", { by: HORIZON }, plan),
      equalStates("EQUAL-STATES"),
      measureHeartbeatGaps(phases),
      measureEmitted("pre-vote started", phases),
    ];
  },
  expects: ["leader elected", "ok", "gauge"],
  goals: [
    { metric: "followerLag", atLeast: 20, share: 0.95 },
    { metric: "caughtUpAfterMs", atMost: 1_000, share: 0.95 },
    // What waits in a line is what is in flight to its followers.
    { metric: "downlink backlog, bytes", atMost: WINDOW_BYTES, share: 1 },
    { metric: "uplink backlog, bytes", atMost: 2 * WINDOW_BYTES, share: 1 },
    // A value takes 0.66 s on a line, and is a heartbeat too: followers hear their leader in time.
    { metric: "heartbeatGapMaxMs, one follower", atMost: 1_000, share: 1 },
    { metric: "heartbeatGapMaxMs, both followers", atMost: 1_000, share: 1 },
    // Behind two of them, heartbeats starve: beyond the shortest election timeout, so that some
    // followers ask for votes. Nobody grants them any, as the other follower has heard the leader.
    { metric: "heartbeatGapMaxMs, leader", atLeast: 1_000, atMost: 1_500, share: 1 },
  ],
});

export const raftBandwidth: readonly Scenario[] = [bandwidthLimit];
