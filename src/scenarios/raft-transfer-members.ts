// Group A: the leadership is handed over while it changes who takes part. Thesis §3.10 and §4.2.

import { everyoneAgrees, leaderIsElected, operationsReturn } from "../invariants/liveness.ts";
import { measureChanges, measureTransfers, membersAre } from "../invariants/membership.ts";
import { equalStates } from "../invariants/replicated.ts";
import { defaultRaftOptions } from "../protocols/raft/options.ts";
import type { Scenario } from "../sim/scenario.ts";
import { ms, seconds } from "../sim/time.ts";
import { membersAsAsked } from "./membership.ts";
import { hostNames, impatientClient, storeScenario, storeSettings } from "./raft-cluster.ts";
import { writes } from "./workload.ts";

const SERVERS = hostNames(5);
const WRITERS = hostNames(4, "w");
const BEGIN = seconds(2);

const SWAP = [
  ...["n1", "n2"].map((id) => ({ kind: "remove", id })),
  ...["n4", "n5"].map((id) => ({ kind: "addVoter", id })),
];

/** Two of three members are replaced, while one after the other of all five is asked to lead. */
const whileMembersChange = storeScenario({
  name: "raft-leadership-transfer/members",
  about: "Old, new and future members are asked to lead while joint consensus is under way.",
  plan: (streams) => {
    const random = streams.stream("transfers");
    return {
      servers: SERVERS,
      clients: [...WRITERS, "a1", "a2"],
      settings: storeSettings({}, { client: impatientClient, members: ["n1", "n2", "n3"] }),
      operations: [
        ...writes({ clients: WRITERS, from: BEGIN, until: seconds(8), every: ms(20) }),
        { at: seconds(4), client: "a2", operation: { id: "a2.0", op: "change", changes: SWAP } },
        ...Array.from({ length: 40 }, (_, n) => ({
          at: seconds(4) + (n - 10) * ms(10),
          client: "a1",
          operation: { id: `a1.${n}`, op: "transfer", to: random.pick(SERVERS) },
        })),
      ],
      faults: [],
      calm: seconds(8),
      horizon: seconds(25),
    };
  },
  invariants: (plan) => [
    measureTransfers(),
    measureChanges(),
    membersAre("MEMBERS", ["n3", "n4", "n5"], { by: seconds(20), refused: [] }),
    operationsReturn("RETURN", { by: seconds(25) }, plan),
    everyoneAgrees(
      "AGREEMENT",
      { from: seconds(8), by: seconds(25), ...membersAsAsked(plan, [{ changes: SWAP }]) },
      ["n3", "n4", "n5"],
    ),
    equalStates("EQUAL-STATES"),
  ],
  expects: ["leader elected", "transfer started", "configuration applied", "ok"],
  goals: [{ metric: "transfer started", atLeast: 5, share: 0.9 }],
});

const PROMOTION = seconds(6);
/** A heartbeat would tell of the commit, too. */
const SLOW_BEATS = { heartbeatInterval: ms(400) };
/** So that it is known who leads when all begin. */
const N1_FIRST = {
  n1: {
    ...defaultRaftOptions,
    ...SLOW_BEATS,
    electionTimeoutMax: defaultRaftOptions.electionTimeoutMin,
  },
};
const LATER = hostNames(2, "v");
/** One change after the other. */
const PROMOTED = (["addLearner", "addVoter"] as const).map((kind) => ({
  changes: [{ kind, id: "n4" }] as const,
}));

/**
 * Nothing is written around the promotion, so that the leader knows of its commit for a while
 * before the new voter does: the word to stand brings it. openraft #1805.
 */
const whoIsPromoted = storeScenario({
  name: "raft-leadership-transfer/promoted",
  about: "A learner becomes a voter, and is told to lead before it knows that.",
  plan: () => ({
    servers: hostNames(4),
    clients: [...WRITERS, ...LATER, "a1", "a2"],
    settings: storeSettings(SLOW_BEATS, { members: hostNames(3), raftOf: N1_FIRST }),
    operations: [
      ...writes({ clients: WRITERS, from: BEGIN, until: PROMOTION - ms(200), every: ms(20) }),
      ...writes({ clients: LATER, from: PROMOTION + seconds(1), until: seconds(9), every: ms(20) }),
      ...PROMOTED.map(({ changes }, n) => ({
        at: PROMOTION - (1 - n) * seconds(2),
        client: "a2",
        operation: { id: `a2.${changes[0].kind}`, op: "change", changes },
      })),
      // As long as it has no vote that is refused.
      ...Array.from({ length: 30 }, (_, n) => ({
        at: PROMOTION + n * ms(2),
        client: "a1",
        operation: { id: `a1.${n}`, op: "transfer", to: "n4" },
      })),
    ],
    faults: [],
    calm: seconds(9),
    horizon: seconds(20),
  }),
  invariants: (plan) => [
    measureTransfers(),
    leaderIsElected("N4-LEADS", { from: PROMOTION, by: PROMOTION + ms(200) }, ({ id }) => {
      return id === "n4";
    }),
    membersAre("MEMBERS", hostNames(4), { by: seconds(9), refused: [] }),
    operationsReturn("RETURN", { by: plan.horizon }, plan),
    everyoneAgrees("AGREEMENT", {
      ...{ from: seconds(9), by: plan.horizon },
      ...membersAsAsked(plan, PROMOTED),
    }),
    equalStates("EQUAL-STATES"),
  ],
  expects: ["leader elected", "transfer started", "configuration applied", "ok"],
  goals: [{ metric: "electionGapMs", atMost: 50, share: 0.95 }],
});

export const raftTransferOfMembers: readonly Scenario[] = [whileMembersChange, whoIsPromoted];
