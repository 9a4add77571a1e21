// Group J, sq-concurrent-load: a hundred uploads, ten at a time, and then a hundred readers.

import { chainIsLinear } from "../invariants/storage-chain.ts";
import { replicasAreComplete } from "../invariants/storage-proofs.ts";
import { refusalsChangeNothing, uploadsStayWithin } from "../invariants/storage-refusals.ts";
import { measureRequests, operationsSucceed } from "../invariants/storage-requests.ts";
import type { StorageQuorumOptions } from "../protocols/storage-quorum/options.ts";
import type { Fault } from "../sim/fault.ts";
import type { Invariant } from "../sim/invariant.ts";
import { constant, uniform } from "../sim/random/distribution.ts";
import type { Random, Streams } from "../sim/random/random.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { hostNames } from "./raft-cluster.ts";
import {
  BACKEND,
  type StorageServer,
  storageScenario,
  storageServers,
  storageSettings,
} from "./storage-cluster.ts";
import type { Asked } from "./workload.ts";

const SERVERS = storageServers(3);
const UPLOADERS = hostNames(10, "u");
const READERS = hostNames(100, "r");
const AUDITOR = "auditor";
const UPLOADS_EACH = 10;
const UPLOADS = UPLOADERS.length * UPLOADS_EACH;
const FILE_BYTES = 1_024;

/**
 * What an event takes the backend, so that there is a limit to what it can do: 200 requests a
 * second. A hundred readers then wait half a second for each list, and ask 60 times in 30 s.
 */
const PER_EVENT = ms(5);
const LISTS_EACH = 80;

/** By then the backend has asked for the second time who is there. */
const BEGIN = seconds(6);
const READS = seconds(70);
const READING = seconds(30);
const PROFILE = { latency: uniform(ms(1), ms(5)) };

/** The plan's operations have ids of `<client>.<what><n>`. */
function operation(
  client: string,
  { at, what, asked }: { readonly at: Micros; readonly what: string; readonly asked: Asked },
): PlannedOperation {
  return { at, client, operation: { id: `${client}.${what}`, ...asked } };
}

/** Each client uploads one file after the other, as fast as it can. */
function uploads(random: Random): PlannedOperation[] {
  return UPLOADERS.flatMap((client) =>
    Array.from({ length: UPLOADS_EACH }, (_, n) => {
      const fill = random.int(0, 1_000_000);
      const asked = { op: "upload", name: `f${n}`, sizeBytes: FILE_BYTES, fill };
      return operation(client, { at: BEGIN, what: `up${n}`, asked });
    }),
  );
}

/** Each reader asks for the files of one of those who have uploaded some, again and again. */
function lists(): PlannedOperation[] {
  return READERS.flatMap((client, i) =>
    Array.from({ length: LISTS_EACH }, (_, n) => {
      const asked = { op: "list", user: UPLOADERS[i % UPLOADERS.length]! };
      return operation(client, { at: READS, what: `list${n}`, asked });
    }),
  );
}

/** Somebody looks at the whole chain again and again, in pages that overlap. */
function audits(until: Micros): PlannedOperation[] {
  const page = (at: Micros, offset: number): PlannedOperation =>
    operation(AUDITOR, {
      at,
      what: `at${at / seconds(1)}from${offset}`,
      asked: { op: "blocks", limit: 60, offset },
    });
  const times = Array.from({ length: Math.floor(until / seconds(2)) }, (_, n) => n * seconds(2));
  return times.flatMap((at) => [page(at + BEGIN, 0), page(at + BEGIN, 50)]);
}

/** Every upload is confirmed, and each has a block of its own. */
const ALL_CONFIRMED: readonly Goal[] = [
  { metric: "uploadSuccessRate", atLeast: 100, share: 1 },
  { metric: "consensusAchievementRate", atLeast: 100, share: 1 },
  { metric: "chainBlocks", atLeast: UPLOADS, atMost: UPLOADS, share: 1 },
];

interface Load {
  readonly variant: string;
  readonly about: string;
  readonly faults?: (streams: Streams) => readonly Fault[];
  readonly goals: readonly Goal[];
}

function load({ variant, about, faults = () => [], goals }: Load): Scenario {
  return storageScenario({
    name: `sq-concurrent-load${variant}`,
    about,
    plan: (streams) => ({
      servers: SERVERS,
      clients: [...UPLOADERS, ...READERS, AUDITOR],
      settings: storageSettings(),
      network: PROFILE,
      cpu: { hosts: { [BACKEND]: constant(PER_EVENT) } },
      operations: [...uploads(streams.stream("workload")), ...audits(seconds(60)), ...lists()],
      faults: faults(streams),
      horizon: READS + READING,
    }),
    invariants: () => [
      chainIsLinear("SQ-CHAIN"),
      refusalsChangeNothing("SQ-REFUSED"),
      operationsSucceed("UPLOADS-DONE", (id) => id.includes(".up"), {
        count: UPLOADS,
        by: BEGIN + seconds(60),
      }),
      replicasAreComplete("SQ-REPLICATION", { replication: 3, mayLie: () => false }),
      measureRequests("upload", { from: BEGIN, until: BEGIN + seconds(60) }),
      measureRequests("list", { from: READS, until: READS + READING }),
    ],
    expects: ["block settled", "ok"],
    goals,
  });
}

const freely = load({
  variant: "",
  about: "100 uploads, ten at a time; then 100 clients list files for 30 s without a pause.",
  goals: [
    ...ALL_CONFIRMED,
    // Of the 200 requests a second that the backend has time for, audits and heartbeats take some.
    { metric: "listsPerS", atLeast: 180, atMost: 200, share: 1 },
  ],
});

const restarting = load({
  variant: "/restart",
  about: "As sq-concurrent-load; one of the three storage nodes is down for a while in the middle.",
  faults: (streams) => {
    const random = streams.stream("restart");
    const hosts = [random.pick(hostNames(3))];
    const at = BEGIN + random.int(ms(200), ms(1_200));
    const lasting = random.int(seconds(1), seconds(6));
    return [{ kind: random.chance(0.5) ? "crash" : "stop", at, lasting, hosts }];
  },
  goals: [...ALL_CONFIRMED, { metric: "node silent", atLeast: 1, share: 0.9 }],
});

const LIMIT = 10;
const USERS = hostNames(5, "user");
const BURST = 8;
const AGAIN = seconds(70);

/**
 * Two clients for each user, who asks for sixteen uploads at once, of which ten are taken, and for
 * one more every ten seconds, in vain. A minute after the first ones ten more are taken at once.
 */
function limitedUploads(random: Random): PlannedOperation[] {
  return UPLOADERS.flatMap((client, i) => {
    const user = USERS[i % USERS.length]!;
    const upload = (what: string, at: Micros): PlannedOperation => {
      const fill = random.int(0, 1_000_000);
      const name = `${client}.${what}`;
      const asked = { op: "upload", user, name, sizeBytes: FILE_BYTES, fill };
      return operation(client, { at, what, asked });
    };
    const at = (count: number, from: Micros, every: Micros): Micros[] =>
      Array.from({ length: count }, (_, n) => from + n * every);
    return [
      ...at(BURST, BEGIN, 0).map((time, n) => upload(`up${n}`, time)),
      ...at(5, BEGIN + seconds(10), seconds(10)).map((time, n) => upload(`vain${n}`, time)),
      ...at(LIMIT / 2, AGAIN, 0).map((time, n) => upload(`again${n}`, time)),
      operation(client, { at: AGAIN + seconds(10), what: "list", asked: { op: "list", user } }),
    ];
  });
}

const limits: Partial<StorageQuorumOptions> = { uploadsPerMinute: LIMIT };

const limited: Scenario = storageScenario({
  name: "sq-concurrent-load/rate-limit",
  about: "Users may begin ten uploads in a minute; what is too often is refused and not counted.",
  plan: (streams) => ({
    servers: SERVERS,
    clients: [...UPLOADERS, AUDITOR],
    settings: storageSettings(limits),
    network: PROFILE,
    operations: [...limitedUploads(streams.stream("workload")), ...audits(seconds(82))],
    faults: [],
    horizon: seconds(90),
  }),
  invariants: (): readonly Invariant<StorageServer>[] => [
    chainIsLinear("SQ-CHAIN"),
    uploadsStayWithin("SQ-RATE", LIMIT),
    refusalsChangeNothing("SQ-REFUSED"),
    operationsSucceed("TAKEN-AGAIN", (id) => id.includes(".again"), {
      count: USERS.length * LIMIT,
      by: AGAIN + seconds(5),
    }),
    measureRequests("upload", { from: BEGIN, until: AGAIN + seconds(5) }),
  ],
  expects: ["block settled", "fail"],
  goals: [
    { metric: "chainBlocks", atLeast: 2 * USERS.length * LIMIT, atMost: 100, share: 1 },
    { metric: "consensusAchievementRate", atLeast: 100, share: 1 },
    // Of each user: sixteen at once and ten later, of which ten are taken.
    { metric: "fail", atLeast: 80, atMost: 80, share: 1 },
  ],
});

export const storageLoad: readonly Scenario[] = [freely, limited, restarting];
