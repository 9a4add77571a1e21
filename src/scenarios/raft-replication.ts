// Group B: log replication. Names and figures are those of the scenario catalogue.

import { everyoneAgrees, operationsReturn } from "../invariants/liveness.ts";
import {
  allHaveApplied,
  equalStates,
  everyoneCatchesUp,
  measureResends,
} from "../invariants/replicated.ts";
import { hexOf } from "../protocols/hex.ts";
import type { KvCommand, KvValue } from "../protocols/kv/commands.ts";
import type { KvServer } from "../protocols/kv/server.ts";
import type { Invariant } from "../sim/invariant.ts";
import { defaultNetworkOptions } from "../sim/network/network-options.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { Random } from "../sim/random/random.ts";
import type { Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { hostNames, type StorePlan, storeScenario, storeSettings } from "./raft-cluster.ts";
import { raftFailingDisks } from "./raft-failing-disks.ts";
import { writes } from "./workload.ts";

/** By then there is a leader, and messages begin. */
const BEGIN = seconds(4);

/** Messages of one client, one after the other, each under a key of its own: `msg-0000`, … */
function messages(values: readonly string[], from: Micros, every: Micros): PlannedOperation[] {
  return values.map((hex, i) => ({
    at: from + i * every,
    client: "c1",
    operation: {
      id: `c1.${i}`,
      op: "put",
      key: `msg-${String(i).padStart(4, "0")}`,
      value: { hex },
    },
  }));
}

/** The messages of a plan, as {@link contentOf} shows them when they are applied. */
function plannedMessages({ operations }: StorePlan): string[] {
  return operations
    .filter(({ operation }) => operation.op === "put")
    .map(({ operation }) => {
      const { hex } = operation.value as { readonly hex: string };
      return `${operation.key}=${hex}`;
    });
}

/** The key and every byte of a command that puts a value. */
function contentOf(command: unknown): string {
  // The commands of the store's log.
  const { operation } = command as KvCommand;
  return operation.op === "put" ? `${operation.key}=${toHex(operation.value)}` : operation.op;
}

function toHex(value: KvValue): string {
  return typeof value === "string" ? `text ${value}` : hexOf(value);
}

function allMessages(name: string, plan: StorePlan, by: Micros): Invariant<KvServer> {
  return allHaveApplied(name, { from: BEGIN, by }, plannedMessages(plan), contentOf);
}

const SERVERS = hostNames(3);
const THREE = ["00", "6d7367", "fffe"];

/** Three messages; then a consumer at each server reads them there. */
const basicReplication = storeScenario({
  name: "raft-basic-replication",
  about: "Three messages to the leader are read from each of three servers.",
  plan: () => ({
    servers: SERVERS,
    clients: ["c1", ...SERVERS.map((_, i) => `c${i + 2}`)],
    settings: storeSettings(),
    operations: [
      ...messages(THREE, BEGIN, ms(20)),
      ...SERVERS.flatMap((server, i) => reads(`c${i + 2}`, server, BEGIN)),
      ...SERVERS.flatMap((server, i) => reads(`c${i + 2}`, server, READ)),
    ],
    horizon: seconds(8),
  }),
  invariants: (plan) => [
    allMessages("REPLICATED", plan, BEGIN + seconds(2)),
    consumersRead(plan),
    operationsReturn("RETURN", { by: seconds(8) }, plan),
  ],
  expects: ["leader elected", "ok"],
  // Two ways of 5 ms at most, and a sync of 1 ms at the follower.
  goals: [{ metric: "commitLatencyMedianMs", atMost: 11, share: 1 }],
});

/** When the messages must be everywhere. */
const READ = BEGIN + seconds(2);

/** A consumer reads each message from one server, as it stands there. */
function reads(client: string, server: string, at: Micros): PlannedOperation[] {
  return THREE.map((_, i) => ({
    at: at + i * ms(10),
    client,
    operation: { id: `${client}.${at}.${i}`, op: "get", key: `msg-000${i}`, server, read: "local" },
  }));
}

/** A consumer sees a message as it was sent, or not at all; and in the end it sees them all. */
function consumersRead(plan: StorePlan): Invariant {
  const sent = new Map(
    plannedMessages(plan).map((message) => message.split("=") as [string, string]),
  );
  return {
    name: "CONSUMER",
    onEnd: ({ history }) => {
      for (const { id, operation, invokedAt, outcome, result } of history.entries.values()) {
        // What the client emits for local reads.
        const { key, isLocal } = operation as { readonly key: string; readonly isLocal: boolean };
        if (!isLocal || outcome !== "ok") continue;
        const { value } = result as { readonly value: KvValue | undefined };
        const isMissing = value === undefined;
        if (isMissing && invokedAt < READ) continue;
        const read = isMissing ? "nothing" : toHex(value);
        if (read !== sent.get(key)) return `${id} reads ${read} under ${key}`;
      }
      return undefined;
    },
  };
}

/** A follower goes down between two writes and comes back. */
function followerRestart(variant: string, kind: "crash" | "stop"): Scenario {
  const down = seconds(5);
  const up = seconds(6);
  return storeScenario({
    name: `raft-follower-restart${variant}`,
    about: `A follower ${kind === "crash" ? "crashes" : "is stopped"} between writes and restarts.`,
    plan: () => ({
      servers: SERVERS,
      clients: ["c1"],
      settings: storeSettings(),
      operations: writes({ clients: ["c1"], from: BEGIN, until: seconds(8), every: ms(50) }),
      faults: [{ kind, at: down, lasting: up - down, hosts: ["follower 1"] }],
      calm: up,
      horizon: seconds(10),
    }),
    invariants: (plan) => [
      measureResends(),
      everyoneCatchesUp("CATCH-UP", { from: up + 1, by: up + seconds(2) }),
      operationsReturn("RETURN", { by: seconds(10) }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok"],
    // Nothing is sent twice but when a heartbeat overtakes the answer to what was sent before.
    goals: [
      { metric: "entriesMissing", atLeast: 10, share: 0.95 },
      { metric: "entriesSentInVain", atMost: 0, share: 0.75 },
    ],
  });
}

/** A follower is away while many messages are written. */
function followerLag(variant: string, count: number, within: Micros): Scenario {
  const down = seconds(5);
  const up = seconds(9);
  const clients = hostNames(count > 100 ? 48 : 1, "c");
  return storeScenario({
    name: `raft-follower-lag-catchup${variant}`,
    about: `A follower is down for ${count} writes and catches up.`,
    plan: () => ({
      servers: SERVERS,
      clients,
      settings: storeSettings(),
      operations: writes({
        clients,
        from: down + ms(200),
        until: down + ms(3_200),
        every: seconds(3) / count,
      }),
      faults: [{ kind: "crash", at: down, lasting: up - down, hosts: ["follower 1"] }],
      calm: up,
      horizon: up + seconds(12),
    }),
    invariants: (plan) => [
      everyoneCatchesUp("CATCH-UP", { from: up + 1, by: up + within }),
      operationsReturn("RETURN", { by: up }, plan),
      everyoneAgrees("AGREEMENT", { from: up + 1, by: up + seconds(12) }),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok"],
    goals: [{ metric: "followerLag", atLeast: count, share: 0.95 }],
  });
}

/** A hundred messages on five servers. */
function replicationConsistency(variant: string, loss: number): Scenario {
  const horizon = seconds(20);
  return storeScenario({
    name: `raft-replication-consistency${variant}`,
    about: `A hundred messages, five identical servers${loss > 0 ? ", lossy links" : ""}.`,
    plan: () => ({
      servers: hostNames(5),
      clients: ["c1"],
      settings: storeSettings(),
      network: { ...defaultNetworkOptions, loss },
      operations: messages(
        Array.from({ length: 100 }, (_, i) => i.toString(16).padStart(4, "0")),
        BEGIN,
        ms(20),
      ),
      horizon,
    }),
    invariants: (plan) => [
      allMessages("REPLICATED", plan, loss > 0 ? horizon : BEGIN + seconds(3)),
      equalStates("EQUAL-STATES"),
      operationsReturn("RETURN", { by: horizon }, plan),
    ],
    expects: ["leader elected", "ok"],
  });
}

/** Property: whatever bytes a message has, all servers hold the same ones in the same order. */
const arbitraryMessages = storeScenario({
  name: "raft-arbitrary-messages-property",
  about: "Messages of arbitrary bytes replicate, byte for byte, over slightly bad links.",
  plan: (streams) => {
    const noise = streams.stream("noise");
    return {
      servers: SERVERS,
      clients: ["c1"],
      settings: storeSettings(),
      network: {
        latency: uniform(ms(1), ms(noise.int(5, 60))),
        loss: noise.int(0, 50) / 1_000,
        duplication: noise.int(0, 50) / 1_000,
        links: [],
      },
      operations: messages(drawMessages(streams.stream("workload")), BEGIN, ms(50)),
      horizon: seconds(40),
    };
  },
  invariants: (plan) => [
    allMessages("REPLICATED", plan, seconds(40)),
    equalStates("EQUAL-STATES"),
    operationsReturn("RETURN", { by: seconds(40) }, plan),
  ],
  expects: ["leader elected", "ok"],
});

/** Empty, NUL, bytes that are no UTF-8, a byte order mark; and 1 to 45 random ones. */
const EDGES = ["", "00", "fffe", "efbbbf"];

function drawMessages(random: Random): string[] {
  const drawn = Array.from({ length: random.int(1, 45) }, () =>
    Array.from({ length: random.int(1, 1_023) }, () =>
      random.int(0, 255).toString(16).padStart(2, "0"),
    ).join(""),
  );
  return random.shuffle([...EDGES, ...drawn]);
}

export const raftReplication: readonly Scenario[] = [
  basicReplication,
  followerRestart("", "crash"),
  followerRestart("/graceful", "stop"),
  followerLag("", 10, seconds(3)),
  followerLag("/5000-messages", 5_000, seconds(10)),
  replicationConsistency("", 0),
  replicationConsistency("/lossy", 0.01),
  arbitraryMessages,
  ...raftFailingDisks,
];
