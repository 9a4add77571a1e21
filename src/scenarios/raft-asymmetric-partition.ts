// Group D: links that work in one direction only, or for some pairs of servers only.

import {
  acknowledgesIn,
  everyoneAgrees,
  leaderIsElected,
  leaderStays,
  operationsReturn,
} from "../invariants/liveness.ts";
import { measureDisruption } from "../invariants/measures.ts";
import {
  isInMinority,
  minorityAcknowledgesNothing,
  minorityLeaderStepsDown,
  nobodyLeads,
  nothingIsCommitted,
} from "../invariants/no-quorum.ts";
import { measureHeardWhileDeaf, measureTermGrowth } from "../invariants/one-way.ts";
import { equalStates, everyoneCatchesUp } from "../invariants/replicated.ts";
import type { KvServer } from "../protocols/kv/server.ts";
import type { Fault, FaultKind, Target } from "../sim/fault.ts";
import { bridge, oneWay, ring } from "../sim/faults/cuts-by-hand.ts";
import type { Invariant } from "../sim/invariant.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import { ms, seconds } from "../sim/time.ts";
import {
  askedAlone,
  hostNames,
  impatientClient,
  type StorePlan,
  storeScenario,
  storeSettings,
} from "./raft-cluster.ts";
import { writes, writesToAll } from "./workload.ts";

const SERVERS = hostNames(5);
const CUT = seconds(5);
/** Long enough for terms to grow, if they do; figures are given per minute. */
const LASTING = seconds(20);
const HEAL = CUT + LASTING;
const HORIZON = HEAL + seconds(12);
const DURING = { from: CUT, until: HEAL - 1 };

interface Asymmetry {
  readonly variant: string;
  readonly about: string;
  readonly faults: readonly Fault[];
  readonly preVote?: boolean;
  /** Whether clients ask every server, also those that should not be asked. */
  readonly asksAll?: boolean;
  readonly invariants: (plan: StorePlan) => readonly Invariant<KvServer>[];
  readonly expects?: readonly string[];
  readonly goals: readonly Goal[];
}

function asymmetricPartition(asymmetry: Asymmetry): Scenario {
  const { variant, about, faults, preVote = true, asksAll = false, expects = [] } = asymmetry;
  const [from, until] = [seconds(3), HEAL + seconds(2)];
  return storeScenario({
    name: `raft-asymmetric-partition${variant}`,
    about,
    plan: () => ({
      servers: SERVERS,
      ...(asksAll
        ? writesToAll(SERVERS, from, until)
        : {
            clients: ["c1", "c2"],
            operations: writes({ clients: ["c1", "c2"], from, until, every: ms(50) }),
          }),
      settings: storeSettings({ preVote }, { client: impatientClient }),
      faults,
      calm: HEAL,
      horizon: HORIZON,
    }),
    invariants: (plan) => [
      measureTermGrowth(DURING),
      measureDisruption(CUT),
      ...asymmetry.invariants(plan),
      everyoneAgrees("AGREEMENT", { from: HEAL, by: HEAL + seconds(10) }),
      everyoneCatchesUp("CATCH-UP", { from: HEAL + 1, by: HEAL + seconds(10) }),
      operationsReturn("RETURN", { by: HORIZON }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok", ...expects],
    goals: asymmetry.goals,
  });
}

/** Nobody is so much as disturbed: the leader has a majority all the time, and keeps it. */
const undisturbed = (): readonly Invariant<KvServer>[] => [
  leaderStays("LEADER-STAYS", { from: CUT, until: HORIZON }),
  acknowledgesIn("PROGRESS", { from: HEAL - seconds(1), until: HEAL }),
];

const NO_GROWTH: Goal = { metric: "termsPerMinute", atMost: 0, share: 1 };

/** A cut of the usual time. */
function cut(kind: FaultKind): Fault {
  return { at: CUT, lasting: LASTING, ...kind };
}

/** What one host of a ring says is heard by the next one only. */
function heardByTheNextOnly(ring: readonly Target[]): Fault[] {
  return ring.map((id, i) => {
    const next = ring[(i + 1) % ring.length]!;
    const deaf = ring.filter((other) => other !== id && other !== next);
    return cut(oneWay([id], deaf));
  });
}

const deafFollower = cut(oneWay(["leader"], ["follower 1"]));

export const raftAsymmetricPartition: readonly Scenario[] = [
  asymmetricPartition({
    variant: "",
    about: "A follower does not hear the leader: it asks for votes in vain, and disturbs nobody.",
    faults: [deafFollower],
    invariants: undisturbed,
    expects: ["pre-vote started"],
    goals: [NO_GROWTH],
  }),
  asymmetricPartition({
    variant: "/no-pre-vote",
    about: "A follower does not hear the leader, and raises its term without end.",
    faults: [deafFollower],
    preVote: false,
    // Who hears the leader is loyal to it; the heal brings the higher term.
    invariants: () => [leaderStays("LEADER-STAYS", DURING)],
    // A timeout of 1 to 2 s each.
    goals: [
      { metric: "termsPerMinute", atLeast: 30, atMost: 60, share: 1 },
      { metric: "disruptions", atLeast: 1, share: 0.95 },
    ],
  }),
  asymmetricPartition({
    variant: "/silenced-follower",
    about: "The leader does not hear a follower, which hears it.",
    faults: [cut(oneWay(["follower 1"], ["leader"]))],
    invariants: undisturbed,
    goals: [NO_GROWTH],
  }),
  asymmetricPartition({
    variant: "/deaf-leader",
    about: "The leader is heard by all and hears none: it steps down, and another leads.",
    faults: [cut(oneWay(["others"], ["leader"]))],
    asksAll: true,
    invariants: () => [
      measureHeardWhileDeaf(),
      minorityLeaderStepsDown("STEP-DOWN", seconds(2)),
      // Twice the longest election timeout and a second.
      leaderIsElected(
        "LEADER-ELECTED",
        { from: CUT + 1, by: CUT + seconds(5) },
        (leader, world) => !isInMinority(leader, world),
      ),
      acknowledgesIn("PROGRESS", { from: HEAL - seconds(1), until: HEAL }),
      minorityAcknowledgesNothing("MINORITY-ACK", askedAlone),
    ],
    expects: ["leader stepped down"],
    goals: [
      { metric: "stepDownMs", atMost: 2_000, share: 1 },
      // For a second at least, every 100 ms, four followers.
      { metric: "heardWhileDeaf", atLeast: 32, share: 1 },
      // One election, and seldom another because votes were split.
      { metric: "termsPerMinute", atLeast: 2, atMost: 4, share: 0.95 },
    ],
  }),
  asymmetricPartition({
    variant: "/ring",
    about: "Each server is heard by its right neighbour only: nobody leads.",
    faults: heardByTheNextOnly(SERVERS),
    asksAll: true,
    invariants: () => [
      measureHeardWhileDeaf(),
      minorityLeaderStepsDown("STEP-DOWN", seconds(2)),
      nobodyLeads("NO-LEADER", { from: CUT + seconds(2) + ms(1), until: HEAL - 1 }),
      nothingIsCommitted("NO-COMMIT", { from: CUT + ms(50), until: HEAL - 1 }),
      minorityAcknowledgesNothing("MINORITY-ACK", askedAlone),
    ],
    expects: ["leader stepped down"],
    goals: [NO_GROWTH, { metric: "heardWhileDeaf", atLeast: 8, share: 1 }],
  }),
  asymmetricPartition({
    variant: "/bridge",
    about: "Two halves do not hear each other, and one server hears both: the leader stays.",
    faults: [
      cut(
        bridge(
          ["n3"],
          [
            ["n1", "n2"],
            ["n4", "n5"],
          ],
        ),
      ),
    ],
    invariants: undisturbed,
    goals: [NO_GROWTH],
  }),
  asymmetricPartition({
    variant: "/majorities-ring",
    about: "Each server exchanges messages with its two neighbours only: the leader stays.",
    faults: [cut(ring(SERVERS))],
    invariants: undisturbed,
    goals: [NO_GROWTH],
  }),
];
