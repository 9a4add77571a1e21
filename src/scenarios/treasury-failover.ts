// Group L: the executor of the treasury fails, and its standby takes over. Names and figures are
// those of the scenario catalogue.

import { measureSingleLook, takeoverIsTimely } from "../invariants/lease-measures.ts";
import { activeExecutors } from "../invariants/lease-view.ts";
import { operationsReturn } from "../invariants/liveness.ts";
import { areExecuted } from "../invariants/treasury.ts";
import { EXECUTOR_LEASE } from "../protocols/lease/executor.ts";
import { defaultLeaseOptions, type LeaseOptions } from "../protocols/lease/options.ts";
import type { TreasuryServer } from "../protocols/lease/server.ts";
import type { Fault } from "../sim/fault.ts";
import type { Invariant } from "../sim/invariant.ts";
import type { Streams } from "../sim/random/random.ts";
import type { PlanParts, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { eventually } from "../sim/temporal/liveness.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { crash } from "./raft-weather.ts";
import {
  allIsExecuted,
  ofBothExecutors,
  type TreasuryPlan,
  type TreasurySettings,
  treasuryScenario,
  treasurySettings,
} from "./treasury-cluster.ts";
import { BEGIN, CLIENT, disbursements, LAN, SERVERS } from "./treasury-words.ts";

const PRIMARY = "e1";
const STANDBY = "e2";

const COUNT = 50;
/** Fifty of them are due over five minutes. */
const EVERY = seconds(6);
/** The primary has the lease, and the standby may claim it. */
const STOPS_FROM = seconds(90);
const STOPS_TO = seconds(150);
const RESTART = seconds(90);
/** The source's script looks once, that long after it has stopped the primary. */
const SOURCE_LOOK = seconds(65);
/** A request, its redirect, and its commit. */
const COMMIT = ms(100);
/** The step that is under way, what gives the lease back, and what takes it. */
const HANDOVER = 3 * COMMIT;
const BACKLOG = seconds(60);
const HORIZON = BEGIN + COUNT * EVERY + BACKLOG;

/** What becomes of the primary at a time. */
interface Stopped {
  readonly faults?: readonly Fault[];
  readonly operations?: readonly PlannedOperation[];
}

interface Failover {
  readonly variant: string;
  readonly about: string;
  readonly lease?: LeaseOptions;
  readonly settings?: Partial<TreasurySettings>;
  readonly stop: (at: Micros, streams: Streams) => Stopped;
  /** Whether the source's script is to be judged; it knows of no release. */
  readonly isLookedAt?: boolean;
  /** Whether the primary is alive to give the lease back when it is told to stop. */
  readonly isHandedOver?: boolean;
  /** What more than a commit a takeover may take. Default: nothing. */
  readonly slack?: Micros;
  readonly expects?: readonly string[];
}

function failover({
  variant,
  about,
  lease = defaultLeaseOptions,
  settings = {},
  stop,
  isLookedAt = false,
  isHandedOver = false,
  slack = 0,
  expects = [],
}: Failover): Scenario {
  return treasuryScenario({
    name: `tb-treasury-failover${variant}`,
    about,
    plan: (streams): PlanParts<TreasurySettings> => {
      const at = streams.stream("stop").int(STOPS_FROM, STOPS_TO);
      const { faults = [], operations = [] } = stop(at, streams);
      return {
        servers: SERVERS,
        clients: [CLIENT, PRIMARY, STANDBY],
        settings: treasurySettings({ lease, ...settings }),
        network: LAN,
        operations: [
          ...disbursements(CLIENT, { from: BEGIN, count: COUNT, every: EVERY }),
          ...operations,
        ],
        faults,
        calm: at + RESTART,
        horizon: HORIZON,
      };
    },
    invariants: (plan) => [
      ...ofBothExecutors(plan, [
        takeoverIsTimely(
          "TAKEOVER",
          { lease: EXECUTOR_LEASE },
          { ...lease, commit: COMMIT + slack, until: plan.horizon },
        ),
        ...backlogIsDrained(plan, lease),
        ...(isHandedOver ? [handedOver(plan, lease)] : []),
      ]),
      ...(isLookedAt
        ? [measureSingleLook("sourceCheckFails", STANDBY, stoppedAt(plan) + SOURCE_LOOK)]
        : []),
      operationsReturn("RETURN", { by: BEGIN + seconds(30) }, ordersOf(plan)),
    ],
    expects: ["lease acquired", "lease renewed", "lease refused", "executed", ...expects],
    goals: [{ metric: "payments", atLeast: COUNT, share: 1 }],
  });
}

/** When the primary is told to stop, or falls, as the plan has it now. */
function stoppedAt({ faults, operations, calm }: TreasuryPlan): Micros {
  const told = operations.find(({ operation }) => operation.op === "stop");
  return told?.at ?? faults[0]?.at ?? calm;
}

/** A standby that is there has the lease at its next poll, once it was given back. */
function handedOver(plan: TreasuryPlan, { poll }: LeaseOptions): Invariant<TreasuryServer> {
  const from = stoppedAt(plan);
  return eventually("HANDOVER", (world) => activeExecutors(world, [STANDBY]).length > 0, {
    ...{ from, by: from + poll + HANDOVER },
    supposes: ["servers", "operations", "faults", "conditions"],
  });
}

/** An operator's words are no operations that return. */
function ordersOf({
  operations,
  faults,
}: TreasuryPlan): Pick<TreasuryPlan, "operations" | "faults"> {
  return { operations: operations.filter(({ client }) => client === CLIENT), faults };
}

/** Who takes over drains what was due meanwhile within a minute; in the end all is executed. */
function backlogIsDrained(
  plan: TreasuryPlan,
  { ttl, poll }: LeaseOptions,
): readonly Invariant<TreasuryServer>[] {
  const takenOver = stoppedAt(plan) + ttl + poll;
  const orders = ordersOf(plan).operations.length;
  const due = Math.min(orders, Math.floor((takenOver - BEGIN) / EVERY));
  return [
    areExecuted("BACKLOG", due, { from: takenOver, by: takenOver + BACKLOG }),
    allIsExecuted(plan, { from: takenOver, by: plan.horizon }),
  ];
}

const told = (op: string, at: Micros, client = PRIMARY): PlannedOperation => ({
  at,
  client,
  operation: { id: `${op}.${client}`, op },
});

const crashed: Failover["stop"] = (at) => ({ faults: [crash([PRIMARY], at, RESTART)] });

const stopped: Failover["stop"] = (at) => ({
  operations: [told("stop", at), told("start", at + RESTART)],
});

/** It falls as soon as it knows something, and before it can do anything about it. */
function fallsAt(point: "emit staged" | "emit paid"): Failover["stop"] {
  return (at) => ({
    faults: [{ kind: "crashPoint", hosts: [PRIMARY], point, after: 0, at, lasting: RESTART }],
  });
}

/** The poll of the source's code, where its text says 10 s. */
const POLL_15: LeaseOptions = { ...defaultLeaseOptions, poll: seconds(15) };

/** Group L, failover. */
export const treasuryFailover: readonly Scenario[] = [
  failover({
    variant: "",
    about: "The primary's executor crashes; its standby has the lease within ttl and poll.",
    stop: crashed,
    isLookedAt: true,
  }),
  failover({
    variant: "/poll-15",
    about: "The same with a poll of 15 s.",
    lease: POLL_15,
    stop: crashed,
    isLookedAt: true,
  }),
  failover({
    variant: "/graceful",
    about: "The primary's executor is told to stop, and gives the lease back.",
    stop: stopped,
    isHandedOver: true,
    expects: ["lease lost"],
  }),
  failover({
    variant: "/between-stage-and-pay",
    about: "The primary falls when it has a nonce and has not paid; its standby pays under that.",
    stop: fallsAt("emit staged"),
  }),
  failover({
    variant: "/between-pay-and-mark",
    about: "The primary falls when it has paid and not marked; its standby finds that it was paid.",
    stop: fallsAt("emit paid"),
  }),
  failover({
    variant: "/leader-falls",
    about: "While nobody executes, the leader of those who give the lease falls, too.",
    stop: (at, streams) => ({
      faults: [
        crash([PRIMARY], at, RESTART),
        crash(["leader"], at + streams.stream("leader").int(seconds(10), seconds(55)), seconds(5)),
      ],
    }),
    // Who asked the one that fell asks again, and nobody leads for a while.
    slack: seconds(10),
  }),
  failover({
    variant: "/late-release",
    about: "The primary is paused and told to stop meanwhile: what it gives back is not its own.",
    stop: (at) => ({
      faults: [{ kind: "pause", hosts: [PRIMARY], at, lasting: RESTART }],
      // Before its next poll: that would ask for the lease, and find out.
      operations: [told("stop", at + ms(1)), told("start", at + RESTART + seconds(5))],
    }),
  }),
  failover({
    variant: "/one-identity",
    about: "Two executors have one name: the second is refused for as long as the first has it.",
    settings: {
      executors: {
        e1: { identity: "executor", isStandby: false },
        e2: { identity: "executor", isStandby: false },
      },
    },
    stop: crashed,
  }),
];
