// Group E: index reads at leader and followers, and lease reads, in all weathers but that of clocks
// (see raft-lease-reads.ts). Names and figures are those of the scenario catalogue.

import { measureAnsweredByFollowers } from "../invariants/elections.ts";
import { minorityAcknowledgesNothing } from "../invariants/no-quorum.ts";
import { type ClientOptions, defaultClientOptions } from "../protocols/replicated/client.ts";
import type { Fault } from "../sim/fault.ts";
import { clog, partition as cutBetween } from "../sim/faults/cuts-by-hand.ts";
import { constant, uniform } from "../sim/random/distribution.ts";
import type { Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import {
  BEGIN,
  CALM,
  INDEX,
  LEASE,
  linearizableReads,
  type Reader,
  SERVERS,
  shortOfTime,
} from "./linearizable-reads.ts";
import { askedAlone, impatientClient } from "./raft-cluster.ts";
import { raftLeaseReads } from "./raft-lease-reads.ts";
import { crash, partition } from "./raft-weather.ts";
import { readWay } from "./store-words.ts";

const TIMES = [4, 9, 14, 19].map(seconds);
const REST = ["follower 2", "follower 3", "follower 4"];
/** Between servers, and from servers to clients. */
const EVERYWHERE = { from: ["everybody"], to: ["everybody"], bothWays: false };

/** Each reads at one server, whether that leads or not; one of them reads at all. */
const AT_SERVERS: readonly Reader[] = [...SERVERS.map((id) => [id]), SERVERS].map((of) => {
  return { read: "index", of };
});

/** One of these is the first that does not lead. */
const AT_FIRST: readonly Reader[] = ["n1", "n2"].map((id) => ({ read: "index", of: [id] }));

/** Some read of who leads, in either way, and two at every server. */
const ALL_WAYS: readonly Reader[] = [
  ...[INDEX, LEASE, INDEX, LEASE],
  ...[SERVERS, SERVERS.toReversed()].map((of): Reader => ({ read: "index", of })),
];

/** Long enough to be answered, and no longer: who asks one server may never be. */
const longEnough: ClientOptions = { ...impatientClient, waitMax: seconds(3) };

/** An administrator makes one after the other the leader. */
const TRANSFERS: readonly PlannedOperation[] = Array.from({ length: 16 }, (_, i) => {
  const operation = { id: `a1.${i}`, op: "transfer", to: SERVERS[(i * 2) % SERVERS.length]! };
  return { at: seconds(4) + i * seconds(1), client: "a1", operation };
});

/** Words of some types come late. */
function late(types: readonly string[], at: Micros, lasting: Micros, most: Micros): Fault {
  return { kind: "latency", at, lasting, ...EVERYWHERE, types, added: uniform(0, most) };
}

/** Time and again one and the same, if it comes back in time and no leader crashes. */
const CRASHES = Array.from({ length: 6 }, (_, i) => ms(400) * (i + 1));
const crashesAfter =
  (at: Micros) =>
  (after: Micros): Fault =>
    crash(["follower 1"], at + after, ms(100));

/** Each life of a server, and how long it is down before. */
const LIFE = ms(300);
const DOWN = ms(100);
/** In each round of crashes. */
const LIVES = 6;

/**
 * One and the same server crashes again and again; it hears late what is committed, and the answers
 * to its questions come when it has asked others, with the same numbers, in its next life.
 */
function formerAnswers(at: Micros): readonly Fault[] {
  const lasting = LIVES * (LIFE + DOWN);
  const way = { at, lasting, from: ["servers"], to: ["follower 1"], bothWays: false };
  return [
    { kind: "latency", ...way, types: ["append"], added: constant(ms(200)) },
    { kind: "latency", ...way, types: ["readIndexReply"], added: uniform(LIFE, LIFE + 2 * DOWN) },
    ...Array.from({ length: LIVES - 1 }, (_, i) =>
      crash(["follower 1"], at + LIFE + i * (LIFE + DOWN), DOWN),
    ),
  ];
}

/** What a leader that is cut off hears of from before, for as long as others need to elect one. */
const lateConfirmations: Fault = {
  ...{ kind: "latency", at: BEGIN, lasting: CALM - BEGIN, ...EVERYWHERE },
  ...{ types: ["confirmReply"], added: uniform(ms(700), seconds(2)) },
};

/** The same cuts, but what is under way arrives. */
const heardAfterwards = TIMES.map((at): Fault => {
  return {
    at,
    lasting: seconds(3),
    ...cutBetween([["leader"], ["others"]], { inFlight: "deliver" }),
  };
});

export const raftReads: readonly Scenario[] = [
  linearizableReads({
    variant: "",
    about:
      "Reads at leader and followers: the leader is cut off or stands still, or all are apart.",
    readers: ALL_WAYS,
    client: longEnough,
    faults: () => [
      partition(seconds(4), seconds(3), ["leader"], ["others"]),
      { kind: "pause", at: seconds(9), lasting: seconds(5), hosts: ["leader"] },
      partition(seconds(15), seconds(3), ["leader", "follower 1"], REST.slice(0, 2), [
        "follower 4",
      ]),
      partition(seconds(19), seconds(3), ["leader"], ["others"]),
    ],
    invariants: () => [
      minorityAcknowledgesNothing("MINORITY-READ", (operation) =>
        readWay(operation) === "index" ? askedAlone(operation) : undefined,
      ),
    ],
    goals: [
      // A question and its answer, and no round trip between servers in between.
      { metric: "leaseReadMs, % of indexReadMs", atMost: 75, share: 0.95 },
      { metric: "reads refused", atLeast: 20, share: 0.95 },
    ],
  }),
  linearizableReads({
    variant: "/leader-changes",
    about: "The leader is another before the answers to reads have come.",
    readers: ALL_WAYS,
    client: longEnough,
    operations: TRANSFERS,
    writesEvery: ms(50),
    readsEvery: ms(100),
    faults: () => [
      late(["confirmReply", "readIndexReply"], BEGIN, CALM - BEGIN, ms(100)),
      late(["reply"], BEGIN, CALM - BEGIN, ms(100)),
    ],
    goals: [{ metric: "reads across a change", atLeast: 20, share: 0.95 }],
  }),
  linearizableReads({
    variant: "/crashes",
    about: "Index and lease reads while leaders crash, and commits take longer than reads.",
    readers: [INDEX, LEASE],
    faults: () => TIMES.map((at) => crash(["leader"], at, seconds(2))),
    syncLatency: ms(60),
    writesEvery: ms(40),
  }),
  linearizableReads({
    variant: "/late-confirmations",
    about: "Who confirms a leader is heard a second later, and the leader cut off meanwhile.",
    readers: [INDEX, LEASE],
    faults: () => [lateConfirmations, ...heardAfterwards],
    writesEvery: ms(100),
    pinnedWriters: true,
    readsEvery: ms(900),
    client: { ...defaultClientOptions, requestTimeout: seconds(3) },
    // Confirmations take up to two, and the round before must have ended.
    answeredWithin: seconds(5),
  }),
  linearizableReads({
    variant: "/followers",
    about: "Index reads at every server while the leader or a follower is cut off.",
    readers: AT_SERVERS,
    client: shortOfTime,
    faults: () => [
      partition(seconds(4), seconds(3), ["leader"], ["others"]),
      partition(seconds(9), seconds(3), ["leader", "follower 1"], REST),
      { at: seconds(14), lasting: ms(500), ...clog({ from: ["leader"], to: ["others"] }) },
      partition(seconds(19), seconds(3), ["follower 1"], ["leader", ...REST]),
    ],
    invariants: () => [measureAnsweredByFollowers()],
    goals: [{ metric: "answered by followers", atLeast: 1_500, share: 0.95 }],
  }),
  linearizableReads({
    variant: "/followers-crash",
    about: "Index reads at every server while one crashes again and again, and answers come late.",
    readers: AT_SERVERS,
    client: shortOfTime,
    faults: () => [
      ...TIMES.flatMap((at) => [
        late(["readIndexReply"], at, seconds(3), ms(500)),
        ...CRASHES.map(crashesAfter(at)),
      ]),
      crash(["leader"], seconds(16), seconds(2)),
    ],
    invariants: () => [measureAnsweredByFollowers()],
    goals: [{ metric: "answered by followers", atLeast: 1_500, share: 0.95 }],
  }),
  linearizableReads({
    variant: "/former-answers",
    about:
      "A server that restarts is told what it asked for in an earlier life, by the same number.",
    readers: AT_FIRST,
    client: { ...impatientClient, waitMax: ms(250) },
    faults: () => TIMES.flatMap(formerAnswers),
    // The one leader stays.
    expects: [],
  }),
  ...raftLeaseReads,
];
