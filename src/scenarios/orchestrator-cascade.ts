// Group G: one cut after another. Names and figures are those of the scenario catalogue.

import { acknowledgesIn, everyoneAgrees, operationsReturn } from "../invariants/liveness.ts";
import { measureAcks } from "../invariants/phases.ts";
import { equalStates } from "../invariants/replicated.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import type { Scenario } from "../sim/scenario.ts";
import { ms, seconds } from "../sim/time.ts";
import { orchestratorScenario } from "./orchestrator-cluster.ts";
import { ADMINISTRATOR, BEGIN, creates, workers } from "./orchestrator-workload.ts";
import { hostNames, impatientClient, storeSettings } from "./raft-cluster.ts";
import { crash, partition } from "./raft-weather.ts";

const SETTINGS = storeSettings({}, { client: impatientClient });
const CUT = BEGIN + seconds(2);

const FIRST = { from: CUT, until: CUT + seconds(7) };
const BETWEEN = { from: FIRST.until, until: FIRST.until + ms(500) };
const SECOND = { from: BETWEEN.until, until: BETWEEN.until + seconds(7) };

/** When all servers can talk again. */
const HEALED = { from: SECOND.until, until: SECOND.until + seconds(6) };

const PHASES = [
  { name: "first", ...FIRST },
  { name: "between", ...BETWEEN },
  { name: "second", ...SECOND },
  { name: "healed", ...HEALED },
];

/** Four against three and then three against four, and who crashes meanwhile. */
function cascading(
  variant: string,
  about: string,
  crashesIn: (first: NodeId, second: NodeId) => readonly Fault[],
): Scenario {
  const end = HEALED.until;
  return orchestratorScenario({
    name: `orch-cascading-partition-failures${variant}`,
    about,
    plan: (streams) => {
      const clients = hostNames(6, "c");
      const victims = streams.stream("crashes");
      // Of the side that cannot go on anyway.
      const [first, second] = [
        ["n5", "n6", "n7"],
        ["n1", "n2", "n3"],
      ].map((side) => victims.pick(side));
      return {
        servers: hostNames(7),
        clients: [ADMINISTRATOR, ...clients],
        settings: SETTINGS,
        operations: [
          ...workers(3),
          ...creates({ clients, from: BEGIN, until: end, every: ms(50) }),
        ],
        faults: [
          during(FIRST, ["n1", "n2", "n3", "n4"], ["n5", "n6", "n7"]),
          during(BETWEEN, ["n1", "n2", "n3", "n4", "n5"], ["n6", "n7"]),
          during(SECOND, ["n1", "n2", "n3"], ["n4", "n5", "n6", "n7"]),
          ...crashesIn(first!, second!),
        ],
        calm: end,
        horizon: end + seconds(16),
      };
    },
    invariants: (plan) => [
      acknowledgesIn("FIRST-PHASE", FIRST),
      acknowledgesIn("SECOND-PHASE", SECOND),
      acknowledgesIn("HEALED", HEALED),
      measureAcks(PHASES),
      everyoneAgrees("AGREEMENT", { from: end, by: end + seconds(15) }),
      operationsReturn("RETURN", { by: end + seconds(16) }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok"],
    goals: ["first", "second", "healed"].map((phase) => {
      return { metric: `acked, ${phase}`, atLeast: 20, share: 0.95 };
    }),
  });
}

function during(
  { from, until }: { readonly from: number; readonly until: number },
  ...groups: readonly (readonly NodeId[])[]
) {
  return partition(from, until - from, ...groups);
}

export const orchestratorCascade: readonly Scenario[] = [
  cascading(
    "",
    "Four against three, then three against four, with a crash in each of them.",
    (first, second) => [
      crash([first], FIRST.from + seconds(2), seconds(3)),
      crash([second], SECOND.from + seconds(2), seconds(3)),
    ],
  ),
  cascading(
    "/crash-in-each-phase",
    "The same, and leaders crash between the cuts, and when all has healed.",
    (first, second) => [
      crash([first], FIRST.from + seconds(2), seconds(3)),
      crash(["leader"], BETWEEN.from + ms(100), seconds(1)),
      crash([second], SECOND.from + seconds(2), seconds(3)),
      crash(["leader"], HEALED.from + seconds(3), seconds(2)),
    ],
  ),
];
