import { everyoneAgrees, operationsReturn } from "../invariants/liveness.ts";
import { equalStates, everyoneCatchesUp } from "../invariants/replicated.ts";
import { measureInterruptedInstalls } from "../invariants/snapshots.ts";
import type { Fault } from "../sim/fault.ts";
import { constant, uniform } from "../sim/random/distribution.ts";
import type { Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { hostNames, impatientClient, storeScenario, storeSettings } from "./raft-cluster.ts";
import { writes } from "./workload.ts";

const BEGIN = seconds(3);
const CALM = BEGIN + seconds(12);
const HORIZON = CALM + seconds(12);

/** For so long entries are late, each by another time, and then as fast as ever. */
const LATE = ms(900);
const TURN = ms(1_500);

/** Entries overtake each other on their way to a follower whose disk is slow; snapshots do not. */
function lateEntries(at: Micros): readonly Fault[] {
  const late: Fault = {
    ...{ kind: "latency", at, lasting: LATE, from: ["leader"], to: ["follower 1"] },
    ...{ bothWays: false, types: ["append"], added: uniform(0, ms(500)) },
  };
  return [
    late,
    { kind: "slowDisk", at, lasting: TURN, hosts: ["follower 1"], added: constant(ms(120)) },
  ];
}

/**
 * A heartbeat that overtakes entries is refused, and the leader, whose log begins behind what it
 * believes to be missing, sends a snapshot. The entries arrive while that is being installed.
 */
export const lateEntriesScenario: Scenario = (() => {
  const clients = hostNames(8, "c");
  return storeScenario({
    name: "raft-snapshot-to-lagging-follower/late-entries",
    about:
      "Entries that are late arrive while a follower installs the snapshot sent in their place.",
    plan: () => ({
      servers: hostNames(3),
      clients,
      settings: storeSettings({ snapshotEntries: 30, keptEntries: 0 }, { client: impatientClient }),
      operations: writes({ clients, from: BEGIN, until: CALM, every: ms(10) }, { keys: 40 }),
      faults: Array.from({ length: 8 }, (_, n) => lateEntries(BEGIN + n * TURN)).flat(),
      calm: CALM,
      horizon: HORIZON,
    }),
    invariants: (plan) => [
      measureInterruptedInstalls(),
      everyoneCatchesUp("CATCH-UP", { from: CALM + 1, by: CALM + seconds(10) }),
      everyoneAgrees("AGREEMENT", { from: CALM, by: HORIZON }),
      operationsReturn("RETURN", { by: HORIZON }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "snapshot received", "snapshot installed", "ok"],
    goals: [{ metric: "entries while installing", atLeast: 1, share: 0.95 }],
  });
})();
