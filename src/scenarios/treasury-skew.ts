// Group L: a lease under clocks that differ. Executors go by their monotonic clocks, and those who
// give the lease by their wall clocks: what counts is by how much the wall clock of one leader is
// ahead of that of the one before it, and by how much the holder's clock is slow within a ttl.

import { operationsReturn } from "../invariants/liveness.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import { clog, isolate } from "../sim/faults/cuts-by-hand.ts";
import type { HostClockOptions } from "../sim/host/clock.ts";
import type { Random } from "../sim/random/random.ts";
import type { Goal, PlanParts, Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { crash } from "./raft-weather.ts";
import {
  allIsExecuted,
  ofBothExecutors,
  type TreasurySettings,
  treasuryScenario,
  treasurySettings,
} from "./treasury-cluster.ts";
import { BEGIN, CLIENT, disbursements, EXECUTORS, LAN, SERVERS } from "./treasury-words.ts";

const COUNT = 300;
/** Each in turn is cut off, so that it goes on with what it has while the other waits for it. */
const CUTS_FROM = [seconds(75), seconds(215)];
const CUT_LASTING = seconds(90);
/** Longer than two polls, and shorter than the lease lasts by its holder's clock. */
const HELD_UP = seconds(40);
const CALM = seconds(330);
const HORIZON = seconds(420);

type Clocks = Readonly<Record<NodeId, HostClockOptions>>;

type DrawClocks = (random: Random) => Clocks;

interface Skew {
  readonly variant: string;
  readonly about: string;
  /** Default: they are right. */
  readonly clocks?: DrawClocks;
  readonly faults?: (random: Random) => readonly Fault[];
  /** Whether what each is answered is held up until it is cut off. */
  readonly isAnsweredLate?: boolean;
  /** Whether clocks differ by more than the margin of 1 s. */
  readonly mayOverlap?: boolean;
  /** By how much longer a lease may seem to last, as those who give it differ. Default: nothing. */
  readonly longer?: Micros;
  readonly goals?: readonly Goal[];
}

function skewed(skew: Skew): Scenario {
  const { variant, about, clocks, faults, isAnsweredLate = false } = skew;
  const { mayOverlap = false, longer = 0, goals = [] } = skew;
  const horizon = HORIZON + longer;
  return treasuryScenario({
    ...{ name: `tb-lease-clock-skew${variant}`, about, mayOverlap },
    plan: (streams): PlanParts<TreasurySettings> => {
      const random = streams.stream("skew");
      return {
        servers: SERVERS,
        clients: [CLIENT, ...EXECUTORS],
        settings: treasurySettings(),
        network: LAN,
        clocks: { hosts: clocks?.(random) ?? {} },
        operations: disbursements(CLIENT, { from: BEGIN, count: COUNT, every: seconds(1) }),
        faults: [...cutsOff(random, isAnsweredLate), ...(faults?.(random) ?? [])],
        calm: CALM,
        horizon,
      };
    },
    invariants: (plan) => [
      ...ofBothExecutors(plan, [allIsExecuted(plan, { from: CALM, by: horizon })]),
      operationsReturn("RETURN", { by: horizon }, plan),
    ],
    expects: ["leader elected", "lease acquired", "lease lost", "executed"],
    goals: [
      { metric: "payments", atLeast: COUNT, share: 1 },
      ...(mayOverlap ? [] : [{ metric: "heldShare", atLeast: 900, share: 1 }]),
      ...goals,
    ],
  });
}

/** An executor is cut off, and meanwhile the leader falls: the next one has another clock. */
function cutsOff(random: Random, isAnsweredLate: boolean): readonly Fault[] {
  return EXECUTORS.flatMap((executor, i) => {
    const at = CUTS_FROM[i]! + random.int(0, seconds(30));
    return [
      ...(isAnsweredLate ? [holdsUpAnswers(executor, at)] : []),
      { ...isolate([executor]), at, lasting: CUT_LASTING },
      crash(["leader"], at + random.int(seconds(10), seconds(40)), seconds(5)),
    ];
  });
}

/** All that it was told arrives just before it is cut off. */
function holdsUpAnswers(executor: NodeId, cutAt: Micros): Fault {
  return {
    ...clog({ from: ["servers"], to: [executor] }),
    // Answers are on their way for up to 9 ms.
    ...{ at: cutAt - HELD_UP, lasting: HELD_UP - ms(20) },
  };
}

/** Servers of which one is ahead by so much, one behind, and one right; executors are anywhere. */
function offsets(spread: Micros): DrawClocks {
  return (random) => {
    const shifts = random.shuffle([Math.floor(spread / 2), -Math.floor(spread / 2), 0]);
    return {
      ...Object.fromEntries(SERVERS.map((id, i) => [id, { offset: shifts[i]!, driftPpm: 0 }])),
      ...Object.fromEntries(
        EXECUTORS.map((id) => [id, { offset: random.int(-spread, spread), driftPpm: 0 }]),
      ),
    };
  };
}

/** Executors whose wall clocks are anywhere, while those of who gives the lease are right. */
const executorsAstray: DrawClocks = (random) =>
  Object.fromEntries(
    EXECUTORS.map((id) => [id, { offset: random.int(-seconds(70), seconds(70)), driftPpm: 0 }]),
  );

/** Executors whose clocks are slow, each by its own rate. */
function slow(ppm: number): DrawClocks {
  return () => Object.fromEntries(EXECUTORS.map((id) => [id, { offset: 0, driftPpm: -ppm }]));
}

/** Clocks are so wrong that two do act at a time: in 25, 21 and 33 of 40 runs. */
const OVERLAPS: readonly Goal[] = [{ metric: "overlapMs", atLeast: 1, share: 0.25 }];

/** Group L, clocks. */
export const treasurySkew: readonly Scenario[] = [
  skewed({
    variant: "",
    about: "Wall clocks of those who give the lease differ by 1 s, the margin.",
    clocks: offsets(seconds(1)),
  }),
  skewed({
    variant: "/half-second",
    about: "They differ by half a second.",
    clocks: offsets(ms(500)),
  }),
  skewed({
    variant: "/five-seconds",
    about: "They are off by up to 5 s: two may act at a time, and nothing is paid twice.",
    clocks: offsets(seconds(10)),
    mayOverlap: true,
    longer: seconds(10),
    goals: OVERLAPS,
  }),
  skewed({
    variant: "/seventy-seconds",
    about: "They are off by up to 70 s, more than the lease lasts.",
    clocks: offsets(seconds(140)),
    mayOverlap: true,
    longer: seconds(200),
    goals: OVERLAPS,
  }),
  skewed({
    variant: "/executors-astray",
    about: "Executors' wall clocks are wrong by up to 70 s: nobody asks what they show.",
    clocks: executorsAstray,
  }),
  skewed({
    variant: "/drift",
    about: "Executors' clocks are slow by 1 %, so that a lease seems to last 0.6 s longer.",
    clocks: slow(10_000),
  }),
  skewed({
    variant: "/fast-drift",
    about: "They are slow by 10 %: the margin is too small for that.",
    clocks: slow(100_000),
    mayOverlap: true,
    goals: OVERLAPS,
  }),
  skewed({
    variant: "/jump",
    about: "Now and then a wall clock jumps by up to 1 s, and back later, whoever's it is.",
    faults: (random) =>
      [0, 1, 2, 3, 4, 5].map((n) => ({
        kind: "clockStep" as const,
        hosts: [random.pick(["leader", "e1", "e2"])],
        at: seconds(60) + n * seconds(40) + random.int(0, seconds(20)),
        // One is over before the next begins: two of them would be more than the margin.
        lasting: random.int(seconds(5), seconds(19)),
        by: random.int(0, seconds(1)),
      })),
  }),
  skewed({
    variant: "/leader-changes",
    about: "Clocks are right, and those who give the lease change their leader again and again.",
    faults: (random) =>
      [0, 1, 2, 3, 4, 5, 6].map((n) =>
        crash(["leader"], seconds(40) + n * seconds(40) + random.int(0, seconds(15)), seconds(8)),
      ),
  }),
  skewed({
    variant: "/late-answers",
    about: "Clocks are right; who is cut off has answers by then that were held up for 40 s.",
    isAnsweredLate: true,
  }),
];
