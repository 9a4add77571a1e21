// Group J, sq-byzantine-storage: storage nodes that lie.

import { lostReplicasAreFound } from "../invariants/storage-losses.ts";
import { membershipIsTrue } from "../invariants/storage-membership.ts";
import { replicasAreComplete } from "../invariants/storage-proofs.ts";
import { fullNodesAreSpared } from "../invariants/storage-repairs.ts";
import { measureLiars, reputationFollows } from "../invariants/storage-reputation.ts";
import { operationsSucceed } from "../invariants/storage-requests.ts";
import type { StorageQuorumOptions } from "../protocols/storage-quorum/options.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import type { Invariant } from "../sim/invariant.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { Random, Streams } from "../sim/random/random.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { LYING_BEHAVIOURS, type LyingBehaviour } from "./lying-storage/lies.ts";
import { hostNames } from "./raft-cluster.ts";
import {
  BACKEND,
  DISCOVERY,
  liarsOf,
  type StoragePlan,
  type StorageServer,
  storageScenario,
  storageServers,
  storageSettings,
} from "./storage-cluster.ts";

const CLIENTS = hostNames(2, "c");
const FILES = 10;
const CHUNK_BYTES = 1_000;
/** By then everybody has reported once more, and boasted of what room there is. */
const BEGIN = seconds(20);
const READS = seconds(40);
const READS_AGAIN = seconds(450);
const HORIZON = seconds(480);
/** As much as all replicas of a node take, by far; and too little for what a boaster is given. */
const CAPACITY_BYTES = 100_000;
const LITTLE_BYTES = 4_000;

const OPTIONS: Partial<StorageQuorumOptions> = {
  ...{ chunkBytes: CHUNK_BYTES, leafBytes: 100, challengeInterval: seconds(10) },
};

function uploads(random: Random): PlannedOperation[] {
  return Array.from({ length: FILES }, (_, n) => {
    const client = CLIENTS[n % CLIENTS.length]!;
    const fill = random.int(0, 1_000_000);
    // Never less than two leaves, so that there is one that a liar has not kept.
    const sizeBytes = random.int(200, 3 * CHUNK_BYTES);
    const operation = { id: `up${n}`, op: "upload", name: `f${n}`, sizeBytes, fill };
    return { at: BEGIN + n * ms(700), client, operation };
  });
}

function downloads(at: Micros, what: string): PlannedOperation[] {
  return Array.from({ length: FILES }, (_, n) => {
    const client = CLIENTS[n % CLIENTS.length]!;
    const operation = { id: `${what}${n}`, op: "download", file: `${client}/f${n}` };
    return { at: at + n * ms(700), client, operation };
  });
}

/** The hosts lie from the beginning, and do not stop. */
function lie(behaviour: LyingBehaviour, hosts: readonly NodeId[]): Fault {
  return { kind: "byzantine", at: 0, lasting: HORIZON, hosts, behaviour };
}

interface Liars {
  readonly variant: string;
  readonly about: string;
  readonly nodes?: number;
  readonly options?: Partial<StorageQuorumOptions>;
  readonly faults: (streams: Streams) => readonly Fault[];
  readonly capacityOf?: Readonly<Record<NodeId, number>>;
  readonly invariants?: (plan: StoragePlan) => readonly Invariant<StorageServer>[];
  readonly expects?: readonly string[];
  readonly goals?: readonly Goal[];
}

function liars({ variant, about, nodes = 4, options = {}, ...rest }: Liars): Scenario {
  const { faults, capacityOf = {}, invariants = servesAll, expects = [], goals = [] } = rest;
  return storageScenario({
    name: `sq-byzantine-storage${variant}`,
    about,
    plan: (streams) => ({
      servers: storageServers(nodes),
      clients: CLIENTS,
      settings: storageSettings(
        { ...OPTIONS, ...options },
        { capacityBytes: CAPACITY_BYTES, capacityOf },
      ),
      network: { latency: uniform(ms(1), ms(5)) },
      operations: [
        ...uploads(streams.stream("workload")),
        ...downloads(READS, "soon"),
        ...downloads(READS_AGAIN, "late"),
      ],
      faults: faults(streams),
      calm: READS,
      horizon: HORIZON,
    }),
    invariants: (plan) => [
      measureLiars(),
      fullNodesAreSpared("SQ-FULL"),
      lostReplicasAreFound("SQ-FOUND", plan.settings.options),
      reputationFollows("SQ-REPUTATION"),
      membershipIsTrue("SQ-MEMBERS", {
        ...{ backend: BACKEND, discovery: DISCOVERY, replication: 3 },
        ...{ silenceMax: seconds(60), absenceMax: seconds(16), lagMax: seconds(6) },
      }),
      ...invariants(plan),
    ],
    expects: ["lie", "block settled", ...expects],
    goals,
  });
}

/** Uploads are confirmed and downloads give their bytes, as if nobody lied. */
function servesAll(): readonly Invariant<StorageServer>[] {
  const isMeant = () => true;
  return [operationsSucceed("SERVED", isMeant, { count: 3 * FILES, by: HORIZON })];
}

/** In the end all replicas are with those who do not lie. */
function endsWithoutThem(plan: StoragePlan): readonly Invariant<StorageServer>[] {
  const mayLie = liarsOf(plan);
  return [...servesAll(), replicasAreComplete("SQ-REPLICATION", { replication: 3, mayLie })];
}

const anyOf = (streams: Streams, count: number): NodeId =>
  streams.stream("liar").pick(hostNames(count));

/** Of holders of equal reputation the first by name is asked first. */
const ASKED_FIRST = "n1";

const FOUND: Goal = { metric: "liarsFound", atLeast: 1, share: 1 };
const FOUND_BY_AUDITS: Goal = { metric: "liarsFoundByAudits", atLeast: 1, share: 0.95 };

const onePerBehaviour: readonly Scenario[] = [
  liars({
    variant: "",
    about: "One of four storage nodes lies, in some way: nobody's file is lost, or damaged.",
    faults: (streams) => {
      const behaviour = streams.stream("behaviour").pick(LYING_BEHAVIOURS);
      return [lie(behaviour, [anyOf(streams, 4)])];
    },
  }),
  liars({
    variant: "/acks-without-storing",
    about: "One of four storage nodes confirms what it does not store: audits find that.",
    faults: (streams) => [lie("acks without storing", [anyOf(streams, 4)])],
    invariants: endsWithoutThem,
    goals: [FOUND, FOUND_BY_AUDITS],
  }),
  liars({
    variant: "/flips-a-bit",
    about: "One of four storage nodes flips a bit of what it gives: the next one is asked.",
    faults: () => [lie("flips a bit", [ASKED_FIRST])],
    expects: ["fetch failed"],
    goals: [{ metric: "fetch failed", atLeast: 1, share: 0.8 }],
  }),
  liars({
    variant: "/returns-another-chunk",
    about: "One of four storage nodes gives another chunk than it is asked for.",
    faults: () => [lie("returns another chunk", [ASKED_FIRST])],
    expects: ["fetch failed"],
    goals: [{ metric: "fetch failed", atLeast: 1, share: 0.8 }],
  }),
  liars({
    variant: "/old-proofs",
    about: "One of four storage nodes keeps old proofs instead of replicas: the nonce is another.",
    faults: (streams) => [lie("answers with an old proof", [anyOf(streams, 4)])],
    goals: [FOUND, FOUND_BY_AUDITS],
  }),
  liars({
    variant: "/hashes-only",
    about: "One of four storage nodes keeps a replica's hashes and its first leaf only.",
    faults: (streams) => [lie("stores hashes only", [anyOf(streams, 4)])],
    // Of those who read early some come upon it before.
    goals: [FOUND, { ...FOUND_BY_AUDITS, share: 0.8 }],
  }),
  liars({
    variant: "/two-identities",
    about: "One of four storage nodes registers under two names, and confirms twice.",
    faults: (streams) => [lie("claims two identities", [anyOf(streams, 4)])],
  }),
  liars({
    variant: "/boasts",
    about: "One of four storage nodes says that it has more room than anybody; it is full soon.",
    faults: () => [lie("lies about capacity", ["n1"])],
    capacityOf: { n1: LITTLE_BYTES },
    // What it has room for it holds as others do.
    invariants: () => [
      ...servesAll(),
      replicasAreComplete("SQ-REPLICATION", { replication: 3, mayLie: () => false }),
    ],
    expects: ["replica refused"],
    goals: [{ metric: "replica refused", atLeast: 1, share: 1 }],
  }),
  liars({
    variant: "/colluders",
    about: "Two of five storage nodes share one copy: what one has does not prove the other's.",
    nodes: 5,
    faults: (streams) => {
      const pair = streams.stream("liar").shuffle(hostNames(5)).slice(0, 2);
      return [lie("colludes with another holder", pair)];
    },
    expects: ["challenge missed"],
    goals: [FOUND],
  }),
];

const HONEST = "n3";
const LIARS = hostNames(2);

/** The only honest one is asked last: its link is slow while files come in. */
function tooLate(lasting: Micros): readonly Fault[] {
  return [
    lie("acks without storing", LIARS),
    { kind: "crash", at: AWAY, lasting, hosts: [HONEST] },
  ];
}

const AWAY = BEGIN - seconds(1);
const OUTAGE = seconds(5);

const majorities: readonly Scenario[] = [
  liars({
    variant: "/two-liars-of-three",
    about: "Two liars among three confirm what nobody has: two confirmations are not enough.",
    nodes: 3,
    // The honest one is away for good.
    faults: () => tooLate(HORIZON - AWAY),
    invariants: () => [],
    expects: ["fail"],
    goals: [
      // They are believed, and nothing of it is there.
      { metric: "uploadSuccessRate", atLeast: 100, share: 1 },
      { metric: "fail", atLeast: 2 * FILES, share: 1 },
    ],
  }),
  liars({
    variant: "/two-liars-and-three-needed",
    about: "As with two liars of three, but all three must confirm: the honest one has all files.",
    nodes: 3,
    options: { confirmationsMin: 3 },
    faults: () => tooLate(OUTAGE),
    goals: [{ metric: "uploadSuccessRate", atLeast: 100, share: 1 }, FOUND],
  }),
];

export const storageLiars: readonly Scenario[] = [...onePerBehaviour, ...majorities];
