import { ALL_ORCHESTRATOR_SITES } from "../protocols/orchestrator/sites.ts";
import { defaultBatchOptions, noBatching } from "../protocols/replicated/batching.ts";
import { minutes, ms, seconds } from "../sim/time.ts";
import { wellAfterChaos } from "./after-chaos.ts";
import { orchestratorScenario } from "./orchestrator-cluster.ts";
import { ADMINISTRATOR, create, everything, oneByOne, questions } from "./orchestrator-workload.ts";
import { hostNames, storeSettings } from "./raft-cluster.ts";

const CALM = minutes(1);
/** When a machine is asked for in the quiet time. */
const PROBE = CALM + seconds(20);
const HORIZON = CALM + seconds(45);

const CAPACITY = { cpu: 16, memory: 32_000, disk: 200 };

/** Clocks step and drift as well: of what is applied, none may show. */
export const orchestratorChaos = orchestratorScenario({
  name: "orch-state-verification/chaos",
  about: "Commands of all kinds in all weathers, and snapshots; some servers may stay broken.",
  weather: { targets: ["syncing"] },
  sites: ALL_ORCHESTRATOR_SITES,
  plan: (streams) => {
    const servers = hostNames(streams.stream("cluster").pick([3, 5]));
    const clients = hostNames(6, "c");
    const pace = { clients, from: seconds(4), until: CALM, every: ms(100) };
    const options = streams.stream("options");
    const batch = options.pick([noBatching, defaultBatchOptions]);
    const raft = {
      snapshotEntries: options.pick([10, 50, 10_000]),
      keptEntries: options.pick([1, 20]),
      snapshotChunkBytes: options.pick([64, 1_024]),
      forwardProposals: options.chance(1 / 2),
      followerReads: options.chance(1 / 2),
    };
    return {
      servers,
      clients: [ADMINISTRATOR, ...clients],
      settings: { ...storeSettings(raft), batch },
      operations: [
        // Not in the order in which a snapshot has them.
        ...oneByOne(
          ADMINISTRATOR,
          seconds(3),
          ms(20),
          ["w3", "w1", "w2"].map((worker) => ({ op: "register", worker, capacity: CAPACITY })),
        ),
        ...everything(pace, streams.stream("workload")),
        ...questions({ ...pace, every: ms(300) }, streams.stream("questions")),
        ...oneByOne("c1", PROBE, 1, [
          { op: "mark", worker: "w1", status: "offline" },
          { op: "register", worker: "w1", capacity: { cpu: 99, memory: 99_000, disk: 999 } },
          create("probe"),
        ]),
      ],
      calm: CALM,
      horizon: HORIZON,
    };
  },
  invariants: (plan) => wellAfterChaos(plan, PROBE),
  expects: ["leader elected", "leader stepped down", "log truncated", "snapshot installed", "ok"],
});
