// Group D, resource throttling: more writes than the memory of a leader is to hold.

import { gaugesStayWithin, measureGauges, uncommittedStaysWithin } from "../invariants/limits.ts";
import {
  acknowledgesIn,
  everyoneAgrees,
  leaderStays,
  operationsReturn,
} from "../invariants/liveness.ts";
import { measureRefusals } from "../invariants/refusals.ts";
import { equalStates, everyoneCatchesUp } from "../invariants/replicated.ts";
import type { KvCommand } from "../protocols/kv/commands.ts";
import type { KvServer } from "../protocols/kv/server.ts";
import type { RaftOptions } from "../protocols/raft/options.ts";
import { defaultClientOptions } from "../protocols/replicated/client.ts";
import type { DiskOptions } from "../sim/disk/disk-options.ts";
import type { Fault } from "../sim/fault.ts";
import type { Invariant } from "../sim/invariant.ts";
import { constant } from "../sim/random/distribution.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { ms, seconds } from "../sim/time.ts";
import { hostNames, storeScenario, storeSettings } from "./raft-cluster.ts";

const SERVERS = hostNames(5);
const CLIENTS = hostNames(64, "c");
const BEGIN = seconds(6);
const CALM = seconds(12);
const HORIZON = seconds(26);
const KIB = 1_024;
const MIB = KIB * KIB;
const VALUE_BYTES = 32 * KIB;
const WRITES_EACH = 2;

/**
 * The queue has room for 31 writes, and a disk takes 400 ms to sync them: 80 writes a second at
 * best. Each of 64 clients asks about 20 times a second until its write is taken, so that some ten
 * are refused for each that is taken.
 */
const SYNC = constant(ms(400));
const RETRY = { min: ms(20), max: ms(60) };

interface Memory {
  readonly variant: string;
  readonly about: string;
  readonly limits: Partial<RaftOptions>;
  readonly disk?: Partial<DiskOptions>;
  readonly faults?: readonly Fault[];
  readonly invariants: () => readonly Invariant<KvServer>[];
  readonly goals: readonly Goal[];
}

function overload(name: string, memory: Memory): Scenario {
  const { variant, about, limits, disk = {}, faults = [], invariants, goals } = memory;
  return storeScenario({
    name: `${name}${variant}`,
    about,
    plan: () => ({
      servers: SERVERS,
      clients: CLIENTS,
      settings: storeSettings(limits, {
        client: { ...defaultClientOptions, requestTimeout: seconds(4), retryDelay: RETRY },
      }),
      disk,
      operations: demand(),
      faults,
      calm: CALM,
      horizon: HORIZON,
    }),
    invariants: (plan) => [
      measureRefusals(),
      measureGauges(),
      ...invariants(),
      acknowledgesIn("PROGRESS", { from: BEGIN, until: CALM + seconds(5) }),
      everyoneCatchesUp("CATCH-UP", { from: CALM + 1, by: CALM + seconds(10) }),
      everyoneAgrees("AGREEMENT", { from: CALM, by: HORIZON }),
      operationsReturn("RETURN", { by: HORIZON }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok", "gauge"],
    goals,
  });
}

/** All clients ask at once, and again as soon as they have an answer. */
function demand(): PlannedOperation[] {
  return CLIENTS.flatMap((client) =>
    Array.from({ length: WRITES_EACH }, (_, n) => {
      const name = `${client}.${n}`;
      const operation = { id: name, op: "put", key: name, value: name.padEnd(VALUE_BYTES, ".") };
      return { at: BEGIN, client, operation };
    }),
  );
}

/** The bytes of the value that a command of this workload puts. */
function sizeOf(command: unknown): number {
  const { operation } = (command ?? {}) as Partial<KvCommand>;
  return operation?.op === "put" ? operation.value.length : 0;
}

/** The scenarios of memory, as variants of a scenario. */
export function raftMemory(name: string): readonly Scenario[] {
  return [
    overload(name, {
      variant: "/memory",
      about: "Ten times the writes that queues of 1 MiB can hold: the rest is refused as busy.",
      limits: { uncommittedBytesMax: MIB, inflightBytesMax: MIB },
      disk: { syncLatency: SYNC },
      invariants: () => [
        gaugesStayWithin("MEMORY", () => MIB),
        uncommittedStaysWithin("QUEUE", MIB, sizeOf),
        leaderStays("LEADER-STAYS", { from: BEGIN, until: HORIZON }),
      ],
      goals: [
        { metric: "most bytes, uncommitted", atLeast: 0.9 * MIB, atMost: MIB, share: 1 },
        { metric: "most bytes, inflight", atLeast: 0.9 * MIB, atMost: MIB, share: 1 },
        // Some ten for each write that is taken.
        { metric: "refused, busy", atLeast: 8 * 64 * WRITES_EACH, share: 0.95 },
      ],
    }),
    overload(name, {
      variant: "/out-of-memory",
      about: "Queues without a bound, and servers that are killed when they use more than 1 MiB.",
      limits: { uncommittedBytesMax: 64 * MIB, inflightBytesMax: 64 * MIB },
      faults: [
        {
          kind: "memoryLimit",
          at: BEGIN - seconds(1),
          lasting: CALM - BEGIN + seconds(1),
          hosts: ["servers"],
          bytesMax: MIB,
        },
      ],
      invariants: () => [],
      goals: [{ metric: "leader elected", atLeast: 2, share: 0.95 }],
    }),
  ];
}
