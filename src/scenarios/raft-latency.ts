import {
  acknowledgesSteadily,
  everyoneAgrees,
  leaderStays,
  operationsReturn,
} from "../invariants/liveness.ts";
import { type CommitPhase, commitsTake, type Phase } from "../invariants/phases.ts";
import { equalStates } from "../invariants/replicated.ts";
import { defaultClientOptions } from "../protocols/replicated/client.ts";
import type { Fault, Target } from "../sim/fault.ts";
import { constant, type Distribution, uniform } from "../sim/random/distribution.ts";
import type { Streams } from "../sim/random/random.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { hostNames, storeScenario, storeSettings } from "./raft-cluster.ts";
import { writes } from "./workload.ts";

const SERVERS = hostNames(3);
/** Enough for 20 writes a second that take 2 s each. */
const CLIENTS = hostNames(48, "c");
const BEGIN = seconds(4);
const FOLLOWER_SLOW = seconds(10);
const LEADER_SLOW = seconds(26);
const LASTING = seconds(10);
/** Each begins up to this much later, so that it meets heartbeats and checks at any point. */
const LATER_MAX = seconds(1);
const FAST = LEADER_SLOW + LATER_MAX + LASTING;
const UNTIL = seconds(46);
const HORIZON = seconds(52);

const BEFORE: Phase = { name: "before", from: BEGIN + seconds(1), until: FOLLOWER_SLOW - ms(100) };
const AFTER: Phase = { name: "after", from: FAST + seconds(3), until: UNTIL };

type LatencyFault = Extract<Fault, { readonly kind: "latency" }>;

/** All links of a host are slow for a while. */
function slow(host: Target, at: Micros, added: Distribution): LatencyFault {
  const scope = { from: [host], to: ["everybody"], bothWays: true, types: [] };
  return { kind: "latency", at, lasting: LASTING, ...scope, added };
}

/** What commits may take while it lasts; what is under way when the weather changes is left out. */
function commitPhase({ from: [host], at }: LatencyFault, slowest: Bounds): CommitPhase {
  const span = { from: at + ms(100), until: at + LASTING - ms(1_500) };
  if (host === "leader") return { name: "slow leader", ...span, ...slowest };
  return { name: "slow follower", ...span, ...QUICK };
}

interface Latency {
  readonly variant: string;
  readonly about: string;
  readonly added: Distribution;
  /** Bounds, always kept, of the median of commits while the leader is slow. */
  readonly slowest: Bounds;
  /** Until when one and the same server leads. */
  readonly ledUntil: Micros;
  readonly goals?: readonly Goal[];
}

interface Bounds {
  readonly atLeast: Micros;
  readonly atMost: Micros;
}

/** Two ways of 5 ms at most, and a sync of 1 ms at the follower. */
const QUICK: Bounds = { atLeast: 0, atMost: ms(11) };

function laterIn(streams: Streams, whose: string): Micros {
  return streams.stream(`slow ${whose}`).int(0, LATER_MAX - 1);
}

/** A follower's links are slow, then the leader's. */
function latencyInjection(latency: Latency): Scenario {
  const { variant, about, added, slowest, ledUntil, goals = [] } = latency;
  return storeScenario({
    name: `raft-latency-injection${variant}`,
    about,
    plan: (streams) => ({
      servers: SERVERS,
      clients: CLIENTS,
      // Whoever asks twice makes the log longer, not slower: it would only blur the picture.
      settings: storeSettings(
        {},
        { client: { ...defaultClientOptions, requestTimeout: seconds(4) } },
      ),
      operations: writes({ clients: CLIENTS, from: BEGIN, until: UNTIL, every: ms(50) }),
      faults: [
        slow("follower 1", FOLLOWER_SLOW + laterIn(streams, "follower"), added),
        slow("leader", LEADER_SLOW + laterIn(streams, "leader"), added),
      ],
      calm: FAST,
      horizon: HORIZON,
    }),
    invariants: (plan) => [
      commitsTake("COMMIT-LATENCY", [
        { ...BEFORE, ...QUICK },
        ...plan.faults
          .filter((fault) => fault.kind === "latency")
          .map((fault) => commitPhase(fault, slowest)),
        { ...AFTER, ...QUICK },
      ]),
      leaderStays("LEADER-STAYS", { from: BEGIN + seconds(1), until: ledUntil }),
      acknowledgesSteadily("PROGRESS", { from: BEGIN + seconds(1), until: UNTIL }, seconds(5)),
      everyoneAgrees("AGREEMENT", { from: UNTIL, by: HORIZON }),
      operationsReturn("RETURN", { by: HORIZON }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok"],
    // The other follower answers as fast as ever: not even the slowest commit takes longer.
    goals: [{ metric: "commitMaxMs, slow follower", atMost: 11, share: 0.95 }, ...goals],
  });
}

export const raftLatency: readonly Scenario[] = [
  latencyInjection({
    variant: "",
    about: "The links of a follower take 200 ms more, then those of the leader.",
    added: constant(ms(200)),
    // There and back, 400 ms, and 10 % of that.
    slowest: { atLeast: ms(360), atMost: ms(440) },
    ledUntil: HORIZON,
  }),
  latencyInjection({
    variant: "/500-ms",
    about: "The links of a follower take 500 ms more, then those of the leader.",
    added: constant(ms(500)),
    // There and back takes as long as it is from one check of a leader's quorum to the next. One in
    // the first heartbeat interval, or just before it, makes the leader step down, and another one,
    // whose links are fast, takes over: in one run of ten or so.
    slowest: { atLeast: 0, atMost: ms(1_100) },
    ledUntil: LEADER_SLOW,
    goals: [
      { metric: "commitMedianMs, slow leader", atLeast: 900, atMost: 1_100, share: 0.8 },
      { metric: "leader elected", atMost: 2, share: 0.95 },
    ],
  }),
  latencyInjection({
    variant: "/jitter",
    about: "The links of a follower take 50 to 350 ms more, then those of the leader.",
    added: uniform(ms(50), ms(350)),
    // From twice the least, to what it takes there and back as a mean, and 10 %.
    slowest: { atLeast: ms(100), atMost: ms(440) },
    ledUntil: HORIZON,
    // The faster of two followers decides: its median is 330 ms, and 7 ms without. What varies is
    // how often an append overtakes another one, as the leader then looks for agreement first.
    goals: [{ metric: "commitMedianMs, slow leader", atLeast: 303, atMost: 371, share: 0.8 }],
  }),
];
