// Group E: the log is compacted. Names and figures are those of the scenario catalogue.

import { acknowledgesSteadily, operationsReturn } from "../invariants/liveness.ts";
import { equalStates, everyoneCatchesUp } from "../invariants/replicated.ts";
import { logStaysWithin, measureSnapshots } from "../invariants/snapshots.ts";
import type { Fault } from "../sim/fault.ts";
import { defaultNetworkOptions } from "../sim/network/network-options.ts";
import { constant } from "../sim/random/distribution.ts";
import type { Random } from "../sim/random/random.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds, us } from "../sim/time.ts";
import { hostNames, impatientClient, storeScenario, storeSettings } from "./raft-cluster.ts";
import { crash } from "./raft-weather.ts";
import { writes } from "./workload.ts";

const THRESHOLD = 100;
const KIB = 1_024;
const BEGIN = seconds(3);

/**
 * Leaders fall while their logs are compacted: before, in and after it, as it comes. For less than
 * the catalogue's minute, as it makes as many events as ten other scenarios.
 */
const compaction: Scenario = (() => {
  const servers = hostNames(5);
  const clients = hostNames(8, "c");
  const calm = BEGIN + seconds(20);
  const horizon = calm + seconds(15);
  return storeScenario({
    name: "raft-log-compaction-during-leader-change",
    about: "A log is compacted every 100 entries; leaders and those who compact crash.",
    plan: (streams) => ({
      servers,
      clients,
      settings: storeSettings(
        { snapshotEntries: THRESHOLD, keptEntries: THRESHOLD / 2 },
        { client: impatientClient },
      ),
      // Long enough for a crash to come while a snapshot is not durable.
      disk: { syncLatency: constant(ms(4)) },
      operations: writes({ clients, from: BEGIN, until: calm, every: ms(5) }, { keys: 40 }),
      faults: compactionFaults(streams.stream("compaction faults"), calm),
      calm,
      horizon,
    }),
    invariants: (plan) => [
      measureSnapshots(),
      logStaysWithin("LOG-LENGTH", 3 * THRESHOLD),
      acknowledgesSteadily("PROGRESS", { from: BEGIN, until: calm }, seconds(5)),
      everyoneCatchesUp("CATCH-UP", { from: calm + 1, by: calm + seconds(10) }),
      operationsReturn("RETURN", { by: horizon }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "snapshot taken", "log compacted", "ok"],
    goals: [
      { metric: "log compacted", atLeast: 60, share: 1 },
      { metric: "leader elected", atLeast: 5, share: 0.95 },
    ],
  });
})();

/** One server is down at a time: the leader, or one whose snapshot is not durable. */
function compactionFaults(random: Random, until: Micros): Fault[] {
  const faults: Fault[] = [];
  for (let at = BEGIN + seconds(2); at < until - seconds(3); at += seconds(2)) {
    const target = random.pick(["leader", "compacting", "compacting leader"]);
    faults.push(crash([target], at + random.int(0, ms(500)), ms(random.int(200, 1_400))));
  }
  return faults;
}

const DOWN = seconds(3);
const UP = seconds(9);

interface Lagging {
  readonly variant: string;
  readonly about: string;
  readonly faults?: (random: Random) => readonly Fault[];
  readonly goals?: readonly Goal[];
}

/** Of each link: a snapshot takes more than a second. Queues hold all that may be in flight. */
const LINE = { bytesPerSecond: 512 * KIB, queueBytes: 4_096 * KIB, per: "link" } as const;

/** A follower is down for 2,000 writes, of which the others keep some hundred in their logs. */
function lagging({ variant, about, faults, goals = [] }: Lagging): Scenario {
  const servers = hostNames(3);
  const [clients, later] = [hostNames(8, "c"), hostNames(2, "d")];
  const calm = UP + seconds(8);
  const horizon = calm + seconds(20);
  return storeScenario({
    name: `raft-snapshot-to-lagging-follower${variant}`,
    about,
    plan: (streams) => ({
      servers,
      clients: [...clients, ...later],
      settings: storeSettings({ snapshotEntries: THRESHOLD, keptEntries: THRESHOLD / 2 }),
      network: { ...defaultNetworkOptions, bandwidth: [LINE] },
      operations: [
        ...writes(
          { clients, from: DOWN + ms(500), until: UP, every: us(2_750) },
          { keys: 2_000, sizeBytes: 300 },
        ),
        ...writes(
          { clients: later, from: UP, until: calm + seconds(4), every: ms(20) },
          { keys: 50 },
        ),
      ],
      faults: [
        crash(["follower 1"], DOWN, UP - DOWN),
        ...(faults?.(streams.stream("transfer faults")) ?? []),
      ],
      calm,
      horizon,
    }),
    invariants: (plan) => [
      measureSnapshots(),
      logStaysWithin("LOG-LENGTH", 3 * THRESHOLD),
      everyoneCatchesUp("CATCH-UP", { from: UP, by: calm + seconds(15) }),
      operationsReturn("RETURN", { by: horizon }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["snapshot sent", "snapshot received", "snapshot installed", "ok"],
    goals: [{ metric: "snapshot installed", atLeast: 1, share: 1 }, ...goals],
  });
}

/** While the follower catches up. */
const BETWEEN_SERVERS = {
  ...{ at: UP, lasting: seconds(8) },
  ...{ from: ["servers"], to: ["servers"], bothWays: false, types: [] },
};

/** While the snapshot is on its way. */
function midTransfer(random: Random): Micros {
  return UP + random.int(ms(100), ms(1_200));
}

export const raftSnapshots: readonly Scenario[] = [
  compaction,
  lagging({
    variant: "",
    about: "A follower misses 2,000 writes and is sent a snapshot; nothing is lost.",
    goals: [{ metric: "snapshot bytes sent %", atMost: 110, share: 1 }],
  }),
  lagging({
    variant: "/loss",
    about: "A follower misses 2,000 writes and is sent a snapshot; 5 % of the messages are lost.",
    faults: () => [{ kind: "loss", ...BETWEEN_SERVERS, probability: 0.05 }],
    // Of 64 KiB a chunk, some are lost, and a question now and then; not all of it goes again.
    goals: [{ metric: "snapshot bytes sent %", atMost: 300, share: 0.95 }],
  }),
  lagging({
    variant: "/duplicates",
    about: "A follower is sent a snapshot, of which a third of the chunks arrives twice.",
    faults: () => [{ kind: "duplication", ...BETWEEN_SERVERS, probability: 0.33 }],
  }),
  lagging({
    variant: "/sender-crash",
    about: "The leader crashes while it sends a snapshot; the next one goes on or begins anew.",
    faults: (random) => [crash(["sending"], midTransfer(random), seconds(2))],
  }),
  lagging({
    variant: "/receiver-crash",
    about: "The follower crashes while it is sent a snapshot, and again when it is all there.",
    faults: (random) => [
      crash(["receiving"], midTransfer(random), ms(300)),
      crash(["installing"], UP + seconds(1), ms(300)),
    ],
  }),
];
