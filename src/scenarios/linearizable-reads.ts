// Reads that do not go through the log, while leaders come and go: what all scenarios of that have
// in common.

import { everyoneAgrees, operationsReturn } from "../invariants/liveness.ts";
import { measureOperations } from "../invariants/measures.ts";
import { readsEnd } from "../invariants/reads.ts";
import { measureReads, measureShare, readsAreAnswered } from "../invariants/reads-answered.ts";
import { equalStates } from "../invariants/replicated.ts";
import type { KvServer } from "../protocols/kv/server.ts";
import type { RaftOptions } from "../protocols/raft/options.ts";
import type { ReadKind } from "../protocols/raft/raft.ts";
import type { ClientOptions } from "../protocols/replicated/client.ts";
import type { NodeId, Plain } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import type { Invariant } from "../sim/invariant.ts";
import { constant } from "../sim/random/distribution.ts";
import type { Random } from "../sim/random/random.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import {
  askedAlone,
  hostNames,
  impatientClient,
  storeScenario,
  storeSettings,
} from "./raft-cluster.ts";
import { readWay } from "./store-words.ts";
import { writes } from "./workload.ts";

export const SERVERS = hostNames(5);
const CLIENTS = hostNames(10, "c");
const WRITERS = CLIENTS.slice(0, 4);
const READERS = CLIENTS.slice(4);
const KEYS = 5;
export const BEGIN = seconds(3);
export const CALM = seconds(22);
const HORIZON = seconds(34);
/** For so long each reader reads. */
const READING = seconds(18);
/** With a leader that has a majority, a read does not take longer. */
const ANSWERED: Micros = seconds(2);

/** How a client reads. */
export interface Reader {
  readonly read: ReadKind;
  /** The servers that it asks in turn, each read of one only. Default: whoever leads. */
  readonly of?: readonly NodeId[];
}

export const INDEX: Reader = { read: "index" };
export const LEASE: Reader = { read: "lease" };

/** What is read, and in which weather. */
export interface Reads {
  readonly variant: string;
  readonly about: string;
  readonly readers: readonly Reader[];
  readonly faults: (random: Random) => readonly Fault[];
  /** Options of the servers, besides those that the readers need. */
  readonly raft?: Partial<RaftOptions>;
  /** Default: 1 ms. */
  readonly syncLatency?: Micros;
  /** Default: 10 ms. */
  readonly writesEvery?: Micros;
  /** How often each reader reads, if it has its answers by then. Default: every 30 ms. */
  readonly readsEvery?: Micros;
  readonly client?: ClientOptions;
  /** Whether each writer asks one server only, so that who leads anew is asked at once. */
  readonly pinnedWriters?: boolean;
  /** What else is asked for. */
  readonly operations?: readonly PlannedOperation[];
  /** Within which reads are answered. Default: {@link ANSWERED}. */
  readonly answeredWithin?: Micros;
  /** See StoreScenario. */
  readonly leaseLateness?: Micros;
  readonly invariants?: () => readonly Invariant<KvServer>[];
  /** What else is reachable. Default: that a leader steps down. */
  readonly expects?: readonly string[];
  readonly goals?: readonly Goal[];
}

/** It asks one server only, and does not wait long for one that is down. */
export const shortOfTime: ClientOptions = { ...impatientClient, waitMax: ms(500) };

/** Index and lease reads of a few registers, which others write. */
export function linearizableReads(scenario: Reads): Scenario {
  const { variant, about, readers, faults, raft = {}, syncLatency = ms(1) } = scenario;
  const { client = impatientClient, operations = [], answeredWithin = ANSWERED } = scenario;
  const { leaseLateness, invariants, goals = [] } = scenario;
  const leaseReads = readers.some(({ read }) => read === "lease");
  const followerReads = readers.some(({ of }) => of !== undefined);
  const administrators = [...new Set(operations.map((planned) => planned.client))];
  return storeScenario({
    name: `raft-linearizable-reads${variant}`,
    about,
    plan: (streams) => ({
      servers: SERVERS,
      clients: [...CLIENTS, ...administrators],
      disk: { syncLatency: constant(syncLatency) },
      settings: storeSettings({ leaseReads, followerReads, ...raft }, { client }),
      operations: [...writesOf(scenario), ...readsOf(scenario), ...operations],
      faults: [...faults(streams.stream("read faults"))],
      calm: CALM,
      horizon: HORIZON,
    }),
    ...(leaseLateness === undefined ? {} : { leaseLateness }),
    invariants: (plan) => [
      measureOperations("reads by kind", metricOf),
      measureReads((operation) => readWay(operation) !== undefined),
      measureShare("leaseReadMs", "indexReadMs"),
      readsAreAnswered("READS-ANSWERED", answeredWithin, isOfLeader),
      ...(invariants?.() ?? []),
      operationsReturn("RETURN", { by: HORIZON }, plan),
      readsEnd("READS-END", { from: CALM, by: HORIZON }),
      everyoneAgrees("AGREEMENT", { from: CALM, by: HORIZON }),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok", ...(scenario.expects ?? ["leader stepped down"])],
    goals,
  });
}

/** Whether it reads of whoever leads. */
function isOfLeader(operation: Plain): boolean {
  return readWay(operation) !== undefined && askedAlone(operation) === undefined;
}

/** `leaseReadMs` and `indexReadMs` of whoever leads; `oneServerReadMs` of one server only. */
function metricOf(operation: Plain): string | undefined {
  const way = readWay(operation);
  if (way === undefined) return undefined;
  return isOfLeader(operation) ? `${way}ReadMs` : "oneServerReadMs";
}

function writesOf({ writesEvery = ms(10), pinnedWriters }: Reads): PlannedOperation[] {
  const pace = { clients: WRITERS, from: BEGIN, until: CALM, every: writesEvery };
  if (pinnedWriters !== true) return writes(pace, { keys: KEYS });
  return WRITERS.flatMap((client, c) =>
    writes({ ...pace, clients: [client] }, { keys: KEYS, server: SERVERS[c]! }),
  );
}

/** Reads of a few keys, each client in its own way. */
function readsOf({ readers, readsEvery: every = ms(30) }: Reads): PlannedOperation[] {
  return READERS.flatMap((client, c) => {
    const { read, of } = readers[c % readers.length]!;
    return Array.from({ length: READING / every }, (_, n) => {
      const get = { id: `${client}.${n}`, op: "get", key: `k${(n % KEYS) + 1}`, read };
      const operation = of === undefined ? get : { ...get, server: of[n % of.length]! };
      return { at: BEGIN + n * every + c * (every / 10), client, operation };
    });
  });
}
