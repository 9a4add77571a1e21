// Group A: the leadership is handed over while the store works. Thesis §3.10.

import {
  acknowledgesSteadily,
  everyoneAgrees,
  leaderIsElected,
  operationsReturn,
} from "../invariants/liveness.ts";
import { measureOperations } from "../invariants/measures.ts";
import { measureTransfers } from "../invariants/membership.ts";
import { equalStates } from "../invariants/replicated.ts";
import type { KvServer } from "../protocols/kv/server.ts";
import type { KvRead } from "../protocols/kv/task.ts";
import { defaultRaftOptions, type RaftOptions } from "../protocols/raft/options.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import { oneWay } from "../sim/faults/cuts-by-hand.ts";
import type { Invariant } from "../sim/invariant.ts";
import { constant, uniform } from "../sim/random/distribution.ts";
import type { Random } from "../sim/random/random.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { hostNames, impatientClient, storeScenario, storeSettings } from "./raft-cluster.ts";
import { raftTransferOfMembers } from "./raft-transfer-members.ts";
import { crash, partition } from "./raft-weather.ts";
import { writes } from "./workload.ts";

const SERVERS = hostNames(5);
const WRITERS = hostNames(4, "w");
const READERS = hostNames(6, "r");
const BEGIN = seconds(2);
const CALM = seconds(20);
const HORIZON = seconds(34);

/** An administrator asks for these leaders, one after the other. */
const TRANSFERS: readonly { readonly at: Micros; readonly to: NodeId }[] = [
  { at: seconds(4), to: "n2" },
  { at: seconds(8), to: "n3" },
  { at: seconds(12), to: "n4" },
  { at: seconds(16), to: "n5" },
];

interface Transfer {
  readonly variant: string;
  readonly about: string;
  /** The weather of one transfer. */
  readonly faults: (transfer: (typeof TRANSFERS)[number], random: Random) => readonly Fault[];
  /** Whether there are readers, too. */
  readonly isRead?: boolean;
  /** Something is acknowledged each time that this has passed. */
  readonly progressWithin: Micros;
  readonly invariants?: readonly Invariant<KvServer>[];
  readonly expects?: readonly string[];
  readonly goals?: readonly Goal[];
}

function leadershipTransfer(scenario: Transfer): Scenario {
  const { variant, about, faults, isRead = true, progressWithin, invariants = [] } = scenario;
  const raft = { leaseReads: true };
  return storeScenario({
    name: `raft-leadership-transfer${variant}`,
    about,
    plan: (streams) => {
      const random = streams.stream("transfer faults");
      return {
        servers: SERVERS,
        clients: [...WRITERS, ...READERS, "a1"],
        settings: storeSettings(raft, { client: impatientClient, raftOf: firstLeads(raft) }),
        operations: [
          ...writes({ clients: WRITERS, from: BEGIN, until: CALM, every: ms(20) }),
          ...(isRead ? reads() : []),
          ...TRANSFERS.map(askFor),
        ],
        faults: TRANSFERS.flatMap((transfer) => faults(transfer, random)),
        calm: CALM,
        horizon: HORIZON,
      };
    },
    invariants: (plan) => [
      measureTransfers(),
      measureOperations("reads", (operation) => {
        // What this scenario's clients emit.
        const { read, op } = operation as { readonly read?: KvRead; readonly op: string };
        return op === "get" ? `${read}ReadMs` : undefined;
      }),
      acknowledgesSteadily("PROGRESS", { from: BEGIN + seconds(1), until: CALM }, progressWithin),
      ...invariants,
      operationsReturn("RETURN", { by: HORIZON }, plan),
      everyoneAgrees("AGREEMENT", { from: CALM, by: HORIZON }),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "transfer started", "ok", ...(scenario.expects ?? [])],
    goals: scenario.goals ?? [],
  });
}

/** The first election is `n1`'s, so that it is known who leads. */
function firstLeads(raft: Partial<RaftOptions>): Readonly<Record<NodeId, RaftOptions>> {
  const options = { ...defaultRaftOptions, ...raft };
  return { n1: { ...options, electionTimeoutMax: options.electionTimeoutMin } };
}

/** Each reader reads a few keys in turn, half of them by lease and half with a question. */
function reads(): PlannedOperation[] {
  return READERS.flatMap((client, c) => {
    const read: KvRead = c % 2 === 0 ? "lease" : "index";
    return Array.from({ length: (CALM - BEGIN) / READ_EVERY }, (_, n) => {
      const operation = { id: `${client}.${n}`, op: "get", key: `k${(n % 3) + 1}`, read };
      return { at: BEGIN + n * READ_EVERY + c * ms(3), client, operation };
    });
  });
}

/** Clients lose nothing. */
const BETWEEN_SERVERS = { from: SERVERS, to: SERVERS, bothWays: false, types: [] };

const READ_EVERY = ms(50);

function askFor({ at, to }: (typeof TRANSFERS)[number], index: number): PlannedOperation {
  return { at, client: "a1", operation: { id: `a1.${index}`, op: "transfer", to } };
}

/** Before the transfer is asked for, while it is under way, and after it. */
function about(at: Micros, random: Random): Micros {
  return at + random.int(0, ms(30));
}

export const raftTransfer: readonly Scenario[] = [
  leadershipTransfer({
    variant: "",
    about: "One server after the other is asked to lead, and leads at once.",
    faults: () => [],
    progressWithin: ms(500),
    invariants: TRANSFERS.map(({ at, to }) =>
      leaderIsElected(`${to.toUpperCase()}-LEADS`, { from: at, by: at + ms(500) }, ({ id }) => {
        return id === to;
      }),
    ),
    goals: [
      { metric: "leaderChanges", atLeast: 4, share: 1 },
      { metric: "electionGapMs", atMost: 50, share: 0.95 },
      { metric: "transferMs", atMost: 300, share: 0.95 },
    ],
  }),
  leadershipTransfer({
    variant: "/loss",
    about: "One server after the other is asked to lead, and a tenth of what they say is lost.",
    faults: ({ at }) => [
      {
        kind: "loss",
        at: at - seconds(1),
        lasting: seconds(3),
        ...BETWEEN_SERVERS,
        probability: 0.1,
      },
    ],
    progressWithin: seconds(5),
    goals: [{ metric: "leaderChanges", atLeast: 4, share: 0.95 }],
  }),
  leadershipTransfer({
    variant: "/target-crash",
    about: "Who is to lead crashes, before it stands, while it does, or when it has won.",
    faults: ({ at, to }, random) => [crash([to], about(at - ms(10), random), ms(3_500))],
    // Reads go on while writes wait.
    isRead: false,
    progressWithin: seconds(3),
    expects: ["transfer given up"],
  }),
  leadershipTransfer({
    variant: "/leader-crash",
    about: "The leader crashes while it hands over.",
    faults: ({ at }, random) => [crash(["leader"], about(at, random), seconds(2))],
    // Two elections, of which one is lost as two stand at once: each begins within two seconds.
    progressWithin: seconds(4),
  }),
  leadershipTransfer({
    variant: "/partition",
    about: "The leader and who is to lead are cut off from the rest, or from each other.",
    faults: ({ at, to }, random) => {
      const rest = SERVERS.filter((id) => id !== to);
      const groups = random.pick([
        [["leader", to], ["others"]],
        [["leader"], ["others"]],
        [[to], rest],
      ]);
      return [partition(about(at, random), seconds(2), ...groups)];
    },
    progressWithin: seconds(4),
  }),
  leadershipTransfer({
    variant: "/deaf-leader",
    about:
      "A leader hands over and does not hear that another leads, while its leases are asked for.",
    faults: ({ at }, random) => {
      return [{ at: about(at, random), lasting: seconds(2), ...oneWay(["others"], ["leader"]) }];
    },
    progressWithin: seconds(4),
  }),
  leadershipTransfer({
    variant: "/late",
    about: "The word to stand comes when the leader has given up, and has gone on.",
    faults: ({ at, to }) => [
      {
        ...{ kind: "latency", at: at - ms(100), lasting: ms(1_300), ...BETWEEN_SERVERS },
        ...{ types: ["timeoutNow"], added: uniform(ms(1_050), ms(2_500)) },
      },
      // So that it lacks something by then.
      {
        ...{ kind: "latency", at, lasting: ms(3_500), ...BETWEEN_SERVERS, to: [to] },
        ...{ types: ["append"], added: constant(ms(100)) },
      },
    ],
    progressWithin: seconds(3),
    expects: ["transfer given up", "election lost"],
  }),
  ...raftTransferOfMembers,
];
