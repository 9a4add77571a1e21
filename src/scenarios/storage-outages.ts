// Group J: storage nodes that fail after they have confirmed. Names and figures are those of the
// scenario catalogue.

import { operationsEndAs } from "../invariants/storage-endings.ts";
import { measureConfirmations } from "../invariants/storage-finality.ts";
import { nothingIsLeftOver } from "../invariants/storage-placement.ts";
import { replicasAreComplete } from "../invariants/storage-proofs.ts";
import { restartedAreDistrusted } from "../invariants/storage-trust.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import type { Scenario } from "../sim/scenario.ts";
import { never } from "../sim/temporal/safety.ts";
import { reachable } from "../sim/temporal/sometimes.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { hostNames } from "./raft-cluster.ts";
import { liarsOf, storageScenario, storageServers, storageSettings } from "./storage-cluster.ts";
import {
  endingsOf,
  type GivenEnding,
  logins,
  ok,
  operationsOf,
  refused,
  SETTLE,
  type Step,
  step,
} from "./storage-operations.ts";

const NODES = hostNames(3);
const READERS = hostNames(10, "r");
const FILE = "c1/minutes";
const BYTES = 3_000;
const CHUNK_BYTES = 1_000;
const REQUEST_TIMEOUT: Micros = seconds(1);
const UPLOAD_AT: Micros = seconds(12);
const DOWN_AT: Micros = seconds(20);
const BACK_AT: Micros = seconds(50);
const HORIZON: Micros = seconds(130);

/** Which nodes are out, and how. */
interface Outage {
  readonly variant: string;
  readonly about: string;
  readonly kind: "crash" | "wipe";
  readonly nodes: readonly NodeId[];
  /** For how long. */
  readonly lasting: Micros;
  readonly download: GivenEnding;
  /** Events that must be reachable. */
  readonly seen: readonly string[];
}

const GIVEN: GivenEnding = ok({ sizeBytes: BYTES }, 2 * REQUEST_TIMEOUT);

const OUTAGES: readonly Outage[] = [
  {
    variant: "",
    about: "A confirmed file is given to ten clients while one of three holders is down.",
    ...{ kind: "crash", nodes: ["n1"], lasting: BACK_AT - DOWN_AT, download: GIVEN },
    seen: ["challenge passed"],
  },
  {
    variant: "/two-dead",
    about: "A confirmed file is given to ten clients by the only one of three holders left.",
    ...{ kind: "crash", nodes: ["n1", "n2"], lasting: BACK_AT - DOWN_AT, download: GIVEN },
    seen: ["challenge passed"],
  },
  {
    variant: "/all-dead",
    about: "A confirmed file that nobody has is refused, and given once its holders are back.",
    ...{ kind: "crash", nodes: NODES, lasting: BACK_AT - DOWN_AT },
    download: refused("unavailable", 5 * REQUEST_TIMEOUT),
    seen: ["challenge passed"],
  },
  {
    variant: "/wiped",
    about: "A holder comes back without its disk, and is no holder until it has stored anew.",
    ...{ kind: "wipe", nodes: ["n1"], lasting: seconds(1), download: GIVEN },
    seen: ["replica lost", "challenge failed"],
  },
];

function outageSteps(fill: number, { lasting, download }: Outage): readonly Step[] {
  const by = (id: string, at: Micros) => ({ id, client: "c1", at });
  const user = "c1";
  const chunkCount = BYTES / CHUNK_BYTES;
  const held = (holders: readonly NodeId[]) => ({
    status: "confirmed",
    chunks: Array.from({ length: chunkCount }, (_, index) => ({ index, required: 2, holders })),
  });
  return [
    ...logins(["c1"], UPLOAD_AT - seconds(1)),
    ...READERS.map((client) =>
      step({ id: `${client} logs in`, client, at: UPLOAD_AT }, { op: "login", user }),
    ),
    step(
      by("upload", UPLOAD_AT),
      { op: "upload", name: "minutes", sizeBytes: BYTES, fill },
      ok({ file: FILE, status: "confirmed", chunkCount, confirmations: 2 }),
    ),
    step(by("held by all", DOWN_AT - seconds(1)), { op: "info", file: FILE }, ok(held(NODES))),
    ...READERS.map((client, i) =>
      step(
        { id: `${client} downloads`, client, at: DOWN_AT + ms(500) + i * ms(100) },
        { op: "download", file: FILE, user },
        download,
      ),
    ),
    step(
      by("held soon after", DOWN_AT + lasting + seconds(12)),
      { op: "info", file: FILE },
      ok(held(NODES)),
    ),
    step(by("given in the end", HORIZON - seconds(5)), { op: "download", file: FILE }, GIVEN),
    step(by("held in the end", HORIZON - seconds(2)), { op: "info", file: FILE }, ok(held(NODES))),
  ];
}

function failsAfter(outage: Outage): Scenario {
  const { variant, about, kind, nodes, lasting, seen } = outage;
  return storageScenario({
    name: `sq-3b-fail-after-confirm${variant}`,
    about,
    plan: (streams) => ({
      servers: storageServers(3),
      clients: ["c1", ...READERS],
      settings: storageSettings({ chunkBytes: CHUNK_BYTES, requestTimeout: REQUEST_TIMEOUT }),
      disk: { damagedHostsMax: 1 },
      operations: operationsOf(outageSteps(streams.stream("workload").int(0, 1_000_000), outage)),
      faults: nodes.map((node): Fault => ({ kind, at: DOWN_AT, lasting, hosts: [node] })),
      calm: BACK_AT,
      horizon: HORIZON,
    }),
    invariants: (plan) => [
      operationsEndAs("ENDINGS", endingsOf(outageSteps(0, outage))),
      ...nodes.map((node) =>
        never(
          `${node} is up`,
          ({ servers }) => servers.find(({ id }) => id === node)?.node !== undefined,
          { from: DOWN_AT + 1, until: DOWN_AT + lasting - 1, supposes: ["faults"] },
        ),
      ),
      restartedAreDistrusted("DISTRUST"),
      replicasAreComplete("SQ-REPLICATION", { replication: 3, mayLie: liarsOf(plan) }),
      nothingIsLeftOver("LEFT-OVER", SETTLE),
      measureConfirmations(),
      ...seen.map(reachable),
    ],
  });
}

export const storageOutages: readonly Scenario[] = OUTAGES.map(failsAfter);
