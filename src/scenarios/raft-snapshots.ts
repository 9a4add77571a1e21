// Group E: the log is compacted. Names and figures are those of the scenario catalogue.

import { everyoneIsLevel } from "../invariants/cut-off.ts";
import { acknowledgesSteadily, operationsReturn } from "../invariants/liveness.ts";
import { equalStates, everyoneCatchesUp } from "../invariants/replicated.ts";
import { logStaysWithin, measureHeldSnapshots, measureSnapshots } from "../invariants/snapshots.ts";
import { defaultRaftOptions } from "../protocols/raft/options.ts";
import type { Fault } from "../sim/fault.ts";
import { defaultNetworkOptions } from "../sim/network/network-options.ts";
import { constant } from "../sim/random/distribution.ts";
import type { Random } from "../sim/random/random.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds, us } from "../sim/time.ts";
import {
  constantLatency,
  hostNames,
  impatientClient,
  storeScenario,
  storeSettings,
} from "./raft-cluster.ts";
import { lateEntriesScenario } from "./raft-late-entries.ts";
import { crash } from "./raft-weather.ts";
import { writes } from "./workload.ts";

const THRESHOLD = 100;
const KIB = 1_024;
const BEGIN = seconds(3);

/** Leaders fall while their logs are compacted: before, in and after it, as it comes. */
const compaction: Scenario = (() => {
  const servers = hostNames(5);
  const clients = hostNames(8, "c");
  const calm = BEGIN + seconds(60);
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
      { metric: "log compacted", atLeast: 300, share: 1 },
      { metric: "leader elected", atLeast: 15, share: 0.95 },
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

/** So short that there is a leader soon after each crash. */
const QUICK = {
  electionTimeoutMin: ms(150),
  electionTimeoutMax: ms(300),
  heartbeatInterval: ms(30),
};

/**
 * Each fourth entry or so brings a journal that takes the place of the present one, and servers
 * crash while they sync: the one, the other or its new name.
 */
const oftenCompacted: Scenario = (() => {
  const clients = hostNames(8, "c");
  const calm = BEGIN + seconds(12);
  const horizon = calm + seconds(12);
  return storeScenario({
    name: "raft-log-compaction-during-leader-change/often",
    about: "A log is compacted every 4 entries, and who syncs crashes, time and again.",
    plan: (streams) => {
      const random = streams.stream("sync faults");
      return {
        servers: hostNames(5),
        clients,
        settings: storeSettings(
          { ...QUICK, snapshotEntries: 4, keptEntries: 0 },
          { client: impatientClient },
        ),
        disk: { syncLatency: constant(ms(4)) },
        operations: writes({ clients, from: BEGIN, until: calm, every: ms(10) }, { keys: 40 }),
        faults: Array.from({ length: 20 }, (_, n) =>
          crash(["syncing"], BEGIN + n * ms(600) + random.int(0, ms(100)), ms(400)),
        ),
        calm,
        horizon,
      };
    },
    invariants: (plan) => [
      acknowledgesSteadily("PROGRESS", { from: BEGIN, until: calm }, seconds(5)),
      everyoneCatchesUp("CATCH-UP", { from: calm + 1, by: calm + seconds(10) }),
      operationsReturn("RETURN", { by: horizon }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "snapshot taken", "log compacted", "ok"],
    goals: [{ metric: "log compacted", atLeast: 300, share: 1 }],
  });
})();

/**
 * A leader hears its followers late: it commits and compacts long after they have an entry, and
 * more so what the first of them has. Then their connection goes, with what is under way on it.
 */
function overtaking(at: Micros): readonly Fault[] {
  const late = (from: string, by: Micros): Fault => ({
    ...{ kind: "latency", at, lasting: ms(700), from: [from], to: ["leader"], bothWays: false },
    ...{ types: ["appendReply"], added: constant(by) },
  });
  const reset: Fault = {
    ...{ kind: "streamDown", at: at + ms(500), lasting: ms(10), probability: 1 },
    ...{ from: ["leader"], to: ["follower 1"], bothWays: true },
  };
  return [late("follower 1", ms(300)), late("follower 2", ms(120)), reset];
}

/**
 * The leader has compacted what it does not know a follower to have, and is cut off from it for a
 * moment: it sends a snapshot to one that has more than that, and has promised to keep it. Raft §7,
 * rule 6 of figure 13.
 */
const overtaken: Scenario = (() => {
  const clients = hostNames(60, "c");
  const calm = BEGIN + seconds(12);
  const horizon = calm + seconds(12);
  return storeScenario({
    name: "raft-snapshot-to-lagging-follower/overtaken",
    about: "A follower has what a snapshot stands for, and more, when the snapshot comes.",
    plan: () => ({
      servers: hostNames(3),
      clients,
      settings: storeSettings({ snapshotEntries: 8, keptEntries: 0 }),
      network: { ...constantLatency(ms(2)), transport: "stream" },
      operations: writes({ clients, from: BEGIN, until: calm, every: ms(4) }, { keys: 40 }),
      faults: Array.from({ length: 7 }, (_, n) => overtaking(BEGIN + n * ms(1_610))).flat(),
      calm,
      horizon,
    }),
    invariants: (plan) => [
      measureHeldSnapshots(),
      everyoneCatchesUp("CATCH-UP", { from: calm + 1, by: calm + seconds(10) }),
      operationsReturn("RETURN", { by: horizon }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["snapshot sent", "log compacted", "ok"],
    goals: [{ metric: "snapshots held", atLeast: 1, share: 1 }],
  });
})();

const DOWN = seconds(3);
const UP = seconds(9);

/** By then the follower has what it has missed, whoever crashes meanwhile. */
const LEVEL = seconds(15);

/** It catches up by a snapshot, and another one is taken meanwhile. */
const REACHED: readonly Goal[] = [
  { metric: "snapshot installed", atLeast: 1, share: 1 },
  { metric: "snapshots taken while sending", atLeast: 1, share: 0.95 },
];

interface Lagging {
  readonly variant: string;
  readonly about: string;
  readonly faults?: (random: Random) => readonly Fault[];
  /** What may be on its way at once. Default: the whole snapshot. */
  readonly inflightBytesMax?: number;
  readonly goals?: readonly Goal[];
}

/** Of each link: a snapshot takes more than a second. Queues hold all that may be in flight. */
const LINE = { bytesPerSecond: 512 * KIB, queueBytes: 4_096 * KIB, per: "link" } as const;

/** A follower is down for 2,000 writes, of which the others keep some hundred in their logs. */
function lagging(scenario: Lagging): Scenario {
  const { variant, about, faults, goals = [] } = scenario;
  const { inflightBytesMax = defaultRaftOptions.inflightBytesMax } = scenario;
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
      settings: storeSettings({
        snapshotEntries: THRESHOLD,
        keptEntries: THRESHOLD / 2,
        inflightBytesMax,
      }),
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
      everyoneIsLevel("LEVEL", { from: UP, by: UP + LEVEL }),
      everyoneCatchesUp("CATCH-UP", { from: UP, by: calm + seconds(15) }),
      operationsReturn("RETURN", { by: horizon }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["snapshot sent", "snapshot received", "snapshot installed", "ok"],
    goals: [...REACHED, ...goals],
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
  oftenCompacted,
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
    // What has left it arrives all the same: so some of the snapshot must not have.
    inflightBytesMax: 128 * KIB,
  }),
  lagging({
    variant: "/receiver-crash",
    about: "The follower crashes while it is sent a snapshot, and again when it is all there.",
    faults: (random) => [
      crash(["receiving"], midTransfer(random), ms(300)),
      crash(["installing"], UP + seconds(1), ms(300)),
    ],
  }),
  overtaken,
  lateEntriesScenario,
];
