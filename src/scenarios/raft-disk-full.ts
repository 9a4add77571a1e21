// Group D: disks that run full.

import { acknowledgesIn, operationsReturn } from "../invariants/liveness.ts";
import { nothingIsAcknowledged, nothingIsCommitted } from "../invariants/no-quorum.ts";
import { handsOver, measureRefusals } from "../invariants/refusals.ts";
import { equalStates, everyoneCatchesUp } from "../invariants/replicated.ts";
import { defaultRaftOptions } from "../protocols/raft/options.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import type { Streams } from "../sim/random/random.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { hostNames, storeScenario, storeSettings } from "./raft-cluster.ts";
import { writes } from "./workload.ts";

const SERVERS = hostNames(3);
const CLIENTS = hostNames(4, "c");
const BEGIN = seconds(3);
const FULL = seconds(5);
const FREE = seconds(17);
const UNTIL = seconds(20);
const HORIZON = seconds(30);
const MIB = 1_024 * 1_024;

/** By then every disk that runs full has done so. */
const ALL_FULL = seconds(8);
/** Runs full about half a second after FULL: by then there are 25 more writes of some 36 bytes. */
const FREE_BYTES = 900;

/** `n1` would lead, whenever it may: it loses patience long before the others do. */
const EAGER = {
  ...defaultRaftOptions,
  electionTimeoutMin: ms(500),
  electionTimeoutMax: ms(700),
};

interface DiskFull {
  readonly variant: string;
  readonly about: string;
  readonly full: readonly NodeId[];
  /** What such a disk takes from a time on. */
  readonly freeBytes: number;
  readonly from?: Micros;
  readonly operations?: readonly PlannedOperation[];
  readonly moreFaults?: (streams: Streams) => readonly Fault[];
  readonly expects?: readonly string[];
  readonly goals?: readonly Goal[];
}

/** Disks take no more from one time on, and then do again. */
function diskFull(scenario: DiskFull): Scenario {
  const { variant, about, full, freeBytes, from = FULL, expects = [], goals = [] } = scenario;
  const hasQuorum = full.length * 2 < SERVERS.length;
  const noQuorum = { from: ALL_FULL, until: FREE };
  return storeScenario({
    name: `raft-disk-full${variant}`,
    about,
    plan: (streams) => ({
      servers: SERVERS,
      clients: CLIENTS,
      settings: storeSettings({}, { raftOf: { n1: EAGER } }),
      // So small that a crash tears records.
      disk: { sectorBytes: 16 },
      operations: scenario.operations ?? smallWrites(BEGIN, ms(20)),
      faults: [
        { kind: "diskFull", at: from, lasting: FREE - from, hosts: full, freeBytes },
        ...(scenario.moreFaults?.(streams) ?? []),
      ],
      calm: FREE,
      horizon: HORIZON,
    }),
    invariants: (plan) => [
      measureRefusals(),
      handsOver("HAND-OVER", "disk full", seconds(10)),
      ...(hasQuorum
        ? [acknowledgesIn("PROGRESS", { from: FREE - seconds(1), until: FREE })]
        : [nothingIsAcknowledged("NO-ACK", noQuorum), nothingIsCommitted("NO-COMMIT", noQuorum)]),
      everyoneCatchesUp("CATCH-UP", { from: FREE + 1, by: FREE + seconds(5) }),
      acknowledgesIn("RESUME", { from: FREE, until: FREE + seconds(8) }),
      operationsReturn("RETURN", { by: HORIZON }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "disk full", "disk free again", "ok", ...expects],
    goals,
  });
}

function smallWrites(from: Micros, every: Micros): readonly PlannedOperation[] {
  return writes({ clients: CLIENTS, from, until: UNTIL, every });
}

/** Writes of 64 KiB: a disk of 10 MiB runs full with the 160th, four seconds after BEGIN. */
const LARGE_UNTIL = BEGIN + 170 * ms(25);
const largeWrites: readonly PlannedOperation[] = [
  ...writes(
    { clients: CLIENTS, from: BEGIN, until: LARGE_UNTIL, every: ms(25) },
    { sizeBytes: 64 * 1_024 },
  ),
  ...writes(
    { clients: CLIENTS.toReversed(), from: LARGE_UNTIL, until: UNTIL, every: ms(50) },
    { sizeBytes: 64 },
  ),
];

/** Writes are refused, once or twice, until somebody else leads; and that takes no 10 seconds. */
const HANDED_OVER: readonly Goal[] = [
  { metric: "refused, disk full", atLeast: 1, share: 1 },
  { metric: "handOverMs", atMost: 10_000, share: 1 },
];

export const raftDiskFull: readonly Scenario[] = [
  diskFull({
    variant: "",
    about: "The disk of the leader runs full: another leads, until it has room again.",
    full: ["n1"],
    freeBytes: 10 * MIB,
    from: BEGIN,
    operations: largeWrites,
    goals: HANDED_OVER,
  }),
  diskFull({
    variant: "/votes",
    about: "The disk of the leader runs full to the last byte: there is no room for a vote.",
    full: ["n1"],
    freeBytes: 0,
    goals: HANDED_OVER,
  }),
  diskFull({
    variant: "/crash",
    about: "The leader crashes as its disk runs full, and comes back while it is full.",
    full: ["n1"],
    freeBytes: FREE_BYTES,
    // With every write a sync: it crashes before its disk is full, or just then.
    moreFaults: (streams) => {
      const after = streams.stream("crash").int(0, 25);
      const when = { at: FULL, lasting: seconds(3) };
      return [{ kind: "crashPoint", hosts: ["n1"], point: "before sync", after, ...when }];
    },
    expects: ["torn tail cut"],
  }),
  diskFull({
    variant: "/follower",
    about: "The disk of a follower runs full, and it catches up when it has room again.",
    full: ["n3"],
    freeBytes: FREE_BYTES,
  }),
  diskFull({
    variant: "/both-followers",
    about: "The disks of both followers run full: nothing is acknowledged, and nothing lost.",
    full: ["n2", "n3"],
    freeBytes: FREE_BYTES,
  }),
];
