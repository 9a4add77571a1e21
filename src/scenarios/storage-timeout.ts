// Group J: confirmations that come before, at and after the deadline. Names and figures are those
// of the scenario catalogue.

import { operationsEndAs } from "../invariants/storage-endings.ts";
import {
  blocksAreSettled,
  finalIsDurable,
  measureConfirmations,
} from "../invariants/storage-finality.ts";
import { nothingIsLeftOver } from "../invariants/storage-placement.ts";
import { confirmationsComeAt } from "../invariants/storage-strikes.ts";
import { LEDGER_FILE } from "../protocols/storage-quorum/ledger.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import { constant } from "../sim/random/distribution.ts";
import type { Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { hostNames } from "./raft-cluster.ts";
import { BACKEND, storageScenario, storageServers, storageSettings } from "./storage-cluster.ts";
import {
  endingsOf,
  type GivenEnding,
  logins,
  ok,
  operationsOf,
  refused,
  SETTLE,
  type Step,
  step,
} from "./storage-operations.ts";

const BYTES = 1_500;
const LATENCY: Micros = ms(4);
const SYNC: Micros = ms(1);
const UPLOAD_AT: Micros = seconds(12);
const LATE_NODES = ["n2", "n3"];
/** Whatever tells the backend that a replica is there. */
const CONFIRMATIONS = ["stored", "holdings"];
/** After the deadline, for the decision to be durable and told. */
const MARGIN: Micros = seconds(1);
/**
 * From the upload's arrival until a confirmation that is not delayed: there, the sync, and back.
 */
const PROMPT: Micros = 2 * LATENCY + SYNC;

/** How late the confirmations of two of three nodes come, and what becomes of the upload. */
interface Delay {
  readonly variant: string;
  readonly about: string;
  readonly timeout: Micros;
  /** From the upload's arrival at the backend until the first late confirmation. */
  readonly comesAfter: Micros;
  readonly isConfirmed: boolean;
}

const DELAYS: readonly Delay[] = [
  {
    variant: "",
    about: "The second confirmation comes 29 s after the upload, and may take 30 s.",
    ...{ timeout: seconds(30), comesAfter: seconds(29), isConfirmed: true },
  },
  {
    variant: "/too-late",
    about: "The second confirmation comes 31 s after the upload, may take 30 s, and is too late.",
    ...{ timeout: seconds(30), comesAfter: seconds(31), isConfirmed: false },
  },
  {
    variant: "/just-in-time",
    about: "The second confirmation comes a microsecond before the deadline.",
    ...{ timeout: seconds(30), comesAfter: seconds(30) - 1, isConfirmed: true },
  },
  {
    variant: "/at-the-deadline",
    about: "The second confirmation comes at the deadline, and is too late.",
    // The deadline was set before the confirmation was sent: at one time, it comes first.
    ...{ timeout: seconds(30), comesAfter: seconds(30), isConfirmed: false },
  },
  {
    variant: "/60-s",
    about: "The second confirmation comes 31 s after the upload, and may take 60 s.",
    ...{ timeout: seconds(60), comesAfter: seconds(31), isConfirmed: true },
  },
];

function delaySteps(fill: number, { timeout, comesAfter, isConfirmed }: Delay): readonly Step[] {
  const file = "c1/deed";
  const by = (id: string, at: Micros) => ({ id, client: "c1", at });
  const late = UPLOAD_AT + timeout + seconds(10);
  const confirmed = { file, status: "confirmed", chunkCount: 1, confirmations: 2 };
  const ending: GivenEnding = isConfirmed
    ? { ...ok(confirmed, comesAfter + MARGIN), notWithin: comesAfter }
    : { ...refused("no consensus", timeout + MARGIN), notWithin: timeout };
  const download = { op: "download", file };
  return [
    ...logins(["c1"], UPLOAD_AT - seconds(1)),
    step(by("upload", UPLOAD_AT), { op: "upload", name: "deed", sizeBytes: BYTES, fill }, ending),
    step(
      by("download", late),
      download,
      isConfirmed ? ok({ sizeBytes: BYTES }) : refused("not found"),
    ),
    step(by("list", late + seconds(2)), { op: "list" }, ok({ files: isConfirmed ? [file] : [] })),
  ];
}

function delayed(delay: Delay): Scenario {
  const { variant, about, timeout, comesAfter, isConfirmed } = delay;
  return storageScenario({
    name: `sq-consensus-timeout${variant}`,
    about,
    plan: (streams) => ({
      servers: storageServers(3),
      clients: ["c1"],
      settings: storageSettings({ consensusTimeout: timeout }),
      network: { latency: constant(LATENCY) },
      disk: { syncLatency: constant(SYNC) },
      operations: operationsOf(delaySteps(streams.stream("workload").int(0, 1_000_000), delay)),
      faults: [lateFrom(LATE_NODES, UPLOAD_AT, timeout, comesAfter - PROMPT)],
      calm: UPLOAD_AT + 3 * timeout,
      horizon: UPLOAD_AT + 3 * timeout + seconds(30),
    }),
    invariants: () => [
      operationsEndAs("ENDINGS", endingsOf(delaySteps(0, delay))),
      confirmationsComeAt("LATE", LATE_NODES, comesAfter),
      blocksAreSettled("FINAL", timeout + MARGIN),
      nothingIsLeftOver("LEFT-OVER", SETTLE),
      measureConfirmations(),
    ],
    expects: isConfirmed ? ["block settled"] : ["block settled", "late confirmation"],
  });
}

function lateFrom(from: readonly NodeId[], at: Micros, lasting: Micros, added: Micros): Fault {
  return {
    ...{ kind: "latency", at, lasting, added: constant(added) },
    ...{ from, to: [BACKEND], bothWays: false, types: CONFIRMATIONS },
  };
}

const MIXED_TIMEOUT: Micros = seconds(30);
const ROUND: Micros = MIXED_TIMEOUT + seconds(8);
/** What confirmations of a round may take; two of them are too late. */
const ROUND_DELAYS: readonly Micros[] = [0, 10, 29, 31, 45].map(seconds);
const UPLOADERS = hostNames(4, "c");

/**
 * Rounds of four uploads each, in random order; `delays` says how late their confirmations come.
 */
function mixedSteps(fill: number, delays: readonly Micros[], isPending: boolean): readonly Step[] {
  const steps = delays.flatMap((delay, round) =>
    UPLOADERS.map((client, i) => {
      // Close to each other, so that the ledger takes several while it is being synced.
      const at = UPLOAD_AT + round * ROUND + i;
      const name = `r${round}`;
      const id = `${client} uploads ${name}`;
      const operation = { op: "upload", name, sizeBytes: BYTES, fill: fill + 10 * round + i };
      return step({ id, client, at }, operation, mixedEnding(delay, isPending));
    }),
  );
  const end = UPLOAD_AT + delays.length * ROUND;
  const confirmed = UPLOADERS.length * delays.filter((delay) => delay < MIXED_TIMEOUT).length;
  const rejected = isPending ? UPLOADERS.length * delays.length - confirmed : 0;
  const stats = { blocks: confirmed + rejected, pending: 0, confirmed, rejected };
  return [
    ...logins(UPLOADERS, UPLOAD_AT - seconds(1)),
    ...steps,
    step({ id: "stats", client: "c1", at: end }, { op: "stats" }, ok(stats)),
  ];
}

function mixedEnding(delay: Micros, isPending: boolean): GivenEnding {
  if (delay === 0) return ok({ status: "confirmed" });
  // It is told as soon as nobody who was asked may answer in time.
  if (isPending) return ok({ status: "pending" }, seconds(2));
  if (delay > MIXED_TIMEOUT) return refused("no consensus", MIXED_TIMEOUT + MARGIN);
  return { ...ok({ status: "confirmed" }, delay + MARGIN), notWithin: delay };
}

function mixed(isPendingAllowed: boolean): Scenario {
  const mode = isPendingAllowed ? "pending" : "strict";
  const horizon = UPLOAD_AT + ROUND_DELAYS.length * ROUND + seconds(60);
  return storageScenario({
    name: `sq-consensus-timeout/mixed-${mode}`,
    about: `20 uploads, ${mode}, whose confirmations come in time or too late, in random order.`,
    plan: (streams) => {
      const random = streams.stream("workload");
      const delays = random.shuffle(ROUND_DELAYS);
      return {
        servers: storageServers(3),
        clients: UPLOADERS,
        settings: storageSettings({ consensusTimeout: MIXED_TIMEOUT, isPendingAllowed }),
        operations: operationsOf(mixedSteps(random.int(0, 1_000_000), delays, isPendingAllowed)),
        faults: delays.map((delay, round) =>
          // Every round has its fault, so that their times tell which is which.
          lateFrom(LATE_NODES, UPLOAD_AT + round * ROUND, ROUND - seconds(1), delay),
        ),
        calm: horizon - seconds(30),
        horizon,
      };
    },
    invariants: (plan) => [
      operationsEndAs("ENDINGS", endingsOf(mixedSteps(0, delaysOf(plan.faults), isPendingAllowed))),
      blocksAreSettled("FINAL", MIXED_TIMEOUT + MARGIN),
      finalIsDurable("DURABLE-FINAL", LEDGER_FILE),
      nothingIsLeftOver("LEFT-OVER", SETTLE),
      measureConfirmations(),
    ],
    goals: [{ metric: "timeouts", atLeast: 8, atMost: 8, share: 1 }],
  });
}

/** The delay of each round, as the plan has it. */
function delaysOf(faults: readonly Fault[]): readonly Micros[] {
  return faults.flatMap((fault) =>
    fault.kind === "latency" && fault.added.kind === "constant" ? [fault.added.value] : [],
  );
}

export const storageTimeout: readonly Scenario[] = [
  ...DELAYS.map(delayed),
  mixed(false),
  mixed(true),
];
