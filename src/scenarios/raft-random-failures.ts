import { everyoneAgrees, leaderIsElected, operationsReturn } from "../invariants/liveness.ts";
import { nobodyLeads, nothingIsCommitted } from "../invariants/no-quorum.ts";
import type { Fault } from "../sim/fault.ts";
import { uniform } from "../sim/random/distribution.ts";
import { ms, seconds } from "../sim/time.ts";
import { hostNames, type StorePlan, storeScenario, storeSettings } from "./raft-cluster.ts";
import { mixed } from "./workload.ts";

const CALM = seconds(10);
const HORIZON = seconds(25);

/** Property: a cluster survives any minority of failures; without a majority it stands still. */
export const raftRandomFailures = storeScenario({
  name: "raft-random-failures-property",
  about: "Random servers crash half a second apart; some come back, some do not.",
  plan: (streams) => {
    const servers = hostNames(streams.stream("cluster").int(3, 7));
    const clients = hostNames(3, "c");
    const random = streams.stream("fault crash");
    const options = streams.stream("options");
    const faults = Array.from({ length: random.int(0, servers.length) }, (_, i): Fault => {
      const at = seconds(2) + i * ms(500);
      const isBack = random.chance(2 / 3);
      const lasting = isBack ? ms(random.int(1, 3_000)) : HORIZON - at;
      return { kind: "crash", at, lasting, hosts: [random.pick(servers)] };
    });
    return {
      servers,
      clients,
      settings: storeSettings({
        preVote: options.chance(3 / 4),
        checkQuorum: options.chance(3 / 4),
        appendEntriesMax: options.pick([1, 3, 64]),
      }),
      network: {
        latency: uniform(ms(1), ms(options.pick([5, 20, 100]))),
        loss: 0,
        duplication: 0,
        links: [],
      },
      disk: {
        syncLatency: uniform(ms(1), ms(options.pick([1, 5, 30]))),
        sectorBytes: options.pick([8, 64, 512]),
      },
      operations: mixed(
        { clients, from: ms(1_500), until: CALM, every: ms(50) },
        streams.stream("workload"),
      ),
      faults,
      calm: CALM,
      horizon: HORIZON,
    };
  },
  invariants: (plan) => {
    if (!keepsMajority(plan)) {
      const end = { from: HORIZON - seconds(5), until: HORIZON };
      // Without check-quorum a leader that has lost its majority does not notice.
      const noLeader = plan.settings.raft.checkQuorum ? [nobodyLeads("NO-LEADER", end)] : [];
      return [...noLeader, nothingIsCommitted("NO-COMMIT", end)];
    }
    const by = CALM + seconds(10);
    return [
      leaderIsElected("LEADER-ELECTED", { from: CALM, by }),
      everyoneAgrees("AGREEMENT", { from: CALM, by: HORIZON }),
      operationsReturn("RETURN", { by: HORIZON }, plan),
    ];
  },
  expects: ["leader elected", "ok"],
});

/** Whether more than half of the servers are up in the end. */
function keepsMajority({ servers, faults }: StorePlan): boolean {
  const gone = new Set<string>();
  for (const fault of faults) {
    if (fault.kind === "crash" && fault.at + fault.lasting >= HORIZON) {
      for (const host of fault.hosts) gone.add(host);
    }
  }
  return (servers.length - gone.size) * 2 > servers.length;
}
