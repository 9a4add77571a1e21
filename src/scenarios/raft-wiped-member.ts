// Group E: a voter loses its disk. Who starts on an empty one is no voter until a change makes it
// one; and what the one before it has said is not taken for its word.

import {
  acknowledgesSteadily,
  everyoneAgrees,
  leaderIsElected,
  operationsReturn,
} from "../invariants/liveness.ts";
import { measureChanges, membersAre } from "../invariants/membership.ts";
import { nobodyLeads, nothingIsCommitted } from "../invariants/no-quorum.ts";
import { equalStates } from "../invariants/replicated.ts";
import { ALL_KV_SITES } from "../protocols/kv/sites.ts";
import type { NodeId } from "../sim/env.ts";
import { isolations, partitions } from "../sim/nemeses/cuts.ts";
import { wipes } from "../sim/nemeses/hosts.ts";
import { all, crashes, type Rhythm } from "../sim/nemesis.ts";
import { constant, uniform } from "../sim/random/distribution.ts";
import type { Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds, us } from "../sim/time.ts";
import { membersAsAsked } from "./membership.ts";
import {
  drawCompaction,
  hostNames,
  impatientClient,
  type StorePlan,
  storeScenario,
  storeSettings,
} from "./raft-cluster.ts";
import { crash, partition } from "./raft-weather.ts";
import { mixed, writes } from "./workload.ts";

const THREE = hostNames(3);
const CLIENTS = hostNames(6, "c");
const BEGIN = seconds(2);

/** `n2` misses what the other two commit; one of those is wiped then, and the other cut off. */
const BEHIND = seconds(4);
const WIPED = seconds(6);
/** Whoever led has found out that it has no majority. */
const LEADERLESS = WIPED + seconds(3);
const HEALED = seconds(13);
/** It votes again by then; and proves it, first as the second of two, then as who elects. */
const REPLACED = HEALED + seconds(7);
const COUNTED = REPLACED + seconds(4);
const ELECTS = COUNTED + seconds(6);

/** An administrator asks until the leader has heard of somebody else on the member's host. */
function replace(id: NodeId, at: Micros, by: NodeId): PlannedOperation {
  return { at, client: by, operation: { id: `${by}.0`, op: "change", changes: replacing(id) } };
}

function replacing(id: NodeId) {
  return [{ kind: "replace", id }];
}

const wipedMember = storeScenario({
  name: "raft-wiped-member",
  about: "One of two that hold what is committed is wiped; the third needs its vote, in vain.",
  plan: (streams) => {
    const random = streams.stream("wipe");
    const cut = WIPED + random.int(0, ms(100));
    const wiped = WIPED + random.int(ms(100), ms(500));
    return {
      servers: THREE,
      clients: [...CLIENTS, "a1"],
      network: { latency: uniform(us(500), ms(10)), loss: random.pick([0, 0.01]) },
      disk: { damagedHostsMax: 1 },
      settings: storeSettings(
        { snapshotEntries: random.pick([50, 100_000]), keptEntries: 10 },
        { client: impatientClient, members: THREE, raftOf: firstLeads() },
      ),
      operations: [
        ...writes({ clients: CLIENTS, from: BEGIN, until: ELECTS, every: ms(20) }),
        replace("n3", HEALED, "a1"),
      ],
      faults: [
        partition(BEHIND, cut - BEHIND, ["n2"], ["n1", "n3"]),
        partition(cut, HEALED - cut, ["n1"], ["n2", "n3"]),
        { kind: "wipe", at: wiped, lasting: random.int(ms(1), ms(500)), hosts: ["n3"] },
        // What it has drawn is durable by now.
        crash(["n3"], LEADERLESS + random.int(0, seconds(2)), ms(200)),
        partition(REPLACED, seconds(3), ["n2"], ["n1", "n3"]),
        partition(COUNTED, seconds(6), ["n1"], ["n2", "n3"]),
      ],
      calm: ELECTS,
      horizon: ELECTS + seconds(20),
    };
  },
  invariants: (plan) => [
    nobodyLeads("NOBODY-LEADS", { from: LEADERLESS, until: HEALED }),
    nothingIsCommitted("NOTHING-COMMITTED", { from: LEADERLESS, until: HEALED }),
    acknowledgesSteadily("COUNTED", { from: REPLACED, until: REPLACED + seconds(3) }, seconds(2)),
    leaderIsElected("ELECTS", { from: COUNTED + seconds(2), by: ELECTS }, ({ id }) => id !== "n1"),
    ...isMemberAgain(plan, THREE, ["n3"]),
  ],
  expects: ["leader elected", "member drawn", "stranger heard", "configuration applied", "ok"],
  goals: [
    { metric: "member drawn", atLeast: 1, atMost: 1, share: 1 },
    { metric: "stranger heard", atLeast: 1, share: 1 },
  ],
});

/** After the calm, those who were wiped vote under their new names, and hold all there is. */
function isMemberAgain(
  plan: Pick<StorePlan, "operations" | "faults" | "calm" | "horizon">,
  servers: readonly NodeId[],
  replaced: readonly NodeId[],
) {
  const { calm, horizon, faults } = plan;
  const isWiped = faults.some(({ kind }) => kind === "wipe");
  const asked = isWiped ? replaced.map((id) => ({ changes: replacing(id) })) : [];
  return [
    measureChanges(),
    membersAre("MEMBERS", servers, { from: calm, by: horizon, refused: [] }),
    everyoneAgrees("AGREEMENT", { from: calm, by: horizon, ...membersAsAsked(plan, asked) }),
    operationsReturn("RETURN", { by: horizon }, plan),
    equalStates("EQUAL-STATES"),
  ];
}

/** What `n3` has acknowledged comes so much later that another is `n3` by then. */
const LATE = seconds(3);
const GONE = seconds(5);
const CALM = GONE + LATE + seconds(2);

const lateReplies = storeScenario({
  name: "raft-wiped-member/late-replies",
  about: "What a voter has acknowledged comes when it is wiped, and another is in its place.",
  plan: (streams) => {
    const random = streams.stream("wipe");
    const replaced = GONE + random.int(seconds(1), LATE - seconds(1));
    const late = { from: ["n3"], to: ["n1"], bothWays: false, types: ["appendReply"] };
    return {
      servers: THREE,
      clients: [...CLIENTS, "a1"],
      network: { latency: uniform(ms(20), ms(40)) },
      disk: { damagedHostsMax: 1 },
      settings: storeSettings({}, { members: THREE, raftOf: firstLeads() }),
      operations: [
        ...writes({ clients: CLIENTS, from: ms(1_500), until: CALM, every: ms(20) }),
        replace("n3", replaced, "a1"),
      ],
      faults: [
        { kind: "latency", at: BEGIN, lasting: GONE - BEGIN, ...late, added: constant(LATE) },
        { kind: "wipe", at: GONE, lasting: ms(200), hosts: ["n3"] },
      ],
      calm: CALM,
      horizon: CALM + seconds(20),
    };
  },
  invariants: (plan) => isMemberAgain(plan, THREE, ["n3"]),
  expects: ["member drawn", "stranger heard", "configuration applied", "ok"],
  goals: [{ metric: "stranger heard", atLeast: 1, share: 1 }],
});

/** The first election is `n1`'s, so that it is known who holds what. */
function firstLeads() {
  const { raft } = storeSettings();
  return { n1: { ...raft, electionTimeoutMax: raft.electionTimeoutMin } };
}

const FIVE = hostNames(5);
const STORM_ENDS = seconds(20);
const RHYTHM: Rhythm = {
  every: { min: seconds(1), max: seconds(4) },
  lasting: { min: ms(10), max: seconds(2) },
};
const CUTS = { inFlight: ["lose", "deliver"] } as const;
const SELDOM: Rhythm = { ...RHYTHM, every: { min: seconds(2), max: seconds(12) } };

/** By an administrator for each server: that of who was not wiped waits in vain, and gives up. */
const REPLACERS = FIVE.map((id) => `a${id.slice(1)}`);

const underFaults = storeScenario({
  name: "raft-wiped-member/under-faults",
  about: "Two of five are wiped while servers crash and are cut off; in the calm they come back.",
  sites: ALL_KV_SITES,
  plan: (streams) => {
    const field = { servers: FIVE, clients: CLIENTS, from: seconds(1), until: STORM_ENDS };
    const nemesis = all(
      crashes(RHYTHM),
      crashes(SELDOM, "leader"),
      partitions(RHYTHM, CUTS),
      isolations(SELDOM, CUTS),
      wipes(SELDOM),
    );
    return {
      servers: FIVE,
      clients: [...CLIENTS, ...REPLACERS],
      network: { latency: uniform(us(500), ms(10)), loss: 0.01, duplication: 0.01 },
      disk: { damagedHostsMax: 2 },
      settings: storeSettings(drawCompaction(streams), { client: impatientClient, members: FIVE }),
      operations: [
        ...mixed(
          { clients: CLIENTS, from: seconds(1), until: STORM_ENDS, every: ms(20) },
          streams.stream("workload"),
        ),
        ...FIVE.map((id, i) => replace(id, STORM_ENDS + seconds(6), REPLACERS[i]!)),
      ],
      faults: nemesis(streams, field),
      calm: STORM_ENDS,
      horizon: STORM_ENDS + seconds(40),
    };
  },
  invariants: (plan) => isMemberAgain(plan, FIVE, FIVE),
  expects: ["leader elected", "member drawn", "stranger heard", "log truncated", "ok"],
  goals: [{ metric: "member drawn", atLeast: 1, share: 0.9 }],
});

export const raftWipedMember: readonly Scenario[] = [wipedMember, lateReplies, underFaults];
