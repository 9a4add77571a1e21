// Group A: leader election. Names and figures are those of the scenario catalogue.

import {
  everyoneAgrees,
  leaderIsElected,
  leaderIsReplaced,
  leaderStays,
  operationsReturn,
  writesResume,
} from "../invariants/liveness.ts";
import { nobodyLeads, nothingIsAcknowledged, nothingIsCommitted } from "../invariants/no-quorum.ts";
import type { NodeId } from "../sim/env.ts";
import type { Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import {
  constantLatency,
  hostNames,
  impatientClient,
  storeScenario,
  storeSettings,
} from "./raft-cluster.ts";
import { raftElectionTimeoutProfiles } from "./raft-election-timeouts.ts";
import { raftFigure8, raftLongerLog } from "./raft-figure-8.ts";
import { raftLeaderIsolation } from "./raft-leader-isolation.ts";
import { raftRandomFailures } from "./raft-random-failures.ts";
import { raftStreams } from "./raft-streams.ts";
import { raftSwarm } from "./raft-swarm.ts";
import { crash } from "./raft-weather.ts";
import { writes } from "./workload.ts";

/** When the first fault strikes: by then there is a leader. */
const STRIKE = seconds(5);

function initialElection(variant: string, serverCount: number): Scenario {
  return storeScenario({
    name: `raft-initial-election${variant}`,
    about: `A fresh cluster of ${serverCount} elects exactly one leader.`,
    plan: () => ({
      servers: hostNames(serverCount),
      settings: storeSettings(),
      horizon: seconds(8),
    }),
    invariants: () => [
      leaderIsElected("LEADER-ELECTED", { by: seconds(5) }),
      everyoneAgrees("AGREEMENT", { by: seconds(5) }),
    ],
    expects: ["leader elected"],
    goals: [{ metric: "election started", atMost: 2, share: 0.95 }],
  });
}

const splitVote = storeScenario({
  name: "raft-initial-election/split-vote",
  about: "All stand for election at the same instants, twice; then one wins.",
  plan: () => ({
    servers: hostNames(3),
    // The timers for the first two rounds are set before this time.
    settings: storeSettings({}, { equalTimeoutsUntil: ms(1_500) }),
    // With equal latencies the candidates stay in step.
    network: constantLatency(ms(2)),
    horizon: seconds(12),
  }),
  invariants: () => [
    leaderIsElected("LEADER-ELECTED", { by: seconds(10) }),
    everyoneAgrees("AGREEMENT", { by: seconds(10) }),
  ],
  expects: ["election lost", "leader elected"],
  // Three candidates in each of two rounds, and the one that wins.
  goals: [{ metric: "election started", atLeast: 7, share: 1 }],
});

function leaderCrash(variant: string, downFor: Micros | undefined): Scenario {
  const horizon = seconds(20);
  const isBack = downFor !== undefined;
  return storeScenario({
    name: `raft-leader-crash-reelection${variant}`,
    about: `The leader of three crashes${isBack ? ", and comes back as a follower" : ""}.`,
    plan: () => ({
      servers: hostNames(3),
      clients: ["c1"],
      settings: storeSettings({}, { client: impatientClient }),
      operations: writes({ clients: ["c1"], from: seconds(2), until: seconds(14), every: ms(50) }),
      faults: [crash(["leader"], STRIKE, downFor ?? horizon - STRIKE)],
      horizon,
    }),
    invariants: (plan) => [
      leaderIsElected("LEADER-ELECTED", { from: STRIKE + 1, by: STRIKE + seconds(10) }),
      writesResume("WRITES-RESUME", { from: STRIKE + 1, within: seconds(1) }),
      everyoneAgrees("AGREEMENT", { from: STRIKE + (downFor ?? seconds(10)), by: horizon }),
      operationsReturn("RETURN", { by: horizon }, plan),
    ],
    expects: ["leader elected", "ok"],
    goals: [{ metric: "electionGapMs", atMost: 3_000, share: 0.95 }],
  });
}

/** Three of five crash, one comes back; in the variants the leader survives, or pre-vote is off. */
function majorityRequired(variant: string, takesLeader: boolean, preVote: boolean): Scenario {
  const horizon = seconds(20);
  const back = seconds(9);
  const third = takesLeader ? "leader" : "follower 1";
  // By two seconds after the crash a leader that survived has noticed that it is alone.
  const noQuorum = { from: STRIKE + seconds(2) + ms(100), until: back };
  return storeScenario({
    name: `raft-majority-required${variant}`,
    about: `Three of five crash, the leader ${takesLeader ? "too" : "not"}: nobody rules.`,
    plan: () => ({
      servers: hostNames(5),
      clients: ["c1", "c2"],
      settings: storeSettings({ preVote }, { client: impatientClient }),
      operations: writes({
        clients: ["c1", "c2"],
        from: seconds(2),
        until: seconds(16),
        every: ms(100),
      }),
      faults: [
        crash(["follower 1"], STRIKE, back - STRIKE),
        crash(["follower 1"], STRIKE, horizon - STRIKE),
        crash([third], STRIKE, horizon - STRIKE),
      ],
      calm: back,
      horizon,
    }),
    invariants: () => [
      nobodyLeads("NO-LEADER", noQuorum),
      nothingIsCommitted("NO-COMMIT", noQuorum),
      nothingIsAcknowledged("NO-ACK", noQuorum),
      leaderIsElected("LEADER-ELECTED", { from: back, by: back + seconds(5) }),
    ],
    expects: ["leader elected", "ok"],
    // With pre-vote they hardly ever stand in vain, without it again and again.
    goals: preVote
      ? [{ metric: "election started", atMost: 6, share: 0.95 }]
      : [{ metric: "election started", atLeast: 4, share: 0.95 }],
  });
}

/** The leader is killed as soon as there is one, again and again. */
function rapidLeaderChanges(variant: string, serverCount: number, kills: number): Scenario {
  const horizon = seconds(25);
  const survivors = serverCount - kills;
  const hasQuorum = survivors * 2 > serverCount;
  return storeScenario({
    name: `raft-rapid-leader-changes${variant}`,
    about: `${kills} leaders of ${serverCount} are killed as soon as they are elected.`,
    plan: () => ({
      servers: hostNames(serverCount),
      clients: ["c1", "c2"],
      settings: storeSettings(),
      operations: writes({
        clients: ["c1", "c2"],
        from: seconds(2),
        until: seconds(15),
        every: ms(50),
      }),
      faults: Array.from({ length: kills }, () => crash(["leader"], STRIKE, horizon - STRIKE)),
      horizon,
    }),
    invariants: (plan) =>
      hasQuorum
        ? [
            leaderIsReplaced("LEADER-REPLACED", { within: seconds(5) }),
            leaderStays("LEADER-STAYS", { from: horizon - seconds(2), until: horizon }),
            operationsReturn("RETURN", { by: horizon }, plan),
          ]
        : [nobodyLeads("NO-LEADER", { from: horizon - seconds(5), until: horizon })],
    expects: ["leader elected", "ok"],
    // The kills really happened: there was a leader for each, and one more if one can be.
    goals: [{ metric: "leader elected", atLeast: kills + (hasQuorum ? 1 : 0), share: 1 }],
  });
}

/** Some of seven servers crash in the same instant. */
function simultaneousFailures(variant: string, victims: readonly NodeId[]): Scenario {
  const horizon = seconds(15);
  const hasQuorum = victims.length <= 3;
  const takesLeader = victims.includes("leader");
  return storeScenario({
    name: `raft-simultaneous-failures${variant}`,
    about: `${victims.length} of seven crash at once${takesLeader ? ", with the leader" : ""}.`,
    plan: () => ({
      servers: hostNames(7),
      clients: ["c1", "c2"],
      settings: storeSettings(),
      operations: writes({
        clients: ["c1", "c2"],
        from: seconds(3),
        until: seconds(9),
        every: ms(20),
      }),
      faults: [crash(victims, STRIKE, horizon - STRIKE)],
      horizon,
    }),
    invariants: (plan) => {
      if (!hasQuorum) return [nobodyLeads("NO-LEADER", { from: seconds(8), until: horizon })];
      const done = operationsReturn("RETURN", { by: horizon }, plan);
      if (!takesLeader)
        return [leaderStays("LEADER-STAYS", { from: STRIKE, until: horizon }), done];
      const within = { from: STRIKE + 1, by: STRIKE + seconds(5) };
      return [leaderIsElected("LEADER-ELECTED", within), done];
    },
    expects: ["leader elected", "ok"],
  });
}

export const raftElections: readonly Scenario[] = [
  initialElection("", 3),
  initialElection("/1-node", 1),
  initialElection("/2-nodes", 2),
  initialElection("/5-nodes", 5),
  initialElection("/7-nodes", 7),
  splitVote,
  leaderCrash("", undefined),
  leaderCrash("/restart", seconds(7)),
  raftLeaderIsolation,
  majorityRequired("", true, true),
  majorityRequired("/leader-survives", false, true),
  majorityRequired("/no-pre-vote", true, false),
  rapidLeaderChanges("", 5, 2),
  rapidLeaderChanges("/seven-nodes", 7, 3),
  rapidLeaderChanges("/literal", 5, 3),
  raftFigure8,
  raftLongerLog,
  ...raftElectionTimeoutProfiles,
  simultaneousFailures("", ["follower 1", "follower 2", "follower 3"]),
  simultaneousFailures("/with-leader", ["leader", "follower 1", "follower 2"]),
  simultaneousFailures("/majority-lost", ["follower 1", "follower 2", "follower 3", "follower 4"]),
  raftRandomFailures,
  raftSwarm,
  raftStreams,
];
