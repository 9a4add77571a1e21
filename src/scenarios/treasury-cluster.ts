// A treasury under test: servers that give leases and keep the ledger, executors that pay, clients
// that order; what all of its scenarios have in common.

import { acknowledged } from "../invariants/acknowledged.ts";
import {
  epochsAreNew,
  leaseIsSingle,
  onlyHoldersRelease,
  standbysWait,
} from "../invariants/lease.ts";
import { measureHolding } from "../invariants/lease-measures.ts";
import { measureCommits, measureLeadership } from "../invariants/measures.ts";
import { statesAreEqual } from "../invariants/orchestrator.ts";
import {
  areExecuted,
  measurePayments,
  type Order,
  paymentRules,
  paymentsAreRight,
  whatIsMarkedIsPaid,
} from "../invariants/treasury.ts";
import { TreasuryClient } from "../protocols/lease/client.ts";
import {
  checkExecutorOperation,
  EXECUTOR_LEASE,
  Executor,
  type ExecutorConfig,
} from "../protocols/lease/executor.ts";
import { treasury } from "../protocols/lease/machine.ts";
import type { TreasuryMessage } from "../protocols/lease/messages.ts";
import type { EXECUTOR_METRICS } from "../protocols/lease/metrics.ts";
import {
  checkLeaseOptions,
  defaultLeaseOptions,
  type LeaseOptions,
} from "../protocols/lease/options.ts";
import { AMOUNT_MAX, checkTreasuryOperation, STAGE_MAX } from "../protocols/lease/request.ts";
import { TreasuryServer } from "../protocols/lease/server.ts";
import { Collector } from "../protocols/monitoring/collector.ts";
import {
  type CollectorConfig,
  type CollectorOptions,
  checkCollectorOptions,
} from "../protocols/monitoring/collector-options.ts";
import type { RaftOptions } from "../protocols/raft/options.ts";
import { UsageError } from "../sim/assert.ts";
import { checkCount, checkFlag, checkRecord, checkText } from "../sim/check.ts";
import type { NodeId, Operation, Plain } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import type { OperationPlace, Plan, PlanHosts } from "../sim/plan.ts";
import { defineScenario, type Scenario } from "../sim/scenario.ts";
import { type Micros, ms } from "../sim/time.ts";
import { type Authored, ownInvariants, planOf } from "./authored.ts";
import { clusterTargets } from "./cluster-targets.ts";
import {
  checkStoreSettings,
  diskOf,
  STORE_SETTINGS,
  type StoreSettings,
  storeRequests,
  storeSettings,
} from "./raft-cluster.ts";
import { raftSafetyOf } from "./raft-safety.ts";

/** Who an executor is. */
export interface ExecutorSettings {
  readonly identity: string;
  readonly isStandby: boolean;
}

/** What a plan says of the treasury itself: what one says of the store, and more. */
export interface TreasurySettings extends StoreSettings {
  readonly lease: LeaseOptions;
  /** The clients that are executors. */
  readonly executors: Readonly<Record<NodeId, ExecutorSettings>>;
  /** The clients that watch servers and executors. */
  readonly collectors: Readonly<Record<NodeId, CollectorOptions>>;
  /** How many disbursements an executor stages at a time. */
  readonly batchMax: number;
  /** What there is to be paid out. */
  readonly funds: number;
}

export type TreasuryPlan = Plan<TreasurySettings>;

/** A scenario of the treasury as its author writes it. */
export interface TreasuryScenario extends Authored<TreasurySettings, TreasuryServer> {
  /** Whether clocks differ by more than the margin: then several executors may act at a time. */
  readonly mayOverlap?: boolean;
}

/** Makes a scenario: servers, executors, clients, targets and invariants are those of all. */
export function treasuryScenario(scenario: TreasuryScenario): Scenario {
  return defineScenario<TreasuryMessage, TreasuryServer, TreasurySettings>({
    ...scenario,
    plan: (streams) => planOf(scenario, streams),
    checkSettings,
    server: (env, { settings, servers }) => {
      const { raft, raftOf, funds } = settings;
      return new TreasuryServer(env, treasury(funds), raftOf[env.id] ?? raft, servers);
    },
    files: (id, { servers, settings }) => diskOf(id, settings.members ?? servers),
    client: (env, plan) => {
      const executor = plan.settings.executors[env.id];
      if (executor !== undefined) return new Executor(env, configOf(executor, plan));
      const options = plan.settings.collectors[env.id];
      if (options !== undefined) return new Collector(env, watchOf(plan, options));
      return new TreasuryClient(env, plan.servers, plan.settings.client);
    },
    checkOperation: checkTreasuryTask,
    targets: { ...clusterTargets, ...executorTargets },
    invariants: (plan) => [...safetyOf(plan, scenario), ...ownInvariants(scenario, plan)],
  });
}

/** Such Raft options that little is said while nothing happens. */
const CALM_RAFT: Partial<RaftOptions> = {
  heartbeatInterval: ms(500),
  electionTimeoutMin: ms(2_000),
  electionTimeoutMax: ms(4_000),
};

/** A primary `e1` and a hot standby `e2`, and the usual options but for those given. */
export function treasurySettings(
  given: Partial<TreasurySettings> = {},
  raft: Partial<RaftOptions> = {},
): TreasurySettings {
  return {
    ...storeSettings({ ...CALM_RAFT, ...raft }),
    lease: defaultLeaseOptions,
    executors: {
      e1: { identity: "executor-primary", isStandby: false },
      e2: { identity: "executor-replica", isStandby: true },
    },
    collectors: {},
    batchMax: 100,
    funds: 1_000_000,
    ...given,
  };
}

/**
 * What holds of a lease that two executors want: a plan that was shrunk may have one or none, and
 * nobody is to blame then.
 */
export function ofBothExecutors(
  { settings }: TreasuryPlan,
  invariants: readonly Invariant<TreasuryServer>[],
): readonly Invariant<TreasuryServer>[] {
  return Object.keys(settings.executors).length < 2 ? [] : invariants;
}

/** ALL-EXECUTED: all that is ordered is. */
export function allIsExecuted(
  { operations }: TreasuryPlan,
  deadline: { readonly from: Micros; readonly by: Micros },
): Invariant<TreasuryServer> {
  const orders = operations.filter(({ operation: { op } }) => op === "disburse");
  return areExecuted("ALL-EXECUTED", orders.length, deadline);
}

function configOf(
  { identity, isStandby }: ExecutorSettings,
  { servers, settings }: TreasuryPlan,
): ExecutorConfig {
  const { lease, batchMax, client: call } = settings;
  return { identity, isStandby, lease, call, batchMax, servers };
}

/** Servers and executors tell what they have paid, and who acts. */
function watchOf({ servers, settings }: TreasuryPlan, options: CollectorOptions): CollectorConfig {
  const nodes = [...servers, ...Object.keys(settings.executors)];
  return { nodes, options, told: { active: ACTIVE, epoch: EPOCH }, bounds: [] };
}

const ACTIVE: keyof typeof EXECUTOR_METRICS.gauges = "executor_active";
const EPOCH: keyof typeof EXECUTOR_METRICS.gauges = "lease_epoch";

/** `executing`: an executor with the lease that has paid a part of its batch, and not all. */
const executorTargets = {
  executing: (world: World<TreasuryServer>) => executing(world, 0),
  "executing early": (world: World<TreasuryServer>) => executing(world, 80),
  "executing late": (world: World<TreasuryServer>) => executing(world, 0, 20),
};

function executing({ clients }: World<TreasuryServer>, from: number, to = 99): NodeId[] {
  const isAtIt = (host: (typeof clients)[number]): boolean => {
    const { node } = host;
    // By its host's clock: its program reads none while no handler of it runs.
    if (!(node instanceof Executor) || host.now() >= (node.held?.until ?? 0)) return false;
    const { length } = node.state.disburser.intents;
    return length > from && length <= to;
  };
  return clients.filter(isAtIt).map(({ id }) => id);
}

function safetyOf(
  plan: TreasuryPlan,
  { mayOverlap = false }: TreasuryScenario,
): readonly Invariant<TreasuryServer>[] {
  const { settings, servers } = plan;
  const executors = Object.keys(settings.executors);
  const subject = { lease: EXECUTOR_LEASE, executors };
  const { margin } = settings.lease;
  return [
    raftSafetyOf(treasury(settings.funds), settings.members ?? servers),
    acknowledged(storeRequests),
    statesAreEqual("LEASE-STATE-EQ"),
    ...(mayOverlap
      ? []
      : [
          leaseIsSingle("LEASE-SINGLE", subject),
          standbysWait("LEASE-PRIMARY-PREFERENCE", subject, settings.lease),
          onlyHoldersRelease("LEASE-RELEASE", subject),
        ]),
    epochsAreNew("LEASE-EPOCH", subject),
    // Where clocks are anywhere, nobody can tell what is due.
    paymentsAreRight(orderOf, { ...paymentRules, skew: mayOverlap ? plan.horizon : margin }),
    whatIsMarkedIsPaid("LEASE-MARKED"),
    measureHolding(subject),
    measurePayments(executors),
    measureLeadership(),
    measureCommits(),
  ];
}

function orderOf(operation: Plain): Order | undefined {
  // The operations that a TreasuryClient emits.
  const asked = operation as unknown as Order & { readonly op: string };
  return asked.op === "disburse" ? asked : undefined;
}

/** What a client is asked for, or what an operator tells an executor. */
function checkTreasuryTask(
  operation: Operation,
  path: string,
  place: OperationPlace<TreasurySettings>,
): unknown {
  const { client, settings } = place;
  if (settings.executors[client] !== undefined) return checkExecutorOperation(operation, path);
  if (settings.collectors[client] === undefined) {
    return checkTreasuryOperation(operation, path, place);
  }
  throw new UsageError(`${path}: expected none for ${client}, which is a collector`);
}

function checkSettings(value: unknown, path: string, hosts: PlanHosts): TreasurySettings {
  const { lease, executors, collectors, batchMax, funds, ...rest } = checkRecord(
    value,
    path,
    FIELDS,
  );
  return {
    ...checkStoreSettings(rest, path, hosts),
    lease: checkLeaseOptions(lease, `${path}.lease`),
    executors: checkByClient(executors, `${path}.executors`, hosts, checkExecutor),
    collectors: checkByClient(collectors, `${path}.collectors`, hosts, checkCollectorOptions),
    batchMax: checkCount(batchMax, `${path}.batchMax`, 1, STAGE_MAX),
    funds: checkCount(funds, `${path}.funds`, 0, AMOUNT_MAX),
  };
}

const FIELDS = [...STORE_SETTINGS, "lease", "executors", "collectors", "batchMax", "funds"];

function checkByClient<Kind>(
  value: unknown,
  path: string,
  { clients }: PlanHosts,
  check: (value: unknown, path: string) => Kind,
): Readonly<Record<NodeId, Kind>> {
  const entries = Object.entries(checkRecord(value, path, clients));
  return Object.fromEntries(entries.map(([id, one]) => [id, check(one, `${path}.${id}`)]));
}

function checkExecutor(value: unknown, path: string): ExecutorSettings {
  const fields = checkRecord(value, path, ["identity", "isStandby"]);
  return {
    identity: checkText(fields.identity, `${path}.identity`),
    isStandby: checkFlag(fields.isStandby, `${path}.isStandby`),
  };
}
