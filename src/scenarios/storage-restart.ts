// Group J: the backend fails while blocks wait for their quorum. Names and figures are those of the
// scenario catalogue.

import { operationsReturn } from "../invariants/liveness.ts";
import { operationsEndAs } from "../invariants/storage-endings.ts";
import {
  blocksAreSettled,
  finalIsDurable,
  measureConfirmations,
} from "../invariants/storage-finality.ts";
import { nothingIsLeftOver } from "../invariants/storage-placement.ts";
import { isNeverUpAgain, measureWaiting } from "../invariants/storage-strikes.ts";
import { defaultStorageQuorumClientOptions } from "../protocols/storage-quorum/client.ts";
import { LEDGER_FILE } from "../protocols/storage-quorum/ledger.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import { constant } from "../sim/random/distribution.ts";
import type { Random } from "../sim/random/random.ts";
import type { Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { hostNames } from "./raft-cluster.ts";
import { BACKEND, storageScenario, storageServers, storageSettings } from "./storage-cluster.ts";
import {
  endingsOf,
  logins,
  ok,
  operationsOf,
  SETTLE,
  type Step,
  step,
} from "./storage-operations.ts";
import { steadily } from "./workload.ts";

const BYTES = 1_500;
const TIMEOUT: Micros = seconds(30);
const FROM: Micros = seconds(12);
const UNTIL: Micros = seconds(72);
const CALM: Micros = UNTIL + TIMEOUT;
const HORIZON: Micros = CALM + seconds(60);
/** How long a power failure takes at most; and how long one may be waited for, too. */
const DOWN: Micros = seconds(2);
const ARMED: Micros = seconds(4);
/** Between two outages there is time to decide what is overdue. */
const UP: Micros = seconds(2);
const CLIENTS = hostNames(4, "c");

/** Uploads one after another, and at the end, downloads of all of them. */
function uploads(random: Random): readonly PlannedOperation[] {
  const fill = random.int(0, 1_000_000);
  const asked = steadily(
    { clients: CLIENTS, from: FROM, until: UNTIL, every: seconds(3) },
    (n) => ({ op: "upload", name: `f${n}`, sizeBytes: BYTES, fill: fill + n }),
  );
  const given = asked.map(({ client, operation }, n) => ({
    ...{ client, at: CALM + n * ms(100) },
    operation: { id: `download ${n}`, op: "download", file: `${client}/${operation.name}` },
  }));
  return [...operationsOf(logins(CLIENTS, FROM - seconds(2))), ...asked, ...given];
}

/** Confirmations of two nodes take from no time to longer than a block may wait, for as long. */
function lateness(random: Random): readonly Fault[] {
  const every = TIMEOUT;
  return Array.from({ length: (UNTIL - FROM) / every }, (_, i): Fault => {
    const added = constant(random.pick([0, ms(500), seconds(5), seconds(28), seconds(40)]));
    return {
      ...{ kind: "latency", at: FROM + i * every, lasting: every, added },
      ...{ from: ["n2", "n3"], to: [BACKEND], bothWays: false, types: ["stored", "holdings"] },
    };
  });
}

/** One outage in each of several spans. */
function outages(random: Random, draw: (at: Micros, lasting: Micros) => Fault): readonly Fault[] {
  const span = seconds(12);
  return Array.from({ length: (UNTIL - FROM) / span }, (_, i) => {
    const at = FROM + i * span + random.int(0, span - DOWN - ARMED - UP);
    return draw(at, random.int(ms(1), DOWN));
  });
}

interface Restart {
  readonly variant: string;
  readonly about: string;
  readonly outage: (random: Random) => (at: Micros, lasting: Micros) => Fault;
  readonly expects: readonly string[];
}

const HOSTS: readonly NodeId[] = [BACKEND];

const RESTARTS: readonly Restart[] = [
  {
    variant: "/restart",
    about: "The backend loses its power while blocks wait: all become final, and stay so.",
    outage: () => (at, lasting) => ({ kind: "crash", at, lasting, hosts: HOSTS }),
    expects: ["serving", "block settled"],
  },
  {
    variant: "/torn-chain",
    about: "The backend loses its power amid writes of its chain: no final block is lost.",
    outage: (random) => (at, lasting) => ({
      ...{ kind: "crashPoint", at, lasting: lasting + ARMED, hosts: HOSTS },
      ...{ point: "before sync", after: random.int(0, 2) },
    }),
    expects: ["serving", "block settled", "torn tail cut"],
  },
];

function restarts({ variant, about, outage, expects }: Restart): Scenario {
  return storageScenario({
    name: `sq-consensus-timeout${variant}`,
    about,
    plan: (streams) => {
      const random = streams.stream("outages");
      const isPendingAllowed = streams.stream("mode").chance(0.5);
      return {
        servers: storageServers(3),
        clients: CLIENTS,
        settings: storageSettings({ consensusTimeout: TIMEOUT, isPendingAllowed }),
        operations: uploads(streams.stream("workload")),
        faults: [...lateness(streams.stream("lateness")), ...outages(random, outage(random))],
        calm: CALM,
        horizon: HORIZON,
      };
    },
    invariants: (plan) => [
      // While it is down it decides nothing.
      blocksAreSettled("FINAL", TIMEOUT + DOWN + ARMED + seconds(1)),
      finalIsDurable("DURABLE-FINAL", LEDGER_FILE),
      operationsReturn("RETURN", { by: HORIZON }, plan),
      nothingIsLeftOver("LEFT-OVER", SETTLE),
      measureWaiting(BACKEND),
      measureConfirmations(),
    ],
    expects,
    goals: [{ metric: "openWhenDown", atLeast: 1, share: 0.8 }],
  });
}

const ROT_AT: Micros = seconds(40);
const WAIT_MAX: Micros = seconds(15);

function rottenSteps(fill: number): readonly Step[] {
  const by = (id: string, at: Micros) => ({ id, client: "c1", at });
  const receipt = { status: "confirmed", confirmations: 2 };
  const names = Array.from({ length: 10 }, (_, n) => `f${n}`);
  return [
    ...logins(["c1"], FROM - seconds(1)),
    ...names.map((name, n) =>
      step(
        by(`upload ${name}`, FROM + n * seconds(2)),
        { op: "upload", name, sizeBytes: BYTES, fill: fill + n },
        ok(receipt),
      ),
    ),
    step(
      by("before", ROT_AT - seconds(2)),
      { op: "list" },
      ok({ files: names.map((name) => `c1/${name}`) }),
    ),
    ...["list", "stats"].map((op) => {
      const ending = { outcome: "info", result: "no answer in time" } as const;
      const at = ROT_AT + seconds(3);
      return step(by(op, at), { op }, { ...ending, within: 2 * WAIT_MAX });
    }),
  ];
}

const rotten: Scenario = storageScenario({
  name: "sq-consensus-timeout/rotten-chain",
  about: "What is durable of the chain rots: a backend that reads it says nothing any more.",
  plan: (streams) => ({
    servers: storageServers(3),
    clients: ["c1"],
    settings: storageSettings(
      { consensusTimeout: TIMEOUT },
      { client: { ...defaultStorageQuorumClientOptions, waitMax: WAIT_MAX } },
    ),
    disk: { damagedHostsMax: 1 },
    operations: operationsOf(rottenSteps(streams.stream("workload").int(0, 1_000_000))),
    faults: [
      {
        ...{ kind: "bitRot", at: ROT_AT, lasting: ms(1), hosts: HOSTS },
        ...{ files: [LEDGER_FILE], bits: 8, sparedBytes: 0 },
      },
      { kind: "stop", at: ROT_AT + seconds(1), lasting: seconds(1), hosts: HOSTS },
    ],
    calm: seconds(60),
    horizon: seconds(90),
  }),
  invariants: () => [
    operationsEndAs("ENDINGS", endingsOf(rottenSteps(0))),
    isNeverUpAgain("HALTED", ROT_AT + seconds(1)),
    measureConfirmations(),
  ],
  expects: ["halted"],
});

export const storageRestart: readonly Scenario[] = [...RESTARTS.map(restarts), rotten];
