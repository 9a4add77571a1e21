// Group G: an orchestrator whose servers are cut off from each other. Names and figures are those
// of the scenario catalogue.

import { minorityKnowsNoLeader } from "../invariants/cut-off.ts";
import {
  acknowledgesIn,
  everyoneAgrees,
  type LeadershipView,
  leaderIsElected,
  operationsReturn,
} from "../invariants/liveness.ts";
import { isInMinority, minorityAcknowledgesNothing, oneLeaderAt } from "../invariants/no-quorum.ts";
import { everyoneHas } from "../invariants/orchestrator-history.ts";
import { equalStates } from "../invariants/replicated.ts";
import { measureOutcomesBySide, minorityIsTold } from "../invariants/sides.ts";
import { defaultRaftOptions } from "../protocols/raft/options.ts";
import type { NodeId } from "../sim/env.ts";
import type { HostView, World } from "../sim/invariant.ts";
import type { Scenario } from "../sim/scenario.ts";
import { ms, seconds } from "../sim/time.ts";
import { orchestratorCascade } from "./orchestrator-cascade.ts";
import { orchestratorScenario } from "./orchestrator-cluster.ts";
import { orchestratorReconciliation } from "./orchestrator-reconciliation.ts";
import {
  ADMINISTRATOR,
  BEGIN,
  create,
  creates,
  createsToAll,
  lives,
  oneByOne,
  workers,
} from "./orchestrator-workload.ts";
import { askedAlone, hostNames, impatientClient, storeSettings } from "./raft-cluster.ts";
import { LEADER_IN_MAJORITY, LEADER_IN_MINORITY, partition } from "./raft-weather.ts";

const SERVERS = hostNames(5);
const SETTINGS = storeSettings({}, { client: impatientClient });
const CUT = BEGIN + seconds(2);

type Groups = readonly (readonly NodeId[])[];

const inMajority = (leader: HostView<LeadershipView>, world: World<LeadershipView>): boolean =>
  !isInMinority(leader, world);

/** Three machines, then a cut of three against two, wherever the leader is. */
function basicPartition(variant: string, groups: Groups, about: string): Scenario {
  const heal = CUT + seconds(10);
  const writing = createsToAll(SERVERS, CUT, heal + seconds(4));
  return orchestratorScenario({
    name: `orch-basic-network-partition${variant}`,
    about,
    plan: () => ({
      servers: SERVERS,
      clients: writing.clients,
      settings: SETTINGS,
      operations: [
        ...workers(3),
        ...oneByOne(
          "f1",
          BEGIN,
          ms(10),
          ["v1", "v2", "v3"].map((vm) => create(vm)),
        ),
        ...writing.operations,
      ],
      faults: [partition(CUT, heal - CUT, ...groups)],
      calm: heal,
      horizon: heal + seconds(15),
    }),
    invariants: (plan) => [
      everyoneHas("BEFORE", { vms: 3, tasks: 0 }, { from: BEGIN, by: CUT }),
      minorityKnowsNoLeader("DETECTED", 2 * defaultRaftOptions.electionTimeoutMax),
      minorityAcknowledgesNothing("MINORITY-ACK", askedAlone),
      acknowledgesIn("MAJORITY-ACK", { from: CUT + seconds(5), until: heal }),
      everyoneAgrees("AGREEMENT", { from: heal + seconds(5), by: heal + seconds(10) }),
      operationsReturn("RETURN", { by: heal + seconds(15) }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok"],
    goals: [{ metric: "partitionDetectedMs", atMost: 4_000, share: 1 }],
  });
}

/** Both sides are asked to do things to one machine. */
function splitBrain(variant: string, groups: Groups, about: string): Scenario {
  const heal = CUT + seconds(12);
  const pinned = SERVERS.map((server) => `c-${server}`);
  return orchestratorScenario({
    name: `orch-split-brain-prevention${variant}`,
    about,
    plan: (streams) => {
      const random = streams.stream("workload");
      const pace = { from: CUT - seconds(1), until: heal };
      return {
        servers: SERVERS,
        clients: [ADMINISTRATOR, "c1", ...pinned],
        settings: SETTINGS,
        operations: [
          ...workers(3),
          ...oneByOne("c1", BEGIN, ms(10), [create("vm1"), { op: "start", vm: "vm1" }]),
          ...SERVERS.flatMap((server, i) =>
            lives({ ...pace, clients: [pinned[i]!], every: ms(200) }, random, 1).map(
              ({ operation, ...rest }) => ({ ...rest, operation: { ...operation, server } }),
            ),
          ),
          ...lives({ ...pace, clients: ["c1"], every: ms(100) }, random, 1),
        ],
        faults: [partition(CUT, heal - CUT, ...groups)],
        calm: heal,
        horizon: heal + seconds(13),
      };
    },
    invariants: (plan) => [
      minorityAcknowledgesNothing("MINORITY-ACK", askedAlone),
      acknowledgesIn("MAJORITY-ACK", { from: CUT + seconds(5), until: heal }),
      minorityIsTold("MINORITY-TOLD", seconds(10), askedAlone),
      // Their patience ends before that.
      operationsReturn("RETURN", { by: heal + seconds(12) }, plan),
      everyoneAgrees("AGREEMENT", { from: heal, by: heal + seconds(10) }),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok", "info"],
    goals: [{ metric: "minorityTold", atLeast: 20, share: 0.95 }],
  });
}

/** The leader is on the small side. */
const partitionElection = orchestratorScenario({
  name: "orch-partition-leader-election",
  about: "The leader and a follower are cut off; the three others elect another leader.",
  plan: () => {
    const heal = CUT + seconds(6);
    const clients = hostNames(4, "c");
    return {
      servers: SERVERS,
      clients: [ADMINISTRATOR, ...clients],
      settings: SETTINGS,
      operations: [
        ...workers(3),
        ...creates({ clients, from: BEGIN, until: heal + seconds(3), every: ms(100) }),
      ],
      faults: [partition(CUT, heal - CUT, ...LEADER_IN_MINORITY)],
      calm: heal,
      horizon: heal + seconds(14),
    };
  },
  invariants: (plan) => {
    const heal = CUT + seconds(6);
    return [
      leaderIsElected("LEADER-ELECTED", { from: CUT + 1, by: CUT + seconds(5) }, inMajority),
      oneLeaderAt("ONE-LEADER", heal + seconds(1)),
      everyoneAgrees("AGREEMENT", { from: heal, by: heal + seconds(10) }),
      operationsReturn("RETURN", { by: heal + seconds(14) }, plan),
      equalStates("EQUAL-STATES"),
    ];
  },
  expects: ["leader elected", "leader stepped down", "ok"],
  goals: [{ metric: "leaderChanges", atLeast: 1, share: 1 }],
});

/** A thousand writes of twenty clients, and a cut at any moment. */
const concurrentWrites = orchestratorScenario({
  name: "orch-concurrent-writes-during-partition",
  about: "Twenty clients write to all servers and are cut off at any moment.",
  plan: (streams) => {
    const free = hostNames(10, "c");
    const pinned = SERVERS.flatMap((server) => [`p-${server}`, `q-${server}`]);
    const cut = BEGIN + streams.stream("cut").int(0, seconds(4));
    const until = BEGIN + seconds(5);
    return {
      servers: SERVERS,
      clients: [ADMINISTRATOR, ...free, ...pinned],
      settings: SETTINGS,
      operations: [
        ...workers(3),
        ...[...free, ...pinned].flatMap((client) => {
          const [, server] = client.split("-");
          return creates({ clients: [client], from: BEGIN, until, every: ms(100) }, server);
        }),
      ],
      faults: [partition(cut, seconds(5), ...streams.stream("side").pick(SIDES))],
      calm: cut + seconds(5),
      horizon: BEGIN + seconds(30),
    };
  },
  invariants: (plan) => [
    measureOutcomesBySide(askedAlone),
    minorityAcknowledgesNothing("MINORITY-ACK", askedAlone),
    operationsReturn("RETURN", { by: plan.calm + seconds(20) }, plan),
    everyoneAgrees("AGREEMENT", { from: plan.calm, by: plan.calm + seconds(15) }),
    equalStates("EQUAL-STATES"),
  ],
  expects: ["leader elected", "ok", "info"],
  goals: [
    { metric: "acked", atLeast: 500, share: 0.95 },
    { metric: "acked, majority", atLeast: 10, share: 0.6 },
    { metric: "acked, minority", atMost: 0, share: 0.95 },
    { metric: "unknown, minority", atLeast: 10, share: 0.95 },
  ],
});

const SIDES = [LEADER_IN_MAJORITY, LEADER_IN_MINORITY];

export const orchestratorPartitions: readonly Scenario[] = [
  basicPartition(
    "",
    [
      ["n1", "n2", "n3"],
      ["n4", "n5"],
    ],
    "Three are cut off from two, which notice; and heal.",
  ),
  basicPartition(
    "/leader-in-minority",
    LEADER_IN_MINORITY,
    "The leader is among the two that are cut off, and notices.",
  ),
  splitBrain("", LEADER_IN_MAJORITY, "Both sides of a cut are asked to move one machine."),
  splitBrain("/leader-in-minority", LEADER_IN_MINORITY, "The same, the leader on the small side."),
  ...orchestratorReconciliation,
  partitionElection,
  concurrentWrites,
  ...orchestratorCascade,
];
