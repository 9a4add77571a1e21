import {
  everyoneAgrees,
  type LeadershipView,
  leaderIsElected,
  operationsReturn,
  quorumLeader,
} from "../invariants/liveness.ts";
import { defaultRaftOptions, type RaftOptions } from "../protocols/raft/options.ts";
import type { Invariant } from "../sim/invariant.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import {
  hostNames,
  type StorePlan,
  type StoreSettings,
  storeScenario,
  storeSettings,
} from "./raft-cluster.ts";
import { writes } from "./workload.ts";

const NAME = "raft-election-timeout-profiles";
const HORIZON = seconds(16);

/** Election timeout in [timeout, 2 * timeout), and heartbeats ten times as often. */
function profile(timeout: Micros): RaftOptions {
  return {
    ...defaultRaftOptions,
    electionTimeoutMin: timeout,
    electionTimeoutMax: 2 * timeout - 1,
    heartbeatInterval: timeout / 10,
  };
}

/** The other profiles of the catalogue, with the time by which there must be a leader. */
const PROFILES = [
  { timeout: 500, by: seconds(2) },
  { timeout: 3_000, by: seconds(10) },
  { timeout: 300, by: seconds(2) },
  { timeout: 100, by: seconds(2) },
] as const;

function profileScenario(variant: string, settings: StoreSettings, by: Micros): Scenario {
  const { electionTimeoutMin, heartbeatInterval } = settings.raft;
  const timing = `${electionTimeoutMin / 1_000}/${heartbeatInterval / 1_000} ms`;
  const isMixed = Object.keys(settings.raftOf).length > 0;
  return storeScenario({
    name: `${NAME}${variant}`,
    about: `Three servers with ${isMixed ? "different election timeouts" : `${timing}`}.`,
    plan: () => ({
      servers: hostNames(3),
      clients: ["c1"],
      settings,
      operations: writes({
        clients: ["c1"],
        from: seconds(10),
        until: seconds(13),
        every: ms(50),
      }),
      horizon: HORIZON,
    }),
    invariants: (plan) => settled(by, plan),
    expects: ["leader elected", "ok"],
    // Round trips of up to 10 ms are short against the timeouts, so nobody stands without need.
    goals: [{ metric: "election started", atMost: 2, share: 0.95 }],
  });
}

function settled(by: Micros, plan: StorePlan): readonly Invariant<LeadershipView>[] {
  return [
    leaderIsElected("LEADER-ELECTED", { by }),
    everyoneAgrees("AGREEMENT", { from: seconds(13), by: HORIZON }),
    operationsReturn("RETURN", { by: HORIZON }, plan),
  ];
}

const mixed = storeSettings(profile(ms(1_000)), {
  raftOf: { n1: profile(ms(500)), n3: profile(ms(3_000)) },
});

/** Latencies of 20 ms, give or take 20 ms. */
const jitter = storeScenario({
  name: `${NAME}/jitter`,
  about: "Three servers with one of three timeouts, on links of 0 to 40 ms.",
  plan: (streams) => ({
    servers: hostNames(3),
    clients: ["c1"],
    settings: storeSettings(profile(ms(streams.stream("options").pick([500, 1_000, 3_000])))),
    network: { latency: uniform(0, ms(40)) },
    operations: writes({ clients: ["c1"], from: seconds(10), until: seconds(13), every: ms(100) }),
    horizon: HORIZON,
  }),
  invariants: (plan) => settled(seconds(10), plan),
  expects: ["leader elected", "ok"],
  goals: [{ metric: "election started", atMost: 2, share: 0.9 }],
});

/** A round trip takes longer than any election timeout: there can be no lasting leader. */
const latencyAboveTimeout = storeScenario({
  name: `${NAME}/latency-above-timeout`,
  about: "A round trip takes longer than an election timeout: no leader lasts.",
  plan: (streams) => ({
    servers: hostNames(3),
    settings: storeSettings({
      ...profile(ms(100)),
      preVote: streams.stream("options").chance(1 / 2),
    }),
    network: { latency: uniform(ms(150), ms(250)) },
    horizon: HORIZON,
  }),
  invariants: () => [measureTiming],
  goals: [{ metric: "liveness lost: timing", atLeast: 1, share: 0.95 }],
});

/** Counts runs that end without a leader although no fault is about. */
const measureTiming: Invariant<LeadershipView> = {
  name: "timing",
  onEnd: (world) => {
    if (quorumLeader(world) === undefined) world.metrics.count("liveness lost: timing");
    return undefined;
  },
};

export const raftElectionTimeoutProfiles: readonly Scenario[] = [
  profileScenario("", storeSettings(profile(ms(1_000))), seconds(5)),
  ...PROFILES.map(({ timeout, by }) =>
    profileScenario(`/${timeout}-${timeout / 10}`, storeSettings(profile(ms(timeout))), by),
  ),
  profileScenario("/mixed", mixed, seconds(5)),
  jitter,
  latencyAboveTimeout,
];
