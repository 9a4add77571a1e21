import { everyoneAgrees, leaderStays, operationsReturn } from "../invariants/liveness.ts";
import { measureDisruption } from "../invariants/measures.ts";
import { equalStates } from "../invariants/replicated.ts";
import type { NodeId } from "../sim/env.ts";
import type { Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { hostNames, impatientClient, storeScenario, storeSettings } from "./raft-cluster.ts";
import { LEADER_IN_MAJORITY, LEADER_IN_MINORITY, partition } from "./raft-weather.ts";
import { writes } from "./workload.ts";

interface Flapping {
  readonly cycles: number;
  /** Time cut and time healed in each cycle. */
  readonly half: Micros;
  readonly groups: readonly (readonly NodeId[])[];
  /** Whether the leader is always on the side of the majority. */
  readonly sparesLeader: boolean;
}

/** A cut comes and goes. */
function flappingNetwork(variant: string, about: string, flapping: Flapping): Scenario {
  const { cycles, half, groups, sparesLeader } = flapping;
  const begin = seconds(8);
  const end = begin + cycles * 2 * half;
  const horizon = end + seconds(14);
  return storeScenario({
    name: `raft-flapping-network${variant}`,
    about,
    plan: () => ({
      servers: hostNames(5),
      clients: ["c1", "c2"],
      settings: storeSettings(
        { electionTimeoutMin: seconds(2), electionTimeoutMax: seconds(4) },
        { client: impatientClient },
      ),
      operations: writes({ clients: ["c1", "c2"], from: seconds(6), until: end, every: ms(50) }),
      faults: Array.from({ length: cycles }, (_, i) =>
        partition(begin + i * 2 * half, half, ...groups),
      ),
      calm: end,
      horizon,
    }),
    invariants: (plan) => [
      everyoneAgrees("AGREEMENT", { from: end, by: end + seconds(10) }),
      leaderStays("LEADER-STAYS", { from: end + seconds(10), until: end + seconds(13) }),
      operationsReturn("RETURN", { by: horizon }, plan),
      equalStates("EQUAL-STATES"),
      measureDisruption(begin - 1),
    ],
    expects: ["leader elected", "ok"],
    goals: sparesLeader ? [{ metric: "disruptions", atMost: 0, share: 0.95 }] : [],
  });
}

export const raftFlapping: readonly Scenario[] = [
  flappingNetwork("", "Two followers are cut off and healed, five times in five seconds.", {
    cycles: 5,
    half: ms(500),
    groups: LEADER_IN_MAJORITY,
    sparesLeader: true,
  }),
  flappingNetwork("/50-cycles", "Two followers are cut off and healed, fifty times.", {
    cycles: 50,
    half: ms(500),
    groups: LEADER_IN_MAJORITY,
    sparesLeader: true,
  }),
  flappingNetwork("/leader-cut", "The leader and a follower are cut off and healed, five times.", {
    cycles: 5,
    half: ms(500),
    groups: LEADER_IN_MINORITY,
    sparesLeader: false,
  }),
  flappingNetwork("/election-period", "The cut comes and goes as often as an election timeout.", {
    cycles: 5,
    half: seconds(2),
    groups: LEADER_IN_MINORITY,
    sparesLeader: false,
  }),
];
