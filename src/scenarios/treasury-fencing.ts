// Group L: an executor stands still in the middle of a batch, and wakes up when another is at it.

import { operationsReturn } from "../invariants/liveness.ts";
import type { Fault } from "../sim/fault.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { Random } from "../sim/random/random.ts";
import type { Goal, PlanParts, Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { hostNames, impatientClient } from "./raft-cluster.ts";
import {
  allIsExecuted,
  ofBothExecutors,
  type TreasurySettings,
  treasuryScenario,
  treasurySettings,
} from "./treasury-cluster.ts";
import { BEGIN, disbursements, EXECUTORS, SERVERS } from "./treasury-words.ts";

/** So many that all is ordered, and due, within a second. */
const CLIENTS = hostNames(25, "c");
/** In one batch. */
const COUNT = 100;
/** All are due from then on, and the standby may claim the lease. */
const DUE = seconds(75);
const STANDS_STILL = seconds(90);
/** After the first batch begins. */
const DONE = DUE + seconds(300);

interface Fencing {
  readonly variant: string;
  readonly about: string;
  /** How much later each order of a client is due than the one before. Default: not at all. */
  readonly every?: Micros;
  /** What befalls who executes. */
  readonly faults: (executing: string, at: Micros) => readonly Fault[];
  readonly mayOverlap?: boolean;
  readonly goals?: readonly Goal[];
}

function fencing({
  variant,
  about,
  every = 0,
  faults,
  mayOverlap = false,
  goals = [],
}: Fencing): Scenario {
  return treasuryScenario({
    ...{ name: `tb-paused-executor-fencing${variant}`, about, mayOverlap },
    plan: (streams): PlanParts<TreasurySettings> => ({
      servers: SERVERS,
      clients: [...CLIENTS, ...EXECUTORS],
      settings: treasurySettings({ client: { ...impatientClient, requestTimeout: seconds(2) } }),
      // So slow that a batch takes some half a minute.
      network: { latency: uniform(ms(30), ms(60)) },
      operations: CLIENTS.flatMap((client, i) => ordersOf(client, i, every)),
      faults: faults(executingAt(streams.stream("moment")), DUE),
      calm: DUE + seconds(12) + 2 * STANDS_STILL,
      horizon: DONE,
    }),
    invariants: (plan) => [
      ...ofBothExecutors(plan, [allIsExecuted(plan, { from: DUE, by: DONE })]),
      operationsReturn("RETURN", { by: DONE }, plan),
    ],
    expects: ["leader elected", "lease acquired", "lease lost", "paid", "executed"],
    goals: [{ metric: "payments", atLeast: COUNT, share: 1 }, ...goals],
  });
}

/** A part of the orders, from about the same time on. */
function ordersOf(client: string, part: number, every: Micros) {
  const count = COUNT / CLIENTS.length;
  const orders = disbursements(client, {
    ...{ from: BEGIN, count, every, delay: DUE - BEGIN },
  });
  return orders.map((order, i) => {
    const number = part * count + i + 1;
    return { ...order, operation: { ...order.operation, disbursement: `d${number}` } };
  });
}

function executingAt(random: Random): string {
  return random.pick(["executing", "executing early", "executing late"]);
}

const pause = (executing: string, at: Micros): Fault => ({
  ...{ kind: "pause", hosts: [executing], at, lasting: STANDS_STILL },
});

/** It stands still, and its clock runs at half its rate. */
const suspension: Fencing["faults"] = (executing, at) => [
  pause(executing, at),
  { kind: "clockDrift", hosts: [executing], ppm: -500_000, at, lasting: STANDS_STILL },
];

/** Group L, fencing. */
export const treasuryFencing: readonly Scenario[] = [
  fencing({
    variant: "",
    about: "The executor is paused in its batch for 90 s; it finds its lease over, and stops.",
    faults: (executing, at) => [pause(executing, at)],
  }),
  fencing({
    variant: "/suspended",
    about:
      "Its machine is suspended, and its clock loses half of that: it goes on, and is refused.",
    faults: suspension,
    mayOverlap: true,
    goals: [{ metric: "refused, stale", atLeast: 1, share: 0.2 }],
  }),
  fencing({
    variant: "/suspended-idle",
    about: "It is suspended before its batch, and asks in its old epoch what there is to be paid.",
    // Up to 93 s: who wakes up has no nonce, and finds another in the midst of it.
    every: seconds(6),
    faults: (_, at) => suspension("e1", at),
    mayOverlap: true,
    goals: [{ metric: "refused, stale", atLeast: 1, share: 0.1 }],
  }),
  fencing({
    variant: "/late-submission",
    about: "What it sends is held up for 90 s, and arrives when another has paid.",
    faults: (executing, at) => [
      {
        ...{ kind: "clog", from: [executing], to: ["servers"], bothWays: false },
        ...{ types: [], at, lasting: STANDS_STILL },
      },
    ],
    goals: [{ metric: "paymentsRefusedStale", atLeast: 1, share: 0.5 }],
  }),
];
