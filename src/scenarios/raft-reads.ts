import { everyoneAgrees, operationsReturn } from "../invariants/liveness.ts";
import { measureOperations } from "../invariants/measures.ts";
import { equalStates } from "../invariants/replicated.ts";
import type { KvRead } from "../protocols/kv/task.ts";
import type { Fault } from "../sim/fault.ts";
import { constant } from "../sim/random/distribution.ts";
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

/** Reads of a few keys, each client in one way. */
function reads(ways: readonly KvRead[]): PlannedOperation[] {
  return READERS.flatMap((client, c) =>
    Array.from({ length: 600 }, (_, n) => {
      const read = ways[c % ways.length]!;
      const operation = { id: `${client}.${n}`, op: "get", key: `k${(n % 3) + 1}`, read };
      return { at: BEGIN + n * ms(30) + c * ms(3), client, operation };
    }),
  );
}

interface Reads {
  readonly variant: string;
  readonly about: string;
  readonly faults: readonly Fault[];
  readonly syncLatency: Micros;
  readonly writesEvery: Micros;
}

/** Index and lease reads, while leaders come and go. */
function linearizableReads({ variant, about, faults, syncLatency, writesEvery }: Reads): Scenario {
  return storeScenario({
    name: `raft-linearizable-reads${variant}`,
    about,
    plan: () => ({
      servers: SERVERS,
      clients: CLIENTS,
      disk: { syncLatency: constant(syncLatency) },
      settings: storeSettings({ leaseReads: true }, { client: impatientClient }),
      operations: [
        ...writes({ clients: WRITERS, from: BEGIN, until: CALM, every: writesEvery }),
        ...reads(["index", "lease"]),
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
      operationsReturn("RETURN", { by: HORIZON }, plan),
      everyoneAgrees("AGREEMENT", { from: CALM, by: HORIZON }),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "leader stepped down", "ok"],
  });
}

const TIMES = [4, 9, 14, 19].map(seconds);

/** The leader is cut off from the other servers, and clients reach all. */
const isolations = TIMES.map((at) => partition(at, seconds(3), ["leader"], ["others"]));

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
];
