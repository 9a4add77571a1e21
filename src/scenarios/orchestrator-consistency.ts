// Group F: what an orchestrator's clients read, and what its servers hold. Names and figures are
// those of the scenario catalogue.

import { everyoneAgrees, operationsReturn } from "../invariants/liveness.ts";
import { measureOperations } from "../invariants/measures.ts";
import { everyoneHas, oneWins } from "../invariants/orchestrator-history.ts";
import { equalStates } from "../invariants/replicated.ts";
import {
  batchesReplicate,
  measureRedirects,
  replicatesWithin,
} from "../invariants/replication-time.ts";
import { defaultRaftOptions, type RaftOptions } from "../protocols/raft/options.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import { crashes } from "../sim/nemesis.ts";
import { defaultNetworkOptions } from "../sim/network/network-options.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { Random } from "../sim/random/random.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import { ms, seconds } from "../sim/time.ts";
import { orchestratorChaos } from "./orchestrator-chaos.ts";
import { orchestratorScenario } from "./orchestrator-cluster.ts";
import { orchestratorReads } from "./orchestrator-reads.ts";
import {
  ADMINISTRATOR,
  BEGIN,
  create,
  everything,
  lives,
  oneByOne,
  workers,
} from "./orchestrator-workload.ts";
import { hostNames, impatientClient, storeSettings } from "./raft-cluster.ts";
import { crash, partition } from "./raft-weather.ts";

const SERVERS = hostNames(3);
const SIZES = [1, 10, 50];

/** Batches of creates, each when the one before is long everywhere. */
function timing(variant: string, about: string, latency: ReturnType<typeof uniform>): Scenario {
  const clients = hostNames(10, "c");
  const batches = SIZES.flatMap((size, b) =>
    Array.from({ length: size }, (_, i) => ({
      at: BEGIN + b * seconds(5),
      client: clients[i % clients.length]!,
      operation: { id: `b${size}.${i}`, ...create(`vm${size}.${i}`) },
    })),
  );
  const end = BEGIN + SIZES.length * seconds(5);
  return orchestratorScenario({
    name: `orch-eventual-consistency-timing${variant}`,
    about,
    plan: () => ({
      servers: hostNames(5),
      clients: [ADMINISTRATOR, ...clients],
      settings: storeSettings(),
      network: { ...defaultNetworkOptions, latency },
      operations: [...workers(3), ...batches],
      horizon: end,
    }),
    invariants: (plan) => [
      batchesReplicate("BATCHES", SIZES, seconds(1)),
      everyoneHas("ALL-VMS", { vms: 61, tasks: 0 }, { by: end }),
      operationsReturn("RETURN", { by: end }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok"],
    goals: [
      ...SIZES.map((size) => ({ metric: `replicationMs, ${size}`, atMost: 1_000, share: 1 })),
      { metric: "submitsRise", atLeast: 1, share: 0.9 },
    ],
  });
}

const RACE = BEGIN + seconds(1);

interface Concurrent {
  readonly variant: string;
  readonly about: string;
  readonly faults?: readonly Fault[];
  /** Which servers that are asked and do not lead pass that on; the others name the leader. */
  readonly forwarding?: readonly NodeId[];
  readonly goals: readonly Goal[];
}

/** Writes by three clients at once, each of its own server, and then of one name by all. */
function concurrentWrites(scenario: Concurrent): Scenario {
  const { variant, about, faults = [], forwarding = [], goals } = scenario;
  const isCalm = faults.length === 0;
  const writers = hostNames(3, "c");
  const homeOf = Object.fromEntries(writers.map((client, i) => [client, SERVERS[i]!]));
  const race = isCalm ? RACE : BEGIN + seconds(8);
  const by = race + ms(500);
  const horizon = by + seconds(4);
  return orchestratorScenario({
    name: `orch-concurrent-writes${variant}`,
    about,
    plan: () => ({
      servers: SERVERS,
      clients: [ADMINISTRATOR, ...writers],
      settings: {
        ...storeSettings({}, { client: impatientClient, raftOf: optionsOf(forwarding) }),
        homeOf,
      },
      operations: [
        ...workers(3),
        ...writers.flatMap((client) => [
          ...oneByOne(
            client,
            BEGIN,
            ms(10),
            Array.from({ length: 5 }, (_, n) => create(`${client}.vm${n}`)),
          ),
          ...oneByOne(client, race, ms(10), [create("prize")]),
        ]),
      ],
      faults: [...faults],
      calm: isCalm ? 0 : BEGIN + seconds(4),
      horizon,
    }),
    invariants: (plan) => [
      measureRedirects(),
      oneWins("ONE-WINNER", "prize"),
      replicatesWithin("REPLICATED", { from: isCalm ? BEGIN : race, until: horizon }, ms(500)),
      everyoneHas("SETTLED", { vms: 16, tasks: 0 }, { by }),
      operationsReturn("RETURN", { by: horizon }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok"],
    goals: [{ metric: "racers", atLeast: 3, share: 1 }, ...goals],
  });
}

/** Where some forward and some do not, `n1` leads first, so that both happen. */
function optionsOf(forwarding: readonly NodeId[]): Readonly<Record<NodeId, RaftOptions>> {
  const options = forwarding.map((id) => [id, { ...defaultRaftOptions, forwardProposals: true }]);
  const { electionTimeoutMin } = defaultRaftOptions;
  const first = { ...defaultRaftOptions, electionTimeoutMax: electionTimeoutMin };
  const isMixed = forwarding.length > 0 && forwarding.length < SERVERS.length;
  return { ...Object.fromEntries(options), ...(isMixed ? { n1: first } : {}) };
}

/** Of three clients, two begin where nobody leads. */
const REDIRECTED: Goal = { metric: "redirects", atLeast: 2, share: 1 };
/** They stay there, with five machines each and one for all. */
const FORWARDED: Goal = { metric: "forwards", atLeast: 12, share: 1 };

const LEADER_CRASH = [crash(["leader"], BEGIN + ms(30), seconds(2))];

const concurrent: readonly Scenario[] = [
  concurrentWrites({
    variant: "",
    about: "Three clients create machines at once, each at a server, and then all the same one.",
    goals: [REDIRECTED, { metric: "forwards", atMost: 0, share: 1 }],
  }),
  concurrentWrites({
    variant: "/leader-crash",
    about: "The same, and the leader crashes in the middle.",
    faults: LEADER_CRASH,
    goals: [REDIRECTED],
  }),
  concurrentWrites({
    variant: "/forwarding",
    about: "The same, and servers that do not lead pass on what they are asked for.",
    forwarding: SERVERS,
    goals: [FORWARDED, { metric: "redirects", atMost: 0, share: 1 }],
  }),
  concurrentWrites({
    variant: "/forwarding-at-one",
    about: "One server passes on what it is asked for, another names the leader, which crashes.",
    faults: LEADER_CRASH,
    forwarding: ["n2"],
    goals: [
      { metric: "forwards", atLeast: 1, share: 1 },
      { metric: "redirects", atLeast: 1, share: 1 },
    ],
  }),
];

/** It gives up before a leader is replaced, so that some outcomes are unknown. */
const IN_A_HURRY = { ...impatientClient, waitMax: ms(1_200) };

const LIVES_END = BEGIN + seconds(30);

/** The life of five machines, while leaders crash and one is cut off. */
function linearizability(variant: string, servers: number): Scenario {
  const clients = hostNames(8, "c");
  const calm = LIVES_END;
  return orchestratorScenario({
    name: `orch-linearizability${variant}`,
    about: `The life of five machines on ${servers} servers whose leader crashes or is cut off.`,
    plan: (streams) => ({
      servers: hostNames(servers),
      clients: [ADMINISTRATOR, ...clients],
      settings: storeSettings({}, { client: IN_A_HURRY }),
      operations: [
        ...workers(3),
        ...lives(
          { clients, from: BEGIN, until: LIVES_END, every: ms(25) },
          streams.stream("workload"),
        ),
      ],
      faults: [
        ...[7, 14, 21, 28].map((at) => crash(["leader"], seconds(at), seconds(2))),
        partition(seconds(17), seconds(3), ["leader"], ["others"]),
      ],
      calm,
      horizon: calm + seconds(16),
    }),
    invariants: (plan) => [
      measureOperations("operations", (operation) => {
        // What this scenario's clients emit.
        const { op } = operation as { readonly op: string };
        return `${op}Ms`;
      }),
      operationsReturn("RETURN", { by: calm + seconds(15) }, plan),
      everyoneAgrees("AGREEMENT", { from: calm, by: calm + seconds(15) }),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok", "info"],
    goals: [{ metric: "leaderChanges", atLeast: 3, share: 0.8 }],
  });
}

const MIXED_END = BEGIN + seconds(26);

/** Five machines of distinct sizes, and five hundred commands of all kinds. */
const stateVerification = orchestratorScenario({
  name: "orch-state-verification",
  about: "Five hundred mixed commands, restarts and a cut: one state at each index.",
  plan: (streams) => {
    const servers = hostNames(5);
    const clients = hostNames(5, "c");
    return {
      servers,
      clients: [ADMINISTRATOR, ...clients],
      settings: storeSettings({}, { client: impatientClient }),
      operations: [
        ...workers(3, { cpu: 16, memory: 32_000, disk: 200 }),
        ...oneByOne(
          "c1",
          BEGIN,
          ms(10),
          [1, 2, 3, 4, 5].map((n) => create(`vm${n}`, { cpu: n, memory: n * 512 })),
        ),
        ...everything(
          { clients, from: BEGIN + seconds(1), until: MIXED_END, every: ms(50) },
          streams.stream("workload"),
        ),
      ],
      faults: [cut(streams.stream("cut")), ...crashes(RESTARTS)(streams, field(servers))],
      calm: MIXED_END,
      horizon: MIXED_END + seconds(16),
    };
  },
  invariants: (plan) => [
    everyoneAgrees("AGREEMENT", { from: MIXED_END, by: MIXED_END + seconds(10) }),
    operationsReturn("RETURN", { by: MIXED_END + seconds(15) }, plan),
    equalStates("EQUAL-STATES"),
  ],
  expects: ["leader elected", "leader stepped down", "ok"],
  goals: [{ metric: "acked", atLeast: 5, share: 1 }],
});

const RESTARTS = {
  every: { min: seconds(2), max: seconds(6) },
  lasting: { min: ms(500), max: seconds(2) },
};

function field(servers: readonly string[]) {
  return { servers, clients: [], from: BEGIN, until: MIXED_END };
}

/** One cut of five seconds. */
function cut(random: Random): Fault {
  const at = BEGIN + random.int(seconds(3), seconds(15));
  return partition(at, seconds(5), ["n1", "n2", "n3"], ["n4", "n5"]);
}

export const orchestratorConsistency: readonly Scenario[] = [
  ...orchestratorReads,
  timing("", "Batches of 1, 10 and 50 machines are soon on five servers.", uniform(ms(1), ms(5))),
  timing("/jitter", "The same on links of 2 ms, 1 ms more or less.", uniform(ms(1), ms(3))),
  ...concurrent,
  linearizability("", 3),
  linearizability("/five-servers", 5),
  stateVerification,
  orchestratorChaos,
];
