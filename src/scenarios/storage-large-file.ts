// Group J: files of many chunks. Names and figures are those of the scenario catalogue.

import { operationsEndAs } from "../invariants/storage-endings.ts";
import {
  blocksAreSettled,
  consensusTakesAtMost,
  measureConfirmations,
} from "../invariants/storage-finality.ts";
import {
  holdsOnlySome,
  nothingIsLeftOver,
  placementIsEven,
  replicatesBy,
} from "../invariants/storage-placement.ts";
import { replicasAreComplete } from "../invariants/storage-proofs.ts";
import { isStruckAt } from "../invariants/storage-strikes.ts";
import { OVERHEAD_BYTES } from "../protocols/storage-quorum/cipher.ts";
import { defaultStorageQuorumOptions } from "../protocols/storage-quorum/options.ts";
import type { Fault } from "../sim/fault.ts";
import type { Invariant } from "../sim/invariant.ts";
import { constant } from "../sim/random/distribution.ts";
import type { Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
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
import {
  endingsOf,
  logins,
  ok,
  operationsOf,
  SETTLE,
  type Step,
  step,
} from "./storage-operations.ts";

const { chunkBytes: CHUNK_BYTES } = defaultStorageQuorumOptions;
const CHUNKS = 40;
/** 10 MiB. */
const BYTES = CHUNKS * CHUNK_BYTES;
const REPLICATION = 3;
const UPLOAD_AT: Micros = seconds(12);
const HORIZON: Micros = seconds(100);
const LATENCY: Micros = ms(5);
const SYNC: Micros = ms(1);
/** Of a link: 125 MB/s are a Gigabit Ethernet. */
const RATES = [31_250_000, 62_500_000, 125_000_000];
/** A link's queue takes the whole file. */
const QUEUE_BYTES = 2 * BYTES;

/** Other sizes, and how many chunks they make. */
const SIZES: readonly (readonly [name: string, sizeBytes: number, chunkCount: number])[] = [
  ["empty", 0, 0],
  ["byte", 1, 1],
  ["chunk", CHUNK_BYTES, 1],
  ["more", CHUNK_BYTES + 1, 2],
];

/** A variant with its weather. */
interface LargeFile {
  readonly variant: string;
  readonly about: string;
  readonly nodeCount: number;
  readonly faults: readonly Fault[];
  /** Whether other sizes are uploaded first. */
  readonly hasOtherSizes?: boolean;
  /** By when every chunk has its replicas: with all nodes well 30 s after its upload. */
  readonly completeBy: Micros;
  readonly invariants?: (plan: StoragePlan) => readonly Invariant<StorageServer>[];
}

const COMPLETE_BY: Micros = UPLOAD_AT + seconds(30);

function sizeSteps(fill: number): readonly Step[] {
  return SIZES.flatMap(([name, sizeBytes, chunkCount], i) => {
    const file = `c2/${name}`;
    const at = UPLOAD_AT - seconds(4) + i * ms(200);
    const confirmations = chunkCount === 0 ? 0 : 2;
    const by = (id: string, after: Micros) => ({
      id: `${name} ${id}`,
      client: "c2",
      at: at + after,
    });
    return [
      step(
        by("upload", 0),
        { op: "upload", name, sizeBytes, fill: fill + i },
        ok({ file, status: "confirmed", chunkCount, confirmations }),
      ),
      step(by("download", ms(100)), { op: "download", file }, ok({ sizeBytes })),
    ];
  });
}

function largeSteps(
  fill: number,
  { hasOtherSizes = false, completeBy }: LargeFile,
): readonly Step[] {
  const file = "c1/film";
  const by = (id: string, at: Micros) => ({ id, client: "c1", at });
  const chunks = Array.from({ length: CHUNKS }, (_, index) => ({ index, required: 2 }));
  return [
    ...logins(hasOtherSizes ? ["c1", "c2"] : ["c1"], UPLOAD_AT - seconds(5)),
    ...(hasOtherSizes ? sizeSteps(fill + 1) : []),
    step(
      by("upload", UPLOAD_AT),
      { op: "upload", name: "film", sizeBytes: BYTES, fill },
      ok({ file, status: "confirmed", chunkCount: CHUNKS, confirmations: 2 }, seconds(10)),
    ),
    step(by("info", completeBy), { op: "info", file }, ok({ sizeBytes: BYTES, chunks })),
    step(
      by("download", completeBy + seconds(5)),
      { op: "download", file },
      ok({ sizeBytes: BYTES }, seconds(10)),
    ),
  ];
}

function largeFile(large: LargeFile): Scenario {
  const { variant, about, nodeCount, faults, completeBy, hasOtherSizes = false } = large;
  const nodes = hostNames(nodeCount);
  return storageScenario({
    name: `sq-large-file${variant}`,
    about,
    plan: (streams) => {
      const random = streams.stream("workload");
      const bytesPerSecond = random.pick(RATES);
      return {
        servers: storageServers(nodeCount),
        clients: hasOtherSizes ? ["c1", "c2"] : ["c1"],
        settings: storageSettings({ replication: REPLICATION, bandwidthMin: RATES[0]! }),
        network: {
          latency: constant(LATENCY),
          bandwidth: [{ bytesPerSecond, queueBytes: QUEUE_BYTES, per: "link" }],
        },
        disk: { syncLatency: constant(SYNC) },
        operations: operationsOf(largeSteps(random.int(0, 1_000_000), large)),
        faults,
        calm: completeBy,
        horizon: HORIZON,
      };
    },
    invariants: (plan) => [
      operationsEndAs("ENDINGS", endingsOf(largeSteps(0, large))),
      blocksAreSettled("FINAL", plan.settings.options.consensusTimeout + seconds(1)),
      replicatesBy("COMPLETE", {
        ...{ replicas: REPLICATION, files: hasOtherSizes ? SIZES.length + 1 : 1 },
        ...{ from: UPLOAD_AT, by: completeBy },
      }),
      replicasAreComplete("SQ-REPLICATION", { replication: REPLICATION, mayLie: liarsOf(plan) }),
      placementIsEven("EVEN", { nodes, spreadMax: faults.length === 0 ? 1 : CHUNKS }),
      nothingIsLeftOver("LEFT-OVER", SETTLE),
      measureConfirmations(),
      ...(large.invariants?.(plan) ?? []),
    ],
  });
}

/**
 * From the upload's arrival at the backend: there and back, the way of all ciphertexts over one
 * link, and a sync; the sends to several nodes overlap. A tenth more for what else is to be done.
 */
function bestTime({ network }: StoragePlan): Micros {
  const [line] = network.bandwidth;
  const bytesPerSecond = line?.bytesPerSecond ?? Number.POSITIVE_INFINITY;
  const transfer = (CHUNKS * (CHUNK_BYTES + OVERHEAD_BYTES) * 1_000_000) / bytesPerSecond;
  return Math.floor((2 * LATENCY + transfer + SYNC) * 1.1);
}

const BACK: Micros = UPLOAD_AT + seconds(20);

const LARGE_FILES: readonly LargeFile[] = [
  {
    variant: "",
    about: "A file of 40 chunks goes to three nodes at once, and others of odd sizes before it.",
    ...{ nodeCount: 3, faults: [], hasOtherSizes: true, completeBy: COMPLETE_BY },
    invariants: (plan) => [consensusTakesAtMost("CONSENSUS-TIME", bestTime(plan))],
  },
  {
    variant: "/6-nodes",
    about: "The replicas of 40 chunks are spread evenly over six nodes.",
    ...{ nodeCount: 6, faults: [], completeBy: COMPLETE_BY },
  },
  {
    variant: "/dies-at-20",
    about:
      "One of three nodes dies when it has stored 20 of 40 chunks, and is mended when it is back.",
    nodeCount: 3,
    completeBy: BACK + seconds(30),
    faults: [
      {
        ...{ kind: "crashPoint", at: UPLOAD_AT, lasting: BACK - UPLOAD_AT, hosts: ["n3"] },
        ...{ point: "emit replica stored", after: 20 },
      },
    ],
    invariants: () => [
      isStruckAt("STRUCK", "n3", { hasReceived: true, isDurable: true, hasConfirmed: true }),
    ],
  },
  {
    variant: "/some-chunks",
    about: "One of three nodes is down, and another one gets half of 40 chunks at first.",
    nodeCount: 3,
    completeBy: BACK + seconds(30),
    faults: [
      { kind: "crash", at: UPLOAD_AT - ms(1), lasting: BACK - UPLOAD_AT, hosts: ["n3"] },
      {
        ...{ kind: "loss", at: UPLOAD_AT, lasting: seconds(3), probability: 0.5 },
        ...{ from: [BACKEND], to: ["n2"], bothWays: false, types: ["store"] },
      },
    ],
    invariants: () => [
      holdsOnlySome("SOME-CHUNKS", { all: "n1", some: "n2", by: UPLOAD_AT + seconds(5) }),
    ],
  },
];

export const storageLargeFile: readonly Scenario[] = LARGE_FILES.map(largeFile);
