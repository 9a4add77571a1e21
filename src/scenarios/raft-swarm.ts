import { everyoneAgrees, leaderIsElected, operationsReturn } from "../invariants/liveness.ts";
import { equalStates } from "../invariants/replicated.ts";
import { ALL_KV_SITES } from "../protocols/kv/sites.ts";
import { type CutChoice, isolations, oneWayCuts, partitions } from "../sim/nemeses/cuts.ts";
import { clientStops, crashes, type Nemesis, type Rhythm, stops, swarm } from "../sim/nemesis.ts";
import { uniform } from "../sim/random/distribution.ts";
import { ms, seconds, us } from "../sim/time.ts";
import {
  drawCompaction,
  hostNames,
  impatientClient,
  storeScenario,
  storeSettings,
} from "./raft-cluster.ts";
import { mixed } from "./workload.ts";

const CALM = seconds(12);
const HORIZON = seconds(30);

/** A new fault of each kind about every second, most of them shorter than that. */
const RHYTHM: Rhythm = {
  every: { min: ms(100), max: seconds(2) },
  lasting: { min: ms(1), max: seconds(2) },
};

/** So short that answers to the former life come in. */
const CLIENT_RHYTHM: Rhythm = {
  every: { min: ms(20), max: ms(500) },
  lasting: { min: ms(1), max: ms(100) },
};

/** Not yet with messages that are held: the kept fingerprints are of runs without. */
const CUTS: CutChoice = { inFlight: ["lose", "deliver"] };

const nemesis: Nemesis = swarm(
  crashes(RHYTHM),
  crashes(RHYTHM, "syncing"),
  stops(RHYTHM),
  clientStops(CLIENT_RHYTHM),
  partitions(RHYTHM, CUTS),
  isolations(RHYTHM, CUTS),
  oneWayCuts(RHYTHM, CUTS),
);

/** Whatever the nemesis knows, in every mixture, on clusters of every kind. */
export const raftSwarm = storeScenario({
  name: "raft-random-failures-property/swarm",
  about: "Crashes, stops and cuts of every kind, of servers and clients, on bad links.",
  sites: ALL_KV_SITES,
  plan: (streams) => {
    const servers = hostNames(streams.stream("cluster").int(3, 5));
    const clients = hostNames(6, "c");
    const options = streams.stream("options");
    const slowest = ms(options.pick([2, 10, 50]));
    const slowestSync = ms(options.pick([1, 10, 40]));
    const electionTimeoutMin = 4 * slowest + 2 * slowestSync + ms(50);
    return {
      servers,
      clients,
      settings: storeSettings(
        {
          electionTimeoutMin,
          electionTimeoutMax: 2 * electionTimeoutMin,
          heartbeatInterval: Math.floor(electionTimeoutMin / 4),
          preVote: options.chance(1 / 2),
          checkQuorum: options.chance(1 / 2),
          appendEntriesMax: options.pick([1, 3, 64]),
          ...drawCompaction(streams),
        },
        { client: impatientClient },
      ),
      network: {
        latency: uniform(us(100), slowest),
        loss: options.pick([0, 0.01, 0.1]),
        duplication: options.pick([0, 0.01, 0.1]),
        links: [],
      },
      disk: {
        syncLatency: uniform(us(100), slowestSync),
        sectorBytes: options.pick([8, 16, 64, 512]),
      },
      operations: mixed(
        { clients, from: ms(500), until: CALM, every: ms(20) + 4 * slowest },
        streams.stream("workload"),
      ),
      faults: nemesis(streams, { servers, clients, from: ms(500), until: CALM }),
      calm: CALM,
      horizon: HORIZON,
    };
  },
  invariants: (plan) => [
    leaderIsElected("LEADER-ELECTED", { from: CALM, by: CALM + seconds(10) }),
    everyoneAgrees("AGREEMENT", { from: CALM, by: HORIZON }),
    operationsReturn("RETURN", { by: HORIZON }, plan),
    equalStates("EQUAL-STATES"),
  ],
  expects: ["leader elected", "leader stepped down", "log truncated", "torn tail cut", "ok"],
});
