import { ALL_KV_SITES } from "../protocols/kv/sites.ts";
import { minutes, ms, seconds } from "../sim/time.ts";
import { wellAfterChaos } from "./after-chaos.ts";
import { drawCompaction, hostNames, storeScenario, storeSettings } from "./raft-cluster.ts";
import { mixed, writes } from "./workload.ts";

const CALM = minutes(4);
/** When a write is tried in the quiet minute. */
const PROBE = CALM + seconds(20);
const HORIZON = minutes(5);

/** Everything at once for four minutes, then a quiet one in which a majority must be well. */
export const raftChaos = storeScenario({
  name: "raft-chaos-mode",
  about: "Random everything for four minutes, then a quiet one; some servers may stay broken.",
  weather: { targets: ["syncing"] },
  sites: ALL_KV_SITES,
  // Raft never asks for the time of day.
  immuneTo: ["clockStep", "clockSlew"],
  plan: (streams) => {
    const servers = hostNames(streams.stream("cluster").int(5, 7));
    const clients = hostNames(10, "c");
    const pace = { clients, from: seconds(1), until: CALM, every: ms(200) };
    return {
      servers,
      clients,
      settings: storeSettings(drawCompaction(streams)),
      operations: [
        ...mixed(pace, streams.stream("workload")),
        ...writes({ clients: ["c2"], from: PROBE, until: PROBE + 1, every: 1 }),
      ],
      calm: CALM,
      horizon: HORIZON,
    };
  },
  invariants: (plan) => wellAfterChaos(plan, PROBE),
  expects: ["leader elected", "leader stepped down", "log truncated", "ok"],
});
