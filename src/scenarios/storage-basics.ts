// Group J: one storage node, and a quorum of two of three. Names and figures are those of the
// scenario catalogue.

import { operationsReturn } from "../invariants/liveness.ts";
import { operationsEndAs } from "../invariants/storage-endings.ts";
import {
  confirmsAtQuorum,
  measureConfirmations,
  nothingIsOpen,
} from "../invariants/storage-finality.ts";
import { nothingIsLeftOver, replicatesBy } from "../invariants/storage-placement.ts";
import { replicasAreComplete } from "../invariants/storage-proofs.ts";
import { defaultStorageQuorumOptions } from "../protocols/storage-quorum/options.ts";
import { STORAGE_QUORUM_SITES } from "../protocols/storage-quorum/sites.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import { constant } from "../sim/random/distribution.ts";
import type { Random } from "../sim/random/random.ts";
import type { Scenario } from "../sim/scenario.ts";
import { never } from "../sim/temporal/safety.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { hostNames } from "./raft-cluster.ts";
import {
  BACKEND,
  liarsOf,
  type StorageSettings,
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
import { steadily } from "./workload.ts";

/** `Hello World`. */
const HELLO_BYTES = 11;

/** By then the backend has asked for the second time who is there. */
const READY: Micros = seconds(6);

/** What one client does with one storage node, and what others try. */
function singleSteps(fill: number): readonly Step[] {
  const file = "c1/hello";
  const upload = { op: "upload", name: "hello", sizeBytes: HELLO_BYTES, fill };
  const stranger = { op: "upload", name: "other", sizeBytes: HELLO_BYTES, fill: fill + 1 };
  const confirmed = { status: "confirmed", chunkCount: 1, blockIndex: 0, confirmations: 1 };
  const by = (id: string, client: NodeId, second: number) => ({
    id,
    client,
    at: READY + seconds(second),
  });
  return [
    ...logins(["c1", "c2"], READY + seconds(1)),
    step(by("upload", "c1", 2), upload, ok({ file, ...confirmed })),
    step(by("download", "c1", 4), { op: "download", file }, ok({ sizeBytes: HELLO_BYTES })),
    ...(["none", "wrong"] as const).flatMap((wrong, i) => [
      step(
        by(`${wrong} token uploads`, "c2", 6 + i),
        { ...stranger, token: wrong },
        refused("unauthenticated"),
      ),
      step(
        by(`${wrong} token downloads`, "c1", 6 + i),
        { op: "download", file, token: wrong },
        refused("unauthenticated"),
      ),
      step(
        by(`${wrong} password uploads`, "c2", 8 + i),
        { ...stranger, password: wrong },
        refused(wrong === "none" ? "bad request" : "wrong password"),
      ),
      step(
        by(`${wrong} password downloads`, "c1", 8 + i),
        { op: "download", file, password: wrong },
        refused(wrong === "none" ? "bad request" : "wrong password"),
      ),
    ]),
    step(by("a stranger downloads", "c2", 10), { op: "download", file }, refused("forbidden")),
    step(by("again", "c1", 10), upload, refused("exists")),
    step(by("a stranger lists", "c2", 11), { op: "list" }, ok({ files: [] })),
    step(by("the owner lists", "c1", 11), { op: "list" }, ok({ files: [file] })),
    step(
      by("stats", "c1", 12),
      { op: "stats" },
      ok({ blocks: 1, pending: 0, confirmed: 1, rejected: 0 }),
    ),
    step(by("peers", "c2", 12), { op: "peers" }, ok({ registered: 1, peers: [{ name: "n1" }] })),
  ];
}

const single: Scenario = storageScenario({
  name: "sq-single-node",
  about: "One storage node: a file is final as soon as it is stored, and only its owner gets it.",
  plan: (streams) => ({
    servers: storageServers(1),
    clients: ["c1", "c2"],
    settings: storageSettings({
      confirmationsMin: 1,
      isPendingAllowed: true,
      consensusTimeout: seconds(30),
    }),
    operations: operationsOf(singleSteps(drawFill(streams.stream("workload")))),
    faults: [],
    horizon: seconds(30),
  }),
  invariants: (plan) => [
    operationsEndAs("ENDINGS", endingsOf(singleSteps(0))),
    operationsReturn("RETURN", { by: plan.horizon }, plan),
    confirmsAtQuorum("AT-QUORUM", plan.settings.options),
    nothingIsLeftOver("LEFT-OVER", SETTLE),
    measureConfirmations(),
  ],
});

function drawFill(random: Random): number {
  return random.int(0, 1_000_000);
}

const NODES = hostNames(3);
const QUORUM_BYTES = 1_500;
const LATE: Micros = seconds(5);
const UPLOAD_AT: Micros = seconds(12);
/** What a storage node answers; nothing of what it says to the discovery. */
const ANSWERS = ["stored", "fetched", "proof", "holdings", "dropped"];

/** Each of the nodes in turn is out for a while. */
const OUTAGES = NODES.map((node, i) => ({
  node,
  at: UPLOAD_AT + seconds(20) + i * seconds(20),
  lasting: seconds(6),
}));

function quorumSteps(fill: number): readonly Step[] {
  const file = "c1/report";
  const by = (id: string, at: Micros) => ({ id, client: "c1", at });
  const told = (holders: readonly NodeId[]) => ({
    status: "confirmed",
    chunks: [{ index: 0, required: 2, assigned: NODES, holders }],
  });
  return [
    ...logins(["c1"], UPLOAD_AT - seconds(1)),
    step(
      by("upload", UPLOAD_AT),
      { op: "upload", name: "report", sizeBytes: QUORUM_BYTES, fill },
      ok({ file, status: "confirmed", chunkCount: 1, blockIndex: 0, confirmations: 2 }),
    ),
    step(by("two hold it", UPLOAD_AT + seconds(1)), { op: "info", file }, ok(told(["n1", "n2"]))),
    step(by("all hold it", UPLOAD_AT + seconds(10)), { op: "info", file }, ok(told(NODES))),
    ...OUTAGES.map(({ node, at }) =>
      step(
        by(`without ${node}`, at + seconds(2)),
        { op: "download", file },
        ok({ sizeBytes: QUORUM_BYTES }, 2 * defaultStorageQuorumOptions.requestTimeout),
      ),
    ),
  ];
}

/** A quorum of two of three, of which the third says everything late. */
function quorum(variant: string, isStaged: boolean): Scenario {
  return storageScenario({
    name: `sq-quorum-2-of-3${variant}`,
    about: "A file is confirmed by two of three nodes, while the third answers 5 s late.",
    plan: (streams) => ({
      servers: storageServers(3),
      clients: ["c1"],
      settings: quorumSettings(),
      operations: operationsOf(quorumSteps(drawFill(streams.stream("workload")))),
      faults: [
        lateAnswers("n3", seconds(6), seconds(120)),
        ...OUTAGES.map(({ node, at, lasting }): Fault => {
          return { kind: "stop", at, lasting, hosts: [node] };
        }),
        ...(isStaged ? stagedStart(streams.stream("start")) : []),
      ],
      calm: seconds(130),
      horizon: seconds(140),
    }),
    invariants: (plan) => [
      operationsEndAs("ENDINGS", endingsOf(quorumSteps(0))),
      confirmsAtQuorum("AT-QUORUM", plan.settings.options),
      replicatesBy("THIRD-REPLICA", {
        ...{ replicas: 3, files: 1 },
        ...{ from: UPLOAD_AT, by: UPLOAD_AT + seconds(10) },
      }),
      ...OUTAGES.map(({ node, at, lasting }) =>
        never(
          `${node} is up`,
          ({ servers }) => servers.find(({ id }) => id === node)?.node !== undefined,
          { from: at + 1, until: at + lasting - 1, supposes: ["faults"] },
        ),
      ),
      replicasAreComplete("SQ-REPLICATION", { replication: 3, mayLie: liarsOf(plan) }),
      nothingIsLeftOver("LEFT-OVER", SETTLE),
      measureConfirmations(),
    ],
  });
}

function quorumSettings(): StorageSettings {
  return storageSettings({ isPendingAllowed: false, consensusTimeout: seconds(60) });
}

/** All that a node answers the backend takes longer. */
function lateAnswers(node: NodeId, at: Micros, until: Micros): Fault {
  return {
    ...{ kind: "latency", at, lasting: until - at },
    ...{ from: [node], to: [BACKEND], bothWays: false, types: ANSWERS },
    added: constant(LATE),
  };
}

/** Who is switched on after whom is another thing in each run. */
function stagedStart(random: Random): readonly Fault[] {
  return storageServers(3).map((host) => {
    return { kind: "crash", at: 0, lasting: ms(random.int(1, 4_000)), hosts: [host] };
  });
}

const WEATHER_CALM = seconds(30);
const WEATHER_HORIZON = seconds(100);
const WEATHER_TIMEOUT = defaultStorageQuorumOptions.consensusTimeout;

const quorumInWeather: Scenario = storageScenario({
  name: "sq-quorum-2-of-3/weather",
  about: "Files of 1,500 bytes are uploaded to three nodes, and downloaded, under any weather.",
  plan: (streams) => {
    const fill = drawFill(streams.stream("workload"));
    const clients = ["c1", "c2"];
    return {
      servers: storageServers(3),
      clients,
      settings: quorumSettings(),
      operations: [
        ...steadily({ clients, from: seconds(6), until: seconds(60), every: seconds(3) }, (n) => {
          const isUpload = n % 4 < 2;
          const name = `f${n - (n % 4) + (n % 2)}`;
          if (isUpload) return { op: "upload", name, sizeBytes: QUORUM_BYTES, fill: fill + n };
          return { op: "download", file: `${clients[n % 2]}/${name}` };
        }),
      ],
      calm: WEATHER_CALM,
      horizon: WEATHER_HORIZON,
    };
  },
  weather: { keepsCore: false },
  sites: Object.values(STORAGE_QUORUM_SITES),
  invariants: (plan) => [
    nothingIsOpen("FINAL", { from: WEATHER_CALM + WEATHER_TIMEOUT, by: WEATHER_HORIZON }),
    replicasAreComplete("SQ-REPLICATION", { replication: 3, mayLie: liarsOf(plan) }),
    measureConfirmations(),
  ],
  expects: ["block settled"],
});

export const storageBasics: readonly Scenario[] = [
  single,
  quorum("", false),
  quorum("/start-order", true),
  quorumInWeather,
];
