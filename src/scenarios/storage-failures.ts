// Group J: a storage node that fails before it has confirmed its replica. Names and figures are
// those of the scenario catalogue.

import { operationsEndAs } from "../invariants/storage-endings.ts";
import {
  blocksAreSettled,
  confirmsAtQuorum,
  measureConfirmations,
} from "../invariants/storage-finality.ts";
import { nothingIsLeftOver, replicatesBy } from "../invariants/storage-placement.ts";
import { replicasAreComplete } from "../invariants/storage-proofs.ts";
import { isStruckAt, type Moment } from "../invariants/storage-strikes.ts";
import { defaultStorageQuorumOptions } from "../protocols/storage-quorum/options.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import type { Invariant } from "../sim/invariant.ts";
import { constant } from "../sim/random/distribution.ts";
import type { Random } from "../sim/random/random.ts";
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
  refused,
  SETTLE,
  type Step,
  step,
} from "./storage-operations.ts";

const NODES = hostNames(3);
const FILE = "c1/ledger";
const BYTES = 1_200;
const TIMEOUT: Micros = seconds(60);
const UPLOAD_AT: Micros = seconds(12);
const BACK_AT: Micros = seconds(50);
const HORIZON: Micros = seconds(110);

/** What a node that fails before it confirms has come to. */
interface Failure {
  readonly variant: string;
  readonly about: string;
  readonly moment: Moment;
  /** What strikes it; `latency` is that of each message. */
  readonly faults: (node: NodeId, latency: Micros, random: Random) => readonly Fault[];
}

const RECEIVED: Moment = { hasReceived: true, isDurable: false, hasConfirmed: false };
/** What it had not synced may be there after all. */
const UNSYNCED: Moment = { hasReceived: true, hasConfirmed: false };
const WRITTEN: Moment = { hasReceived: true, isDurable: true, hasConfirmed: false };
const NOTHING: Moment = { hasReceived: false, isDurable: false, hasConfirmed: false };

const FAILURES: readonly Failure[] = [
  {
    variant: "",
    about: "One of three nodes loses its power when it has a replica and has not confirmed it.",
    moment: UNSYNCED,
    faults: (node) => [dies(node, "before sync", 0)],
  },
  {
    variant: "/before-receiving",
    about: "One of three nodes loses its power just before its replica comes.",
    moment: NOTHING,
    faults: (node, latency, random) => {
      // The upload is with the backend, and the replica under way.
      const at = UPLOAD_AT + latency + random.int(1, latency - 1);
      return [{ kind: "crash", at, lasting: BACK_AT - at, hosts: [node] }];
    },
  },
  {
    variant: "/after-write",
    about: "One of three nodes loses its power when its replica is durable and not confirmed.",
    moment: WRITTEN,
    // The bytes are synced first, and then the name.
    faults: (node) => [dies(node, "after sync", 1)],
  },
  {
    variant: "/stopped",
    about: "One of three nodes is stopped when it has a replica and has not confirmed it.",
    moment: RECEIVED,
    faults: (node, latency) => whileSyncing(node, latency, "stop"),
  },
  {
    variant: "/hung",
    about: "One of three nodes stands still when it has a replica and has not confirmed it.",
    moment: RECEIVED,
    faults: (node, latency) => whileSyncing(node, latency, "pause"),
  },
];

function dies(node: NodeId, point: "before sync" | "after sync", after: number): Fault {
  const at = UPLOAD_AT;
  return { kind: "crashPoint", at, lasting: BACK_AT - at, hosts: [node], point, after };
}

/** Its disk is slow, so that it can be struck between the replica and the confirmation. */
function whileSyncing(node: NodeId, latency: Micros, kind: "stop" | "pause"): readonly Fault[] {
  const strike = UPLOAD_AT + 2 * latency + ms(20);
  return [
    {
      ...{ kind: "slowDisk", at: UPLOAD_AT, lasting: seconds(1) },
      ...{ hosts: [node], added: constant(ms(40)) },
    },
    { kind, at: strike, lasting: BACK_AT - strike, hosts: [node] },
  ];
}

/** The operation that asks who holds the file before the third is back. */
const TWO = "two hold it";

function beforeSteps(fill: number, sizeBytes: number, chunkCount: number): readonly Step[] {
  const by = (id: string, at: Micros) => ({ id, client: "c1", at });
  const held = (holders: readonly NodeId[]) => ({
    status: "confirmed",
    chunks: Array.from({ length: chunkCount }, (_, index) => ({
      ...{ index, required: 2, holders },
    })),
  });
  const asked = { op: "info", file: FILE };
  return [
    ...logins(["c1"], UPLOAD_AT - seconds(1)),
    step(
      by("upload", UPLOAD_AT),
      { op: "upload", name: "ledger", sizeBytes, fill },
      ok({ file: FILE, status: "confirmed", chunkCount, confirmations: 2 }, TIMEOUT),
    ),
    step(by(TWO, BACK_AT - seconds(5)), asked, ok(held(["n1", "n2"]))),
    step(
      by("downloaded from two", BACK_AT - seconds(4)),
      { op: "download", file: FILE },
      ok({ sizeBytes }, 2 * defaultStorageQuorumOptions.requestTimeout),
    ),
    step(by("all hold it", HORIZON - seconds(2)), asked, ok(held(NODES))),
  ];
}

/** One of three fails during the upload; two are enough, the third is mended when it is back. */
function failsBefore({ variant, about, moment, faults }: Failure): Scenario {
  return storageScenario({
    name: `sq-3a-fail-before-confirm${variant}`,
    about,
    plan: (streams) => {
      const random = streams.stream("strike");
      const latency = ms(random.int(2, 18));
      return {
        servers: storageServers(3),
        clients: ["c1"],
        settings: storageSettings({ consensusTimeout: TIMEOUT }),
        network: { latency: constant(latency) },
        operations: operationsOf(beforeSteps(random.int(0, 1_000_000), BYTES, 1)),
        faults: faults("n3", latency, random),
        calm: BACK_AT,
        horizon: HORIZON,
      };
    },
    invariants: (plan) => [
      operationsEndAs("ENDINGS", endingsOf(beforeSteps(0, BYTES, 1))),
      isStruckAt("STRUCK", "n3", moment),
      ...mendedAfter(plan),
    ],
  });
}

/** What holds of all in which a node comes back after the upload. */
function mendedAfter(plan: StoragePlan): readonly Invariant<StorageServer>[] {
  return [
    confirmsAtQuorum("AT-QUORUM", plan.settings.options),
    blocksAreSettled("FINAL", TIMEOUT + seconds(1)),
    replicatesBy("MENDED", {
      ...{ replicas: 3, files: 1 },
      ...{ from: BACK_AT, by: HORIZON - seconds(2) },
    }),
    replicasAreComplete("SQ-REPLICATION", { replication: 3, mayLie: liarsOf(plan) }),
    nothingIsLeftOver("LEFT-OVER", SETTLE),
    measureConfirmations(),
  ];
}

const MANY = 40;
const CHUNK_BYTES = 30;
/** Who holds which chunks before the third is back is not known. */
const manySteps = beforeSteps(0, MANY * CHUNK_BYTES, MANY).filter(
  ({ planned }) => planned.operation.id !== TWO,
);

/** As test_node_failure is meant: one of three dies amid the chunks of one file. */
const failsAmidChunks: Scenario = storageScenario({
  name: "sq-3a-fail-before-confirm/40-chunks",
  about: "One of three nodes loses its power when it has confirmed some of 40 chunks.",
  plan: (streams) => {
    const random = streams.stream("strike");
    return {
      servers: storageServers(3),
      clients: ["c1"],
      settings: storageSettings({ consensusTimeout: TIMEOUT, chunkBytes: CHUNK_BYTES }),
      operations: operationsOf(beforeSteps(random.int(0, 1_000_000), MANY * CHUNK_BYTES, MANY)),
      faults: [
        {
          ...{ kind: "crashPoint", at: UPLOAD_AT, lasting: BACK_AT - UPLOAD_AT, hosts: ["n3"] },
          ...{ point: "emit replica stored", after: random.int(1, MANY - 1) },
        },
      ],
      calm: BACK_AT,
      horizon: HORIZON,
    };
  },
  invariants: (plan) => [
    operationsEndAs("ENDINGS", endingsOf(manySteps)),
    isStruckAt("STRUCK", "n3", { hasReceived: true, isDurable: true, hasConfirmed: true }),
    ...mendedAfter(plan),
  ],
});

const LATE: Micros = seconds(3);

/** With one dead and one late the modes differ: one says early that the file is pending. */
function failsWithLateSecond(isPendingAllowed: boolean): Scenario {
  const mode = isPendingAllowed ? "pending" : "strict";
  return storageScenario({
    name: `sq-3a-fail-before-confirm/late-${mode}`,
    about: `One of three nodes dies, another confirms 3 s late: ${mode} until then.`,
    plan: (streams) => {
      const random = streams.stream("strike");
      return {
        servers: storageServers(3),
        clients: ["c1", "c2"],
        settings: storageSettings({ consensusTimeout: TIMEOUT, isPendingAllowed }),
        operations: operationsOf(lateSteps(random.int(0, 1_000_000), isPendingAllowed)),
        faults: [dies("n3", "before sync", 0), lateConfirmations("n2", LATE, UPLOAD_AT)],
        calm: BACK_AT,
        horizon: HORIZON,
      };
    },
    invariants: (plan) => [
      operationsEndAs("ENDINGS", endingsOf(lateSteps(0, isPendingAllowed))),
      isStruckAt("STRUCK", "n3", UNSYNCED),
      ...mendedAfter(plan),
    ],
  });
}

function lateConfirmations(node: NodeId, added: Micros, at: Micros): Fault {
  return {
    ...{ kind: "latency", at, lasting: seconds(30), added: constant(added) },
    ...{ from: [node], to: [BACKEND], bothWays: false, types: ["stored"] },
  };
}

function lateSteps(fill: number, isPending: boolean): readonly Step[] {
  const by = (id: string, client: NodeId, at: Micros) => ({ id, client, at: UPLOAD_AT + at });
  const upload = { op: "upload", name: "ledger", sizeBytes: BYTES, fill };
  const user = "c1";
  const download = { op: "download", file: FILE, user };
  const receipt = { file: FILE, chunkCount: 1 };
  return [
    ...logins(["c1"], UPLOAD_AT - seconds(2)),
    step({ id: "c2 logs in", client: "c2", at: UPLOAD_AT - seconds(1) }, { op: "login", user }),
    step(
      by("upload", "c1", 0),
      upload,
      isPending
        ? ok({ ...receipt, status: "pending", confirmations: 1 }, seconds(2))
        : {
            ...ok({ ...receipt, status: "confirmed", confirmations: 2 }, seconds(4)),
            notWithin: LATE,
          },
    ),
    step(by("too early", "c2", seconds(2)), download, refused("not confirmed")),
    step(
      by("listed early", "c2", ms(2_200)),
      { op: "list", user },
      ok({ files: isPending ? [FILE] : [] }),
    ),
    step(by("in time", "c2", seconds(10)), download, ok({ sizeBytes: BYTES }, seconds(2))),
    step(
      by("stats", "c2", seconds(15)),
      { op: "stats", user },
      ok({ blocks: 1, pending: 0, confirmed: 1, rejected: 0 }),
    ),
  ];
}

export const storageFailures: readonly Scenario[] = [
  ...FAILURES.map(failsBefore),
  failsAmidChunks,
  failsWithLateSecond(false),
  failsWithLateSecond(true),
];
