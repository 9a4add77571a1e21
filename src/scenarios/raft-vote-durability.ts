// Group E: votes survive restarts. Names and figures are those of the scenario catalogue.

import { measureSecondRequests } from "../invariants/elections.ts";
import { acknowledgesIn, leaderIsElected, operationsReturn } from "../invariants/liveness.ts";
import { oneLeaderATerm } from "../invariants/no-quorum.ts";
import { defaultRaftOptions, type RaftOptions } from "../protocols/raft/options.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import { constant } from "../sim/random/distribution.ts";
import type { Random } from "../sim/random/random.ts";
import type { Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { constantLatency, hostNames, storeScenario, storeSettings } from "./raft-cluster.ts";
import { crash, partition } from "./raft-weather.ts";
import { writes } from "./workload.ts";

const CANDIDATES = ["n1", "n2"];
const ROUNDS = 8;
const ROUND = seconds(2);
const TIMEOUT = seconds(1);
const SYNC = ms(1);
/** Both candidates go down, and come back together for the next round. */
const DOWN: { readonly from: Micros; readonly lasting: Micros } = {
  from: ms(1_500),
  lasting: ms(500),
};
const CALM = ROUNDS * ROUND;
const HORIZON = CALM + seconds(14);

/** As in the paper, so that who is asked for a vote thinks of nothing else. */
const paper: RaftOptions = { ...defaultRaftOptions, preVote: false, checkQuorum: false };

/** Never stands for election within the run. */
const voter: RaftOptions = {
  ...paper,
  electionTimeoutMin: seconds(60),
  electionTimeoutMax: seconds(60),
};

const candidate: RaftOptions = {
  ...paper,
  electionTimeoutMin: TIMEOUT,
  electionTimeoutMax: TIMEOUT,
};

/**
 * In each round two stand at the same instant. Each other server hears from one of them first,
 * loses its power as it votes, in the first round when its vote has left, and is back when the
 * request of the second one comes.
 */
function voteDurability(variant: string, serverCount: number): Scenario {
  const servers = hostNames(serverCount);
  const voters = servers.filter((id) => !CANDIDATES.includes(id));
  const clients = ["c1", "c2"];
  const resumed = CALM + seconds(10);
  return storeScenario({
    name: `raft-vote-durability${variant}`,
    about: `Voters of ${serverCount} crash as they vote, and are asked again in the same term.`,
    plan: (streams) => {
      const latency = ms(streams.stream("latency").int(2, 18));
      return {
        servers,
        clients,
        settings: storeSettings(voter, { raftOf: { n1: candidate, n2: candidate } }),
        network: constantLatency(latency),
        disk: { syncLatency: constant(SYNC) },
        operations: writes({ clients, from: CALM, until: resumed, every: ms(200) }),
        faults: [
          // Neither hears that the other was elected.
          partition(0, CALM, ["n1"], ["n2"]),
          ...Array.from({ length: ROUNDS }, (_, round) =>
            roundOf(round, voters, latency, streams.stream(`round ${round}`)),
          ).flat(),
        ],
        calm: CALM,
        horizon: HORIZON,
      };
    },
    invariants: (plan) => [
      // Of its own, to be judged without RAFT-VOTE, which is broken before it.
      oneLeaderATerm("ONE-LEADER"),
      measureSecondRequests(),
      leaderIsElected("LEADER-ELECTED", { from: CALM, by: resumed }),
      acknowledgesIn("WRITES", { from: CALM, until: HORIZON }),
      operationsReturn("RETURN", { by: HORIZON }, plan),
    ],
    expects: ["leader elected", "ok"],
    goals: [{ metric: "secondRequests", atLeast: 1, share: 1 }],
  });
}

/** Before or after the vote is durable, and when it has just left. */
const POINTS = ["before sync", "after sync", "between sends"] as const;

function roundOf(
  round: number,
  voters: readonly NodeId[],
  latency: Micros,
  random: Random,
): readonly Fault[] {
  const stands = round * ROUND + TIMEOUT;
  const [first, second] = random.shuffle(CANDIDATES);
  const back = SYNC + latency + ms(random.int(2, 40));
  const late = { from: [second!], to: voters, bothWays: false, types: ["vote"] };
  return [
    { kind: "latency", at: stands, lasting: ms(200), ...late, added: constant(back) },
    ...voters.map((id): Fault => {
      const point = round === 0 ? "between sends" : random.pick(POINTS);
      return { kind: "crashPoint", at: stands, lasting: back, hosts: [id], point, after: 0 };
    }),
    crash([first!, second!], round * ROUND + DOWN.from, DOWN.lasting),
  ];
}

export const raftVoteDurability: readonly Scenario[] = [
  voteDurability("", 3),
  voteDurability("/5-nodes", 5),
];
