import {
  acknowledgesIn,
  acknowledgesSteadily,
  everyoneAgrees,
  operationsReturn,
} from "../invariants/liveness.ts";
import { measureEmitted, measureGoodput } from "../invariants/phases.ts";
import { equalStates } from "../invariants/replicated.ts";
import { type LossPhase, lossIsAsSet } from "../invariants/traffic.ts";
import type { Fault } from "../sim/fault.ts";
import type { Scenario } from "../sim/scenario.ts";
import { ms, seconds } from "../sim/time.ts";
import { hostNames, type StorePlan, storeScenario, storeSettings } from "./raft-cluster.ts";
import { writes } from "./workload.ts";

const CLIENTS = hostNames(60, "c");
const BEGIN = seconds(5);
const LASTING = seconds(20);

/** One after the other, 20 s each. */
const PROBABILITIES = [0.01, 0.1, 0.3, 0.6];
const END = BEGIN + PROBABILITIES.length * LASTING;
const HORIZON = END + seconds(15);

/** All links lose messages. */
function lose(probability: number, i: number): Fault {
  const scope = { from: ["everybody"], to: ["everybody"], bothWays: false, types: [] };
  return { kind: "loss", at: BEGIN + i * LASTING, lasting: LASTING, ...scope, probability };
}

function phasesOf({ faults }: StorePlan): readonly LossPhase[] {
  return faults
    .filter((fault) => fault.kind === "loss")
    .map(({ at, lasting, probability }) => ({
      name: `${probability * 100} %`,
      from: at,
      until: at + lasting - 1,
      probability,
    }));
}

const packetLoss = storeScenario({
  name: "raft-packet-loss",
  about: "All links lose 1 % of all messages, then 10, 30 and 60 %, and then none.",
  plan: () => ({
    servers: hostNames(5),
    clients: CLIENTS,
    settings: storeSettings(),
    operations: writes({
      clients: CLIENTS,
      from: seconds(4),
      until: END + seconds(5),
      every: ms(50),
    }),
    faults: PROBABILITIES.map(lose),
    calm: END,
    horizon: HORIZON,
  }),
  invariants: (plan) => {
    const phases = phasesOf(plan);
    return [
      lossIsAsSet("LOSS", phases),
      ...phases
        .filter(({ probability }) => probability <= 0.3)
        .map((phase) => acknowledgesSteadily(`PROGRESS ${phase.name}`, phase, seconds(3))),
      acknowledgesIn("RECOVERY", { from: END, until: END + seconds(5) }),
      everyoneAgrees("AGREEMENT", { from: END + 1, by: END + seconds(5) }),
      operationsReturn("RETURN", { by: HORIZON }, plan),
      equalStates("EQUAL-STATES"),
      measureGoodput(phases),
      measureEmitted("election started", phases),
      measureEmitted("leader elected", phases),
    ];
  },
  expects: ["leader elected", "ok", "info"],
  goals: [
    // With some 2,000 to 5,000 messages in each phase, the standard deviation is 0.16, 0.4, 0.7
    // and 0.9 in a hundred: it is chance how many runs keep within one in a hundred.
    { metric: "lost %, 1 %", atLeast: 0, atMost: 2, share: 1 },
    { metric: "lost %, 10 %", atLeast: 9, atMost: 11, share: 0.95 },
    { metric: "lost %, 30 %", atLeast: 29, atMost: 31, share: 0.8 },
    { metric: "lost %, 60 %", atLeast: 59, atMost: 61, share: 0.65 },
    { metric: "goodput, 1 %", atLeast: 19, share: 0.95 },
    { metric: "goodput, 10 %", atLeast: 18, share: 0.95 },
    { metric: "goodput, 30 %", atLeast: 14, share: 0.95 },
    // Ten heartbeats in a row would have to be lost.
    { metric: "election started, 1 %", atMost: 0, share: 1 },
    { metric: "election started, 10 %", atMost: 0, share: 1 },
    { metric: "election started, 30 %", atMost: 0, share: 0.95 },
  ],
});

export const raftPacketLoss: readonly Scenario[] = [packetLoss];
