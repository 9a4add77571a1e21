import { operationsReturn } from "../invariants/liveness.ts";
import { replicasAreComplete } from "../invariants/storage-proofs.ts";
import { STORAGE_QUORUM_SITES } from "../protocols/storage-quorum/sites.ts";
import type { Scenario } from "../sim/scenario.ts";
import { ms, seconds } from "../sim/time.ts";
import { hostNames } from "./raft-cluster.ts";
import { liarsOf, storageScenario, storageServers, storageSettings } from "./storage-cluster.ts";
import { type Asked, steadily } from "./workload.ts";

const CLIENTS = hostNames(3, "c");
const UPLOADS_END = seconds(100);

/** Uploads, downloads of what was uploaded before, and lists, over small chunks. */
export const storageChaos: Scenario = storageScenario({
  name: "sq-chaos",
  about: "Uploads, downloads and audits go on in any weather; what was confirmed stays there.",
  plan: (streams) => {
    const random = streams.stream("workload");
    const fill = random.int(0, 1_000_000);
    const draw = (n: number): Asked => {
      if (n % 3 === 0) {
        return { op: "upload", name: `f${n}`, sizeBytes: random.int(0, 5_000), fill: fill + n };
      }
      const earlier = 3 * random.int(0, Math.floor(n / 3));
      const owner = CLIENTS[earlier % CLIENTS.length]!;
      if (random.chance(0.2)) return { op: "list" };
      return { op: "download", user: owner, file: `${owner}/f${earlier}` };
    };
    return {
      servers: storageServers(5),
      clients: CLIENTS,
      settings: storageSettings({
        ...{ chunkBytes: 1_000, leafBytes: 100, consensusTimeout: seconds(10) },
        challengeInterval: seconds(10),
        isPendingAllowed: random.chance(0.5),
      }),
      operations: steadily(
        { clients: CLIENTS, from: seconds(1), until: UPLOADS_END, every: ms(700) },
        draw,
      ),
      calm: seconds(60),
      horizon: seconds(240),
    };
  },
  sites: Object.values(STORAGE_QUORUM_SITES),
  weather: { keepsCore: false },
  invariants: (plan) => [
    operationsReturn("RETURN", { by: plan.horizon }, plan),
    replicasAreComplete("SQ-REPLICATION", {
      replication: plan.settings.options.replication,
      mayLie: liarsOf(plan),
    }),
  ],
  expects: ["block settled", "challenge passed", "challenge missed", "late confirmation"],
});
