import { appendsStayWithin } from "../invariants/limits.ts";
import {
  acknowledgesSteadily,
  everyoneAgrees,
  leaderIsElected,
  leaderStays,
  operationsReturn,
} from "../invariants/liveness.ts";
import { commitsTakeTheirSize } from "../invariants/phases.ts";
import { largeEntriesAreSentFewTimes, measureHeartbeatGaps } from "../invariants/traffic.ts";
import { equalValues, type KvCommand } from "../protocols/kv/commands.ts";
import type { KvServer } from "../protocols/kv/server.ts";
import { checkKvOperation } from "../protocols/kv/task.ts";
import { defaultRaftOptions } from "../protocols/raft/options.ts";
import { defaultClientOptions } from "../protocols/replicated/client.ts";
import { isAdministration } from "../protocols/replicated/task.ts";
import type { Fault } from "../sim/fault.ts";
import type { Invariant } from "../sim/invariant.ts";
import type { Streams } from "../sim/random/random.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import {
  constantLatency,
  hostNames,
  type StorePlan,
  storeScenario,
  storeSettings,
} from "./raft-cluster.ts";
import { crash } from "./raft-weather.ts";
import { sizedWrites } from "./workload.ts";

const MIB = 1_024 * 1_024;
const BYTES_PER_SECOND = 10_000_000;
/** What the largest value takes on a link, 1.68 s. */
const TRANSFER: Micros = Math.floor((16 * MIB * 1_000_000) / BYTES_PER_SECOND);

const SMALL = hostNames(8, "c");
const MEDIUM = hostNames(8, "m");
const BEGIN = seconds(7);
/** When each value is written, by one client after the other. */
const LARGE = [
  { at: seconds(8), sizeBytes: MIB },
  { at: seconds(10), sizeBytes: 4 * MIB },
  { at: seconds(12), sizeBytes: 16 * MIB },
];
const SIXTEEN = LARGE[2]!.at;
/** A log takes no more than this; with what is around it, a value of that size is too large. */
const ENTRY_BYTES_MAX = 16 * MIB + 1_024;
const TOO_LARGE = [{ at: seconds(23), sizeBytes: ENTRY_BYTES_MAX }];
const UNTIL = seconds(26);
const HORIZON = seconds(45);

/** Values of all sizes; those of 100 KiB come while the leader of a crash is away. */
function writesOfAllSizes(large: typeof LARGE): PlannedOperation[] {
  const pace = { clients: SMALL, from: BEGIN, until: UNTIL, every: ms(100) };
  const medium = { clients: MEDIUM, from: seconds(20), until: seconds(21), every: ms(50) };
  return [
    ...sizedWrites(pace, 100),
    ...sizedWrites(medium, 100 * 1_024),
    ...large.map(({ at, sizeBytes }) => {
      const key = `${sizeBytes} bytes`;
      return { at, client: "big", operation: { id: key, op: "put", key, value: { sizeBytes } } };
    }),
  ];
}

interface LargeMessages {
  readonly variant: string;
  readonly about: string;
  readonly large: typeof LARGE;
  readonly faults: (streams: Streams) => readonly Fault[];
  readonly invariants: (plan: StorePlan) => readonly Invariant<KvServer>[];
  readonly goals: readonly Goal[];
}

/** Values of 100 bytes to 16 MiB over links of 10 MB/s. */
function largeMessages({ variant, about, ...rest }: LargeMessages): Scenario {
  return storeScenario({
    name: `raft-large-messages${variant}`,
    about,
    plan: (streams) => ({
      servers: hostNames(3),
      clients: [...SMALL, ...MEDIUM, "big"],
      settings: storeSettings(
        {
          // A heartbeat waits for as long as the largest value takes.
          electionTimeoutMin: seconds(3),
          electionTimeoutMax: seconds(6),
          entryBytesMax: ENTRY_BYTES_MAX,
        },
        // To the leader and from there to a follower, and back.
        { client: { ...defaultClientOptions, requestTimeout: seconds(5), waitMax: seconds(25) } },
      ),
      network: {
        // What overtakes an append by a hair makes the leader send it a second time, all of it.
        ...constantLatency(ms(3)),
        bandwidth: [{ bytesPerSecond: BYTES_PER_SECOND, queueBytes: 100 * MIB, per: "link" }],
      },
      operations: writesOfAllSizes(rest.large),
      faults: rest.faults(streams),
      calm: UNTIL,
      horizon: HORIZON,
    }),
    invariants: (plan) => [
      valuesAreWhole("VALUES", plan),
      appendsStayWithin("APPEND-SIZE", defaultRaftOptions.appendBytesMax, valueBytes),
      everyoneAgrees("AGREEMENT", { from: UNTIL, by: HORIZON }),
      operationsReturn("RETURN", { by: HORIZON }, plan),
      measureHeartbeatGaps([{ name: "all sizes", from: BEGIN, until: UNTIL }]),
      ...rest.invariants(plan),
    ],
    expects: ["leader elected", "ok", ...(rest.large.length > LARGE.length ? ["fail"] : [])],
    goals: rest.goals,
  });
}

/** The bytes of the value that a command of the store's log puts. */
function valueBytes(command: unknown): number {
  const { operation } = (command ?? {}) as Partial<KvCommand>;
  return operation?.op === "put" ? operation.value.length : 0;
}

/**
 * In the end every server holds, byte for byte, what was acknowledged; and no log has anything of
 * what was refused, nor a value that nobody wrote. Each key is written once.
 */
function valuesAreWhole(name: string, { operations }: StorePlan): Invariant<KvServer> {
  return {
    name,
    onEnd: ({ servers, history }) => {
      for (const { operation } of operations) {
        const { outcome } = history.entries.get(operation.id)!;
        const asked = checkKvOperation(operation, "operation").operation;
        if (isAdministration(asked)) continue;
        let expected = asked.op === "put" ? asked.value : undefined;
        for (const { id, node } of servers) {
          const held = node?.item(asked.key)?.value;
          const isWhole = held === undefined ? outcome !== "ok" : equalValues(held, expected);
          if (!isWhole || (outcome === "fail" && held !== undefined)) {
            return `${id} holds ${held?.length} bytes under ${asked.key}, outcome ${outcome}`;
          }
          // Mostly the next server has the very same object, which is no work to compare.
          expected = held ?? expected;
        }
      }
      return undefined;
    },
  };
}

/** How long a large value may take: its size on a link, and 20 %; or whatever it takes. */
function takesItsSize(tolerance: number): Invariant<KvServer> {
  const proportion = { bytesPerSecond: BYTES_PER_SECOND, sizeMin: MIB, tolerance };
  return commitsTakeTheirSize("COMMIT-SIZE", proportion, valueBytes);
}

/** What was sent was lost, or an append before it was. */
function isSentAtMost(timesMax: number): Invariant<KvServer> {
  return largeEntriesAreSentFewTimes("SENT-AGAIN", { sizeMin: MIB, timesMax }, valueBytes);
}

/** What waits in a line is the largest value, and a bit. */
const SHORT_LINES: Goal = { metric: "link backlog, bytes", atMost: 20 * MIB, share: 1 };
/** Nearly all heartbeats come in time; some wait behind the largest value. */
const HEARTBEATS: readonly Goal[] = [
  { metric: "heartbeatGapP99Ms, all sizes", atMost: 200, share: 0.9 },
  { metric: "heartbeatGapMaxMs, all sizes", atMost: 2_000, share: 0.9 },
];

/** The commits of 1, 4 and 16 MiB, each in the time that its size takes, and 20 %. */
const IN_PROPORTION: readonly Goal[] = LARGE.map(({ sizeBytes }) => ({
  ...{ metric: `commit %, ${sizeBytes}`, atLeast: 80, atMost: 120, share: 0.9 },
}));

export const raftLargeMessages: readonly Scenario[] = [
  largeMessages({
    variant: "",
    about: "Values of 1, 4 and 16 MiB among small ones over links of 10 MB/s, and one too large.",
    large: [...LARGE, ...TOO_LARGE],
    faults: () => [],
    invariants: () => [
      takesItsSize(0.2),
      isSentAtMost(1),
      // A log has an order: while the largest value is on its way, what comes behind it waits.
      acknowledgesSteadily("PROGRESS", { from: BEGIN, until: UNTIL }, TRANSFER * 1.2),
      leaderStays("LEADER-STAYS", { from: BEGIN, until: HORIZON }),
    ],
    goals: [SHORT_LINES, ...HEARTBEATS],
  }),
  largeMessages({
    variant: "/loss",
    about: "Values of 1, 4 and 16 MiB among small ones, and one message in a hundred is lost.",
    large: LARGE,
    faults: () => [
      {
        ...{ kind: "loss", at: BEGIN, lasting: UNTIL - BEGIN, probability: 0.01 },
        ...{ from: ["everybody"], to: ["everybody"], bothWays: false, types: [] },
      },
    ],
    invariants: () => [
      takesItsSize(Number.MAX_VALUE),
      isSentAtMost(4),
      // If the request or the answer is lost, after a request timeout.
      acknowledgesSteadily("PROGRESS", { from: BEGIN, until: UNTIL }, seconds(6)),
      leaderStays("LEADER-STAYS", { from: BEGIN, until: HORIZON }),
    ],
    goals: [SHORT_LINES, ...HEARTBEATS, ...IN_PROPORTION],
  }),
  largeMessages({
    variant: "/leader-crash",
    about: "The leader crashes while 16 MiB are on their way from it.",
    large: LARGE,
    faults: (streams) => {
      // The request takes as long to the leader as the value takes from there.
      const at = SIXTEEN + TRANSFER + streams.stream("crash").int(ms(100), TRANSFER - ms(100));
      return [
        // What is on its way is lost with its sender.
        { kind: "isolate", at, lasting: 1, hosts: ["leader"], types: [], inFlight: "lose" },
        crash(["leader"], at, seconds(10)),
      ];
    },
    invariants: () => [
      takesItsSize(Number.MAX_VALUE),
      isSentAtMost(2),
      leaderIsElected("LEADER-ELECTED", { from: SIXTEEN + 2 * TRANSFER, by: seconds(24) }),
      // Until another one leads, and has the largest value.
      acknowledgesSteadily("PROGRESS", { from: BEGIN, until: UNTIL }, seconds(14)),
    ],
    goals: [SHORT_LINES, ...IN_PROPORTION, { metric: "leaderChanges", atLeast: 1, share: 1 }],
  }),
];
