import { measureAnsweredByFollowers } from "../invariants/elections.ts";
import { everyoneAgrees, operationsReturn } from "../invariants/liveness.ts";
import { measureOperations } from "../invariants/measures.ts";
import { readsEnd } from "../invariants/reads.ts";
import { equalStates } from "../invariants/replicated.ts";
import type { KvRead } from "../protocols/kv/task.ts";
import { type ClientOptions, defaultClientOptions } from "../protocols/replicated/client.ts";
import type { Fault } from "../sim/fault.ts";
import { clog, partition as cutBetween } from "../sim/faults/cuts-by-hand.ts";
import { constant, uniform } from "../sim/random/distribution.ts";
import type { Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { hostNames, impatientClient, storeScenario, storeSettings } from "./raft-cluster.ts";
import { crash, partition } from "./raft-weather.ts";
import { writes } from "./workload.ts";

const SERVERS = hostNames(5);
const CLIENTS = hostNames(10, "c");
const WRITERS = CLIENTS.slice(0, 4);
const READERS = CLIENTS.slice(4);
const BEGIN = seconds(3);
const CALM = seconds(22);
const HORIZON = seconds(34);

/** Reads of a few keys, each client in one way; of whoever leads, or of a server of its own. */
function reads(ways: readonly KvRead[], isPinned: boolean, every: Micros): PlannedOperation[] {
  return READERS.flatMap((client, c) =>
    Array.from({ length: READING / every }, (_, n) => {
      const read = ways[c % ways.length]!;
      const get = { id: `${client}.${n}`, op: "get", key: `k${(n % 3) + 1}`, read };
      const operation = isPinned ? { ...get, server: SERVERS[c % SERVERS.length]! } : get;
      return { at: BEGIN + n * every + c * (every / 10), client, operation };
    }),
  );
}

/** Each writer asks a server of its own, and no other. */
function pinnedWrites(every: Micros): PlannedOperation[] {
  const pace = { from: BEGIN, until: CALM, every };
  return WRITERS.flatMap((client, c) =>
    writes({ ...pace, clients: [client] }, { server: SERVERS[c]! }),
  );
}

/** For so long each reader reads. */
const READING = seconds(18);

interface Reads {
  readonly variant: string;
  readonly about: string;
  readonly faults: readonly Fault[];
  readonly syncLatency: Micros;
  readonly writesEvery: Micros;
  /** How often each reader reads, if it has its answers by then. Default: every 30 ms. */
  readonly readsEvery?: Micros;
  readonly client?: ClientOptions;
  /** Whether each writer asks one server only, so that who leads anew is asked at once. */
  readonly pinnedWriters?: boolean;
  /** Whether every server is read, by clients that ask no other. */
  readonly followerReads?: boolean;
}

/** Index and lease reads, while leaders come and go. */
function linearizableReads(scenario: Reads): Scenario {
  const { variant, about, faults, syncLatency, writesEvery, followerReads = false } = scenario;
  const { readsEvery = ms(30), client = followerReads ? shortOfTime : impatientClient } = scenario;
  return storeScenario({
    name: `raft-linearizable-reads${variant}`,
    about,
    plan: () => ({
      servers: SERVERS,
      clients: CLIENTS,
      disk: { syncLatency: constant(syncLatency) },
      settings: storeSettings({ leaseReads: !followerReads, followerReads }, { client }),
      operations: [
        ...(scenario.pinnedWriters === true
          ? pinnedWrites(writesEvery)
          : writes({ clients: WRITERS, from: BEGIN, until: CALM, every: writesEvery })),
        ...reads(followerReads ? ["index"] : ["index", "lease"], followerReads, readsEvery),
      ],
      faults: [...faults],
      calm: CALM,
      horizon: HORIZON,
    }),
    invariants: (plan) => [
      // What this scenario's clients emit.
      measureOperations("reads", (operation) => {
        const { read } = operation as { readonly read?: KvRead };
        return read && `${read}ReadMs`;
      }),
      ...(followerReads ? [measureAnsweredByFollowers()] : []),
      operationsReturn("RETURN", { by: HORIZON }, plan),
      readsEnd("READS-END", { from: CALM, by: HORIZON }),
      everyoneAgrees("AGREEMENT", { from: CALM, by: HORIZON }),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "leader stepped down", "ok"],
    goals: followerReads ? [{ metric: "answered by followers", atLeast: 1_500, share: 0.95 }] : [],
  });
}

/** It asks one server only, and does not wait long for one that is down. */
const shortOfTime = { ...impatientClient, waitMax: ms(500) };

const REST = ["follower 2", "follower 3", "follower 4"];
/** Between servers, and from servers to clients. */
const EVERYWHERE = { from: ["everybody"], to: ["everybody"], bothWays: false };

const TIMES = [4, 9, 14, 19].map(seconds);

/** The leader is cut off from the other servers, and clients reach all. */
const isolations = TIMES.map((at) => partition(at, seconds(3), ["leader"], ["others"]));

/** The word of a leader comes up to half a second late. */
function lateAnswers(at: Micros, lasting: Micros): Fault {
  const added = uniform(0, ms(500));
  return { kind: "latency", at, lasting, ...EVERYWHERE, types: ["readIndexReply"], added };
}

/** Time and again one and the same, if it comes back in time and no leader crashes. */
const CRASHES = Array.from({ length: 6 }, (_, i) => ms(400) * (i + 1));
const crashesAfter =
  (at: Micros) =>
  (after: Micros): Fault =>
    crash(["follower 1"], at + after, ms(100));

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
    about: "Index and lease reads while the leader is cut off, time and again.",
    faults: isolations,
    syncLatency: ms(1),
    writesEvery: ms(10),
  }),
  linearizableReads({
    variant: "/crashes",
    about: "Index and lease reads while leaders crash, and commits take longer than reads.",
    faults: TIMES.map((at) => crash(["leader"], at, seconds(2))),
    syncLatency: ms(60),
    writesEvery: ms(40),
  }),
  linearizableReads({
    variant: "/late-confirmations",
    about: "Who confirms a leader is heard a second later, and the leader cut off meanwhile.",
    faults: [lateConfirmations, ...heardAfterwards],
    syncLatency: ms(1),
    writesEvery: ms(100),
    pinnedWriters: true,
    readsEvery: ms(900),
    client: { ...defaultClientOptions, requestTimeout: seconds(3) },
  }),
  linearizableReads({
    variant: "/followers",
    about: "Index reads at every server while the leader or a follower is cut off.",
    faults: [
      partition(seconds(4), seconds(3), ["leader"], ["others"]),
      partition(seconds(9), seconds(3), ["leader", "follower 1"], REST),
      { at: seconds(14), lasting: ms(500), ...clog({ from: ["leader"], to: ["others"] }) },
      partition(seconds(19), seconds(3), ["follower 1"], ["leader", ...REST]),
    ],
    syncLatency: ms(1),
    writesEvery: ms(10),
    followerReads: true,
  }),
  linearizableReads({
    variant: "/followers-crash",
    about: "Index reads at every server while one crashes again and again, and answers come late.",
    faults: [
      ...TIMES.flatMap((at) => [lateAnswers(at, seconds(3)), ...CRASHES.map(crashesAfter(at))]),
      crash(["leader"], seconds(16), seconds(2)),
    ],
    syncLatency: ms(1),
    writesEvery: ms(10),
    followerReads: true,
  }),
];
