// Group J, sq-proof-of-storage-challenge: audits find what is missing, and it is made anew.

import { challengesAreFresh } from "../invariants/storage-challenges.ts";
import {
  type DetectionTerms,
  lostReplicasAreFound,
  silentNodesAreDoubted,
} from "../invariants/storage-losses.ts";
import { replicasAreComplete } from "../invariants/storage-proofs.ts";
import { lostReplicasAreReplaced, restartedNodesProve } from "../invariants/storage-repairs.ts";
import { measureLiars, reputationFollows } from "../invariants/storage-reputation.ts";
import { operationsSucceed } from "../invariants/storage-requests.ts";
import { defaultStorageQuorumOptions } from "../protocols/storage-quorum/options.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import type { Invariant } from "../sim/invariant.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { Random } from "../sim/random/random.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import type { LyingBehaviour } from "./lying-storage/lies.ts";
import { hostNames } from "./raft-cluster.ts";
import {
  BACKEND,
  liarsOf,
  type StoragePlan,
  type StorageServer,
  storageScenario,
  storageServers,
  storageSettings,
} from "./storage-cluster.ts";

const NODES = hostNames(5);
const REPLICATION = 3;
const CLIENT = "c1";
const FILES = 20;
const CHUNK_BYTES = 1_000;
const BEGIN = seconds(10);
/** Well after the last upload: its bytes are with storage nodes only. */
const TROUBLE = seconds(100);
const SPREAD = seconds(60);

const { challengeInterval, challengeTimeout, missedChallengesMax, repairInterval } =
  defaultStorageQuorumOptions;
const TERMS: DetectionTerms = { challengeInterval, challengeTimeout };
/** A node holds about eighteen replicas: the bound is then 18 minutes. */
const HORIZON = seconds(1_500);
const READS = HORIZON - seconds(60);
/** The next repair begins by then, fetches and stores. */
const REPAIR_MAX = 2 * repairInterval;

function uploads(random: Random): PlannedOperation[] {
  return Array.from({ length: FILES }, (_, n) => {
    const fill = random.int(0, 1_000_000);
    const sizeBytes = random.int(200, 2 * CHUNK_BYTES);
    const operation = { id: `up${n}`, op: "upload", name: `f${n}`, sizeBytes, fill };
    return { at: BEGIN + n * ms(500), client: CLIENT, operation };
  });
}

/** All of them in the end; nobody reads before, so that only audits find what is lost. */
function downloads(): PlannedOperation[] {
  return Array.from({ length: FILES }, (_, n) => {
    const operation = { id: `down${n}`, op: "download", file: `${CLIENT}/f${n}` };
    return { at: READS + n * ms(500), client: CLIENT, operation };
  });
}

interface Proofs {
  readonly variant: string;
  readonly about: string;
  /** What happens to one node, at a time. */
  readonly faults: (node: NodeId, at: Micros, random: Random) => readonly Fault[];
  readonly invariants?: (plan: StoragePlan) => readonly Invariant<StorageServer>[];
  readonly expects?: readonly string[];
  readonly goals: readonly Goal[];
}

function proofs({ variant, about, faults, ...rest }: Proofs): Scenario {
  const { invariants = allAreThere, expects = [], goals } = rest;
  return storageScenario({
    name: `sq-proof-of-storage-challenge${variant}`,
    about,
    plan: (streams) => {
      const random = streams.stream("trouble");
      return {
        servers: storageServers(NODES.length),
        clients: [CLIENT],
        settings: storageSettings({ chunkBytes: CHUNK_BYTES, leafBytes: 100 }),
        network: { latency: uniform(ms(1), ms(5)) },
        disk: { damagedHostsMax: 1 },
        operations: [...uploads(streams.stream("workload")), ...downloads()],
        faults: faults(random.pick(NODES), TROUBLE + random.int(0, SPREAD), random),
        horizon: HORIZON,
      };
    },
    invariants: (plan) => [
      lostReplicasAreFound("SQ-FOUND", TERMS),
      lostReplicasAreReplaced("SQ-REPAIRED", { replication: REPLICATION, within: REPAIR_MAX }),
      challengesAreFresh("SQ-FRESH", plan.settings.options.leafBytes),
      restartedNodesProve("SQ-PROVEN-ANEW"),
      reputationFollows("SQ-REPUTATION"),
      measureLiars(),
      operationsSucceed("SERVED", () => true, { count: 2 * FILES, by: HORIZON }),
      ...invariants(plan),
    ],
    expects: ["block settled", "challenge passed", ...expects],
    goals,
  });
}

/** In the end every chunk has all of its replicas, and with those who do not lie. */
function allAreThere(plan: StoragePlan): readonly Invariant<StorageServer>[] {
  const mayLie = liarsOf(plan);
  return [replicasAreComplete("SQ-REPLICATION", { replication: REPLICATION, mayLie })];
}

/** Some of what the liar does not have may be yet to be found in the end. */
const notYetAll = (): readonly Invariant<StorageServer>[] => [];

/** Whatever is found missing is made anew from good replicas. */
const REPAIRED: Goal = { metric: "repairBytes", atLeast: 1, share: 0.95 };
/** In the end nobody who reads can have found it. */
const FOUND_BY_AUDITS: Goal = { metric: "foundByAudits", atLeast: 1, share: 0.95 };

/** From the beginning on, and for good. */
function lies(behaviour: LyingBehaviour): (node: NodeId) => readonly Fault[] {
  return (node) => [{ kind: "byzantine", at: 0, lasting: HORIZON, hosts: [node], behaviour }];
}

const SLOW = seconds(300);
/** Far more than a holder has for its answer. */
const ANSWERS_TAKE = uniform(seconds(12), seconds(20));

export const storageProofs: readonly Scenario[] = [
  proofs({
    variant: "",
    about: "Bits rot at one of five storage nodes: audits find it, and good replicas repair it.",
    faults: (node, at, random) =>
      // One after the other, each in some file.
      Array.from({ length: random.int(1, 6) }, (_, i) => ({
        ...{ kind: "bitRot", at: at + i * seconds(20), lasting: 1, hosts: [node] },
        ...{ files: [], bits: 1, sparedBytes: 0 },
      })),
    expects: ["replica damaged"],
    goals: [FOUND_BY_AUDITS, REPAIRED],
  }),
  proofs({
    variant: "/wiped",
    about: "One of five storage nodes comes back with an empty disk, and is not believed.",
    faults: (node, at, random) => [
      { kind: "wipe", at, lasting: random.int(seconds(1), seconds(20)), hosts: [node] },
    ],
    expects: ["challenge failed"],
    goals: [
      REPAIRED,
      // It is challenged as soon as it is listed in another life.
      { metric: "detectionMs", atMost: seconds(6) / ms(1), share: 0.95 },
    ],
  }),
  proofs({
    variant: "/lost-writes",
    about: "The disk of one of five storage nodes forgets writes: a crash shows what is missing.",
    faults: (node, at) => [
      { kind: "lostWrites", at: 0, lasting: at - seconds(1), hosts: [node], probability: 0.5 },
      { kind: "crash", at, lasting: seconds(2), hosts: [node] },
    ],
    goals: [REPAIRED],
  }),
  proofs({
    variant: "/deleted",
    about: "One of five storage nodes confirms replicas and stores none.",
    faults: lies("acks without storing"),
    expects: ["lie", "challenge failed"],
    goals: [FOUND_BY_AUDITS, REPAIRED],
  }),
  proofs({
    variant: "/hashes-only",
    about: "One of five storage nodes keeps hashes, which no challenge asks for.",
    faults: lies("stores hashes only"),
    invariants: notYetAll,
    expects: ["lie", "challenge failed"],
    goals: [FOUND_BY_AUDITS, REPAIRED],
  }),
  proofs({
    variant: "/old-answers",
    about: "One of five storage nodes answers challenges with proofs that it gave before.",
    faults: lies("answers with an old proof"),
    invariants: notYetAll,
    expects: ["lie", "challenge failed"],
    goals: [FOUND_BY_AUDITS, REPAIRED],
  }),
  proofs({
    variant: "/slow-answers",
    about: "Proofs of one of five storage nodes come too late: it is doubted, until it answers.",
    faults: (node, at) => [
      {
        ...{ kind: "latency", at, lasting: SLOW, from: [node], to: [BACKEND], bothWays: false },
        ...{ types: ["proof"], added: ANSWERS_TAKE },
      },
    ],
    invariants: (plan) => [
      ...allAreThere(plan),
      silentNodesAreDoubted("SQ-DOUBTED", { ...TERMS, missedChallengesMax, type: "latency" }),
    ],
    expects: ["challenge missed"],
    goals: [
      { metric: "challenge missed", atLeast: missedChallengesMax, share: 1 },
      { metric: "doubtedMs", atLeast: 1, share: 1 },
    ],
  }),
];
