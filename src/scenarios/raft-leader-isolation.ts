import { everyoneAgrees, leaderIsElected } from "../invariants/liveness.ts";
import {
  isInMinority,
  minorityAcknowledgesNothing,
  minorityLeaderStepsDown,
} from "../invariants/no-quorum.ts";
import { ms, seconds } from "../sim/time.ts";
import { askedAlone, hostNames, storeScenario, storeSettings } from "./raft-cluster.ts";
import { partition } from "./raft-weather.ts";
import { writes } from "./workload.ts";

const CUT = seconds(5);
const HEAL = seconds(10);

/** The leader of five is cut off from the others, and not from clients. */
export const raftLeaderIsolation = storeScenario({
  name: "raft-leader-isolation-reelection",
  about: "The leader is cut off from four others, which elect a new one.",
  plan: () => {
    const servers = hostNames(5);
    const clients = hostNames(5, "c");
    return {
      servers,
      clients,
      settings: storeSettings(),
      // Client c1 asks n1 and nobody else, and so on: whoever claims to lead is asked.
      operations: servers.flatMap((server, i) =>
        writes(
          { clients: [clients[i]!], from: seconds(3), until: seconds(14), every: ms(200) },
          { server },
        ),
      ),
      faults: [partition(CUT, HEAL - CUT, ["leader"], ["others"])],
      calm: HEAL,
      horizon: seconds(21),
    };
  },
  invariants: () => [
    leaderIsElected(
      "LEADER-ELECTED",
      { from: CUT + 1, by: CUT + seconds(3) + ms(500) },
      (leader, world) => !isInMinority(leader, world),
    ),
    minorityLeaderStepsDown("STEP-DOWN", seconds(2)),
    minorityAcknowledgesNothing("MINORITY-ACK", askedAlone),
    everyoneAgrees("AGREEMENT", { from: HEAL, by: HEAL + seconds(10) }),
  ],
  // The isolated leader took in writes that were never committed, and lost them at the heal.
  expects: ["leader elected", "leader stepped down", "log truncated", "ok"],
  goals: [{ metric: "stepDownMs", atMost: 2_000, share: 1 }],
});
