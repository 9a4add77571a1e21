// Group D: slow disks, little memory, slow processors.

import { commitTails, type TailPhase } from "../invariants/commit-tail.ts";
import {
  acknowledgesIn,
  everyoneAgrees,
  leaderStays,
  operationsReturn,
} from "../invariants/liveness.ts";
import { anotherLeads } from "../invariants/refusals.ts";
import { equalStates, everyoneCatchesUp } from "../invariants/replicated.ts";
import type { KvServer } from "../protocols/kv/server.ts";
import { defaultClientOptions } from "../protocols/replicated/client.ts";
import type { Fault, Target } from "../sim/fault.ts";
import type { Invariant } from "../sim/invariant.ts";
import { constant } from "../sim/random/distribution.ts";
import type { Goal, PlanParts, Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds, us } from "../sim/time.ts";
import { hostNames, type StorePlan, storeScenario, storeSettings } from "./raft-cluster.ts";
import { raftMemory } from "./raft-memory.ts";
import { writes } from "./workload.ts";

const NAME = "raft-resource-throttling";
const SERVERS = hostNames(5);
/** Enough for 100 writes a second that take a second each. */
const CLIENTS = hostNames(120, "c");
const BEGIN = seconds(4);
const THROTTLED = seconds(7);

interface Throttling {
  readonly variant: string;
  readonly about: string;
  readonly faults: readonly Fault[];
  readonly cpu?: PlanParts<unknown>["cpu"];
  /** When the last fault has ended. */
  readonly calm: Micros;
  readonly phases: readonly TailPhase[];
  readonly invariants?: (plan: StorePlan) => readonly Invariant<KvServer>[];
  readonly goals: readonly Goal[];
}

function throttling(given: Throttling): Scenario {
  const { variant, about, faults, cpu = {}, calm, phases, goals } = given;
  const until = calm + seconds(5);
  const horizon = until + seconds(5);
  return storeScenario({
    name: `${NAME}${variant}`,
    about,
    plan: () => ({
      servers: SERVERS,
      clients: CLIENTS,
      // Whoever asks twice makes the log longer, not slower: it would only blur the picture.
      settings: storeSettings(
        {},
        { client: { ...defaultClientOptions, requestTimeout: seconds(4) } },
      ),
      operations: writes(
        { clients: CLIENTS, from: BEGIN, until, every: ms(10) },
        { sizeBytes: 1_024 },
      ),
      faults,
      cpu,
      calm,
      horizon,
    }),
    invariants: (plan) => [
      commitTails("COMMIT-TAIL", phases),
      ...(given.invariants?.(plan) ?? []),
      acknowledgesIn("PROGRESS", { from: calm, until: calm + seconds(5) }),
      everyoneCatchesUp("CATCH-UP", { from: calm + 1, by: calm + seconds(5) }),
      everyoneAgrees("AGREEMENT", { from: until, by: horizon }),
      operationsReturn("RETURN", { by: horizon }, plan),
      equalStates("EQUAL-STATES"),
    ],
    expects: ["leader elected", "ok"],
    goals,
  });
}

/**
 * Two ways of 5 ms at most; and at a follower the rest of a sync that is under way, and one of its
 * own, of 1 ms each.
 */
const QUICK = ms(12);

function phase(name: string, from: Micros, until: Micros, p99Max = QUICK): TailPhase {
  // What is under way when the weather changes belongs to neither side.
  return { name, from: from + ms(20), until: until - 1, p99Max };
}

const before = phase("before", BEGIN + seconds(1), THROTTLED);

function slowDisk(hosts: readonly Target[], at: Micros, lasting: Micros, added: Micros): Fault {
  return { kind: "slowDisk", at, lasting, hosts, added: constant(added) };
}

const MAJORITY = ["follower 1", "follower 2", "follower 3"];
const STEP = seconds(3);
const [T50, T500, T3_50, T3_500] = [0, 1, 2, 3].map((i) => THROTTLED + i * STEP) as [
  Micros,
  Micros,
  Micros,
  Micros,
];
const T_END = T3_500 + STEP;

/**
 * Not slower than in the first phase, to within 2 ms: to have two answers of three takes somewhat
 * longer than to have two of four, even if all three are quick.
 */
function unchanged(phase: string): Goal {
  return { metric: `commitP99RiseMs, ${phase}`, atMost: 2, share: 0.95 };
}

const leaderKeeps = (until: Micros) => (): readonly Invariant<KvServer>[] => [
  leaderStays("LEADER-STAYS", { from: BEGIN, until }),
];

const disk = throttling({
  variant: "",
  about: "Syncs of a follower take 50 ms, then 500 ms; then those of three followers of four.",
  faults: [
    slowDisk(["follower 1"], T50, STEP, ms(49)),
    slowDisk(["follower 1"], T500, STEP, ms(499)),
    slowDisk(MAJORITY, T3_50, STEP, ms(49)),
    slowDisk(MAJORITY, T3_500, STEP, ms(499)),
  ],
  calm: T_END,
  phases: [
    before,
    phase("one of 50 ms", T50, T500),
    phase("one of 500 ms", T500, T3_50),
    // The rest of a sync, and one of its own.
    phase("most of 50 ms", T3_50, T3_500, QUICK + 2 * ms(49)),
    phase("most of 500 ms", T3_500, T_END, QUICK + 2 * ms(499)),
    phase("after", T_END + seconds(1), T_END + seconds(5)),
  ],
  invariants: leaderKeeps(T_END + seconds(5)),
  goals: [
    unchanged("one of 50 ms"),
    unchanged("one of 500 ms"),
    // Slow disks are felt when a majority has them.
    { metric: "commitP99Ms, most of 500 ms", atLeast: 500, share: 1 },
    unchanged("after"),
  ],
});

const diskOfLeader = throttling({
  variant: "/disk-of-leader",
  about: "Syncs of the leader take 50 ms, then 500 ms: commits wait for a majority, not for it.",
  faults: [slowDisk(["leader"], T50, STEP, ms(49)), slowDisk(["leader"], T500, STEP, ms(499))],
  calm: T3_50,
  phases: [
    before,
    phase("50 ms", T50, T500),
    phase("500 ms", T500, T3_50),
    phase("after", T3_50 + seconds(1), T3_50 + seconds(5)),
  ],
  invariants: leaderKeeps(T3_50 + seconds(5)),
  goals: [unchanged("50 ms"), unchanged("500 ms"), unchanged("after")],
});

/** Every event takes 100 us; on the slow host ten times as long, and then it stands still. */
const CPU = constant(us(100));
const SLOWER = constant(us(900));
const STALL = THROTTLED + seconds(4);
const GO_ON = STALL + seconds(3);

function slowCpu(host: Target): readonly Fault[] {
  return [
    { kind: "slowCpu", at: THROTTLED, lasting: STALL - THROTTLED, hosts: [host], perEvent: SLOWER },
    { kind: "pause", at: STALL, lasting: GO_ON - STALL, hosts: [host] },
  ];
}

const cpu = throttling({
  variant: "/cpu",
  about: "The processor of a follower is ten times slower, then stands still for 3 s.",
  faults: slowCpu("follower 1"),
  cpu: { perEvent: CPU },
  calm: GO_ON,
  phases: [
    { ...before, p99Max: QUICK + ms(3) },
    phase("slow", THROTTLED, STALL, QUICK + ms(3)),
    phase("stalled", STALL, GO_ON, QUICK + ms(3)),
    phase("after", GO_ON + seconds(1), GO_ON + seconds(5), QUICK + ms(3)),
  ],
  invariants: leaderKeeps(GO_ON + seconds(5)),
  goals: [unchanged("slow"), unchanged("stalled"), unchanged("after")],
});

const cpuOfLeader = throttling({
  variant: "/cpu-of-leader",
  about: "The processor of the leader is ten times slower, then stands still: another leads.",
  faults: slowCpu("leader"),
  cpu: { perEvent: CPU },
  calm: GO_ON,
  phases: [
    { ...before, p99Max: QUICK + ms(3) },
    // Busy for two thirds of the time, it still keeps up.
    phase("slow", THROTTLED, STALL, 2 * QUICK),
    phase("after", GO_ON + seconds(2), GO_ON + seconds(5), QUICK + ms(3)),
  ],
  invariants: () => [...leaderKeeps(STALL)(), anotherLeads("HAND-OVER", STALL, seconds(5))],
  goals: [{ metric: "handOverMs", atMost: 3_000, share: 0.95 }, unchanged("after")],
});

export const raftResourceThrottling: readonly Scenario[] = [
  disk,
  diskOfLeader,
  ...raftMemory(NAME),
  cpu,
  cpuOfLeader,
];
