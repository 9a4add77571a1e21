// Group C: network partitions. Names and figures are those of the scenario catalogue.

import {
  acknowledgesIn,
  everyoneAgrees,
  type LeadershipView,
  leaderIsElected,
  operationsReturn,
} from "../invariants/liveness.ts";
import {
  measureDisruption,
  measureLeaderBy,
  measureMinorityElections,
} from "../invariants/measures.ts";
import {
  isInMinority,
  minorityAcknowledgesNothing,
  minorityLeaderStepsDown,
  nothingIsAcknowledged,
  nothingIsCommitted,
  oneLeaderAt,
} from "../invariants/no-quorum.ts";
import { equalStates } from "../invariants/replicated.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import type { HostView, World } from "../sim/invariant.ts";
import type { Scenario } from "../sim/scenario.ts";
import { ms, seconds } from "../sim/time.ts";
import {
  askedAlone,
  hostNames,
  impatientClient,
  storeScenario,
  storeSettings,
} from "./raft-cluster.ts";
import { raftFlapping } from "./raft-flapping.ts";
import { LEADER_IN_MAJORITY, LEADER_IN_MINORITY, partition } from "./raft-weather.ts";
import { writes, writesToAll } from "./workload.ts";

/** When the first cut begins: by then there is a leader. */
const CUT = seconds(5);

const inMajority = (leader: HostView<LeadershipView>, world: World<LeadershipView>): boolean =>
  !isInMinority(leader, world);

/** Three against two; the leader on either side. */
function majorityPartition(variant: string, groups: readonly (readonly NodeId[])[]): Scenario {
  const heal = CUT + seconds(5);
  return storeScenario({
    name: `raft-majority-partition-leader${variant}`,
    about: `Three are cut off from two, the leader among the ${variant === "" ? "three" : "two"}.`,
    plan: () => {
      const servers = hostNames(5);
      return {
        servers,
        ...writesToAll(servers, seconds(3), seconds(12)),
        settings: storeSettings({}, { client: impatientClient }),
        faults: [partition(CUT, heal - CUT, ...groups)],
        calm: heal,
        horizon: heal + seconds(12),
      };
    },
    invariants: () => [
      leaderIsElected("LEADER-ELECTED", { from: CUT + 1, by: CUT + seconds(5) }, inMajority),
      acknowledgesIn("MAJORITY-ACK", { from: CUT + seconds(4), until: heal }),
      minorityAcknowledgesNothing("MINORITY-ACK", askedAlone),
      measureMinorityElections(),
      everyoneAgrees("AGREEMENT", { from: heal, by: heal + seconds(10) }),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok"],
    goals: [{ metric: "electionsInMinority", atMost: 0, share: 1 }],
  });
}

/** A cut of two seconds heals: one leader, one log. */
const healConvergence = storeScenario({
  name: "raft-partition-heal-convergence",
  about: "After three against two, the heal gives one leader and one log.",
  plan: () => {
    const servers = hostNames(5);
    return {
      servers,
      ...writesToAll(servers, seconds(3), seconds(9)),
      settings: storeSettings(),
      faults: [partition(CUT, seconds(2), ["n1", "n2", "n3"], ["n4", "n5"])],
      calm: CUT + seconds(2),
      horizon: seconds(18),
    };
  },
  invariants: () => [
    minorityAcknowledgesNothing("MINORITY-ACK", askedAlone),
    everyoneAgrees("AGREEMENT", { from: seconds(9), by: CUT + seconds(12) }),
    measureDisruption(CUT + seconds(2) + 1),
    equalStates("EQUAL-STATES"),
  ],
  expects: ["leader elected", "log truncated", "ok"],
  goals: [{ metric: "disruptions", atMost: 0, share: 0.95 }],
});

/** Three against three: nobody has a majority. */
const symmetricPartition = storeScenario({
  name: "raft-symmetric-partition",
  about: "Three against three: nothing is committed until the heal.",
  plan: () => {
    const servers = hostNames(6);
    return {
      servers,
      ...writesToAll(servers, seconds(3), seconds(10)),
      settings: storeSettings(),
      faults: [partition(CUT, seconds(3), ["n1", "n2", "n3"], ["n4", "n5", "n6"])],
      calm: CUT + seconds(3),
      horizon: seconds(20),
    };
  },
  invariants: () => {
    // At first, what was received before the cut may still be committed and acknowledged.
    const noQuorum = { from: CUT + ms(50), until: CUT + seconds(3) };
    return [
      nothingIsCommitted("NO-COMMIT", noQuorum),
      nothingIsAcknowledged("NO-ACK", noQuorum),
      everyoneAgrees("AGREEMENT", { from: noQuorum.until, by: noQuorum.until + seconds(10) }),
      equalStates("EQUAL-STATES"),
    ];
  },
  expects: ["leader elected", "leader stepped down", "ok"],
});

/** Successive cuts of seven servers. */
function cascadingPartitions(
  variant: string,
  about: string,
  faults: readonly Fault[],
  secondHasQuorum: boolean,
): Scenario {
  const [firstEnd, second, end] = [CUT + seconds(2), CUT + ms(2_500), CUT + ms(4_500)];
  return storeScenario({
    name: `raft-cascading-partitions${variant}`,
    about,
    plan: () => ({
      servers: hostNames(7),
      clients: ["c1", "c2"],
      settings: storeSettings({}, { client: impatientClient }),
      operations: writes({
        clients: ["c1", "c2"],
        from: seconds(3),
        until: seconds(12),
        every: ms(50),
      }),
      faults,
      calm: end,
      horizon: seconds(25),
    }),
    invariants: (plan) => [
      measureLeaderBy("leaderInFirstStep", firstEnd - 1),
      ...(secondHasQuorum ? [measureLeaderBy("leaderInSecondStep", end - 1)] : []),
      // Nobody keeps a majority beyond what check-quorum takes to notice.
      ...(secondHasQuorum
        ? []
        : [nothingIsCommitted("NO-COMMIT", { from: second + ms(50), until: end })]),
      everyoneAgrees("AGREEMENT", { from: end, by: end + seconds(10) }),
      operationsReturn("RETURN", { by: seconds(25) }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok"],
    goals: [
      { metric: "leaderInFirstStep", atLeast: 1, share: 0.9 },
      ...(secondHasQuorum ? [{ metric: "leaderInSecondStep", atLeast: 1, share: 0.9 }] : []),
    ],
  });
}

/** The leader is cut off with the smaller side; clients reach both. */
function leaderInMinority(
  variant: string,
  groups: readonly (readonly NodeId[])[],
  checkQuorum: boolean,
): Scenario {
  const heal = CUT + seconds(6);
  return storeScenario({
    name: `raft-leader-in-minority${variant}`,
    about: `The leader is cut off on the small side${checkQuorum ? "" : ", without check-quorum"}.`,
    plan: () => {
      const servers = hostNames(5);
      return {
        servers,
        ...writesToAll(servers, seconds(3), seconds(14)),
        settings: storeSettings({ checkQuorum }, { client: impatientClient }),
        faults: [partition(CUT, heal - CUT, ...groups)],
        calm: heal,
        horizon: heal + seconds(12),
      };
    },
    invariants: () => [
      leaderIsElected("LEADER-ELECTED", { from: CUT + 1, by: CUT + seconds(5) }, inMajority),
      ...(checkQuorum ? [minorityLeaderStepsDown("STEP-DOWN", seconds(2))] : []),
      minorityAcknowledgesNothing("MINORITY-ACK", askedAlone),
      oneLeaderAt("OLD-LEADER-FOLLOWS", heal + seconds(1)),
      everyoneAgrees("AGREEMENT", { from: heal, by: heal + seconds(10) }),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "leader stepped down", "log truncated", "ok"],
    goals: checkQuorum ? [{ metric: "stepDownMs", atMost: 2_000, share: 1 }] : [],
  });
}

const FIVE_TWO = [
  ["n1", "n2", "n3", "n4", "n5"],
  ["n6", "n7"],
] as const;
const THREE_FOUR = [
  ["n1", "n2", "n3"],
  ["n4", "n5", "n6", "n7"],
] as const;
const THREE_ALONE = [["n1", "n2", "n3"], ["n4"], ["n5"], ["n6"], ["n7"]] as const;
const THREE_TWO_TWO = [
  ["n1", "n2", "n3"],
  ["n4", "n5"],
  ["n6", "n7"],
] as const;

export const raftPartitions: readonly Scenario[] = [
  majorityPartition("", LEADER_IN_MAJORITY),
  majorityPartition("/leader-in-minority", LEADER_IN_MINORITY),
  healConvergence,
  symmetricPartition,
  cascadingPartitions(
    "",
    "Seven servers: five against two, then three against four.",
    [
      partition(CUT, seconds(2), ...FIVE_TWO),
      partition(CUT + ms(2_500), seconds(2), ...THREE_FOUR),
    ],
    true,
  ),
  cascadingPartitions(
    "/isolation",
    "Five against two, then three together and four each alone.",
    [
      partition(CUT, seconds(2), ...FIVE_TWO),
      partition(CUT + ms(2_500), seconds(2), ...THREE_ALONE),
    ],
    false,
  ),
  cascadingPartitions(
    "/nested",
    "Five against two, then without a heal three, two and two.",
    [
      partition(CUT, ms(4_500), ...FIVE_TWO),
      partition(CUT + ms(2_500), seconds(2), ...THREE_TWO_TWO),
    ],
    false,
  ),
  leaderInMinority("", [["leader"], ["others"]], true),
  leaderInMinority("/with-follower", LEADER_IN_MINORITY, true),
  leaderInMinority("/no-check-quorum", [["leader"], ["others"]], false),
  ...raftFlapping,
];
