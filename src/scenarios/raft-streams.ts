import { everyoneAgrees, leaderIsElected, operationsReturn } from "../invariants/liveness.ts";
import { equalStates } from "../invariants/replicated.ts";
import { ALL_KV_SITES } from "../protocols/kv/sites.ts";
import { uniform } from "../sim/random/distribution.ts";
import { ms, seconds } from "../sim/time.ts";
import { hostNames, impatientClient, storeScenario, storeSettings } from "./raft-cluster.ts";
import { mixed } from "./workload.ts";

const CALM = seconds(20);
const HORIZON = seconds(40);

/** As etcd's servers give up a connection to a peer that does not answer. */
const PEER_TIMEOUT = seconds(5);

/** The weather of the seed, on links that are ordered and reliable as long as they last. */
export const raftStreams = storeScenario({
  name: "raft-random-failures-property/streams",
  about: "Random everything on links that are streams, which are refused, reset and fall silent.",
  weather: { targets: ["syncing"] },
  sites: ALL_KV_SITES,
  // Raft never asks for the time of day.
  immuneTo: ["clockStep", "clockSlew"],
  plan: (streams) => {
    const servers = hostNames(streams.stream("cluster").int(3, 5));
    const clients = hostNames(4, "c");
    return {
      servers,
      clients,
      settings: storeSettings({}, { client: impatientClient }),
      network: {
        latency: uniform(ms(1), ms(10)),
        loss: streams.stream("options").pick([0, 0.01, 0.05]),
        transport: "stream",
        streamTimeout: PEER_TIMEOUT,
      },
      operations: mixed(
        { clients, from: ms(500), until: CALM, every: ms(100) },
        streams.stream("workload"),
      ),
      calm: CALM,
      horizon: HORIZON,
    };
  },
  invariants: (plan) => [
    leaderIsElected("LEADER-ELECTED", { from: CALM, by: CALM + seconds(10) }),
    everyoneAgrees("AGREEMENT", { from: CALM, by: HORIZON }, plan.core),
    operationsReturn("RETURN", { by: HORIZON }, plan),
    equalStates("EQUAL-STATES"),
  ],
  expects: ["leader elected", "leader stepped down", "ok"],
});
