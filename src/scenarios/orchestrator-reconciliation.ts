// Group G: what was missed, and what was taken in by a leader without a majority, when a cut heals.
// Names and figures are those of the scenario catalogue.

import { measureCatchUp } from "../invariants/cut-off.ts";
import { everyoneAgrees, operationsReturn } from "../invariants/liveness.ts";
import { minorityAcknowledgesNothing } from "../invariants/no-quorum.ts";
import { everyoneHas } from "../invariants/orchestrator-history.ts";
import { equalStates } from "../invariants/replicated.ts";
import { defaultRaftOptions } from "../protocols/raft/options.ts";
import type { NodeId } from "../sim/env.ts";
import type { Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { ms, seconds } from "../sim/time.ts";
import { orchestratorScenario } from "./orchestrator-cluster.ts";
import { ADMINISTRATOR, BEGIN, create, oneByOne, workers } from "./orchestrator-workload.ts";
import { askedAlone, hostNames, impatientClient, storeSettings } from "./raft-cluster.ts";
import { partition } from "./raft-weather.ts";

const SERVERS = hostNames(5);
const CUT = BEGIN + seconds(2);

type Groups = readonly (readonly NodeId[])[];

/** The first election is `n1`'s, so that it is known who leads. */
const FIRST_LEADS = {
  n1: { ...defaultRaftOptions, electionTimeoutMax: defaultRaftOptions.electionTimeoutMin },
};

/** Five machines before, twenty while two are cut off; `n1`, who leads, on either side. */
function reconciliation(variant: string, groups: Groups, about: string): Scenario {
  const heal = CUT + seconds(8);
  const minority = groups[1]!;
  const strays = minority.map((server) => `s-${server}`);
  return orchestratorScenario({
    name: `orch-partition-healing-reconciliation${variant}`,
    about,
    plan: () => ({
      servers: SERVERS,
      clients: [ADMINISTRATOR, "c1", "c2", ...strays],
      settings: storeSettings({}, { client: impatientClient, raftOf: FIRST_LEADS }),
      operations: [
        ...workers(3),
        ...oneByOne(
          "c1",
          BEGIN,
          ms(10),
          names("before", 5).map((vm) => create(vm)),
        ),
        ...oneByOne(
          "c1",
          CUT + ms(100),
          ms(50),
          names("a", 10).map((vm) => create(vm)),
        ),
        ...oneByOne(
          "c2",
          CUT + ms(100),
          ms(50),
          names("b", 10).map((vm) => create(vm)),
        ),
        ...minority.flatMap((server, i) => straysOf(server, strays[i]!)),
      ],
      faults: [partition(CUT, heal - CUT, ...groups)],
      calm: heal,
      horizon: heal + seconds(12),
    }),
    invariants: (plan) => [
      minorityAcknowledgesNothing("MINORITY-ACK", askedAlone),
      measureCatchUp(heal),
      everyoneHas("RECONCILED", { vms: 25, tasks: 0 }, { from: heal, by: heal + seconds(10) }),
      everyoneAgrees("AGREEMENT", { from: heal, by: heal + seconds(10) }),
      operationsReturn("RETURN", { by: heal + seconds(12) }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok", "info"],
    goals: [{ metric: "catchUpEntries", atLeast: 20, share: 0.95 }],
  });
}

/** Asked of a server in the minority: a leader takes them in, and cannot commit them. */
function straysOf(server: NodeId, client: NodeId): PlannedOperation[] {
  const asked = names(`stray-${server}-`, 10).map((vm) => ({ ...create(vm), server }));
  return oneByOne(client, CUT + ms(100), ms(50), asked);
}

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

const N1_IN_MAJORITY = [
  ["n1", "n2", "n3"],
  ["n4", "n5"],
] as const;
const N1_IN_MINORITY = [
  ["n3", "n4", "n5"],
  ["n1", "n2"],
] as const;

export const orchestratorReconciliation: readonly Scenario[] = [
  reconciliation("", N1_IN_MAJORITY, "Two of five miss twenty machines, and catch up."),
  reconciliation(
    "/leader-in-minority",
    N1_IN_MINORITY,
    "The leader is among them, and what it took in meanwhile vanishes.",
  ),
];
