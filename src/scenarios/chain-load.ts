// Group L: how much a chain bears. Names and figures are those of the scenario catalogue, made
// smaller for campaigns; the full size is the same plan with other figures: see `loadPlan`.

import { acceptedAreIncluded, includedWithin } from "../invariants/chain-load.ts";
import { mempoolIsBounded, peersKeepLimits } from "../invariants/chain-load-limits.ts";
import { measureLoad, tipsAreEqual, tipsInWords } from "../invariants/chain-load-measures.ts";
import type { LoadSource } from "../invariants/chain-load-view.ts";
import { accountAt } from "../protocols/block-sync/account.ts";
import { tipOf } from "../protocols/block-sync/chain.ts";
import type { ChainChecks } from "../protocols/block-sync/chain-reader.ts";
import { isMalformed } from "../protocols/block-sync/encoding/rlp.ts";
import type { PeerOptions } from "../protocols/block-sync/options.ts";
import { GAS_OF_TRANSACTION } from "../protocols/block-sync/transaction.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { constant } from "../sim/random/distribution.ts";
import type { Goal, PlanParts, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { eventually } from "../sim/temporal/liveness.ts";
import { sometimesAtLeast } from "../sim/temporal/sometimes.ts";
import { type Micros, ms, seconds, us } from "../sim/time.ts";
import { type ChainServer, chainScenario } from "./chain-cluster.ts";
import {
  balancesOf,
  type ChainPlan,
  type ChainSettings,
  chainSettings,
  loadAccounts,
} from "./chain-settings.ts";
import {
  CPU_FACTORS,
  OBSERVER,
  PRIMARY,
  ROLES,
  type Role,
  theBlock3,
  VALIDATORS,
} from "./the-block-3.ts";

const WORKERS = ["c1", "c2", "c3"];

/**
 * An event of a worker occupies its node's processor for so long: of two one signs what falls due
 * in 10 ms, which at the full size are 100 transfers, in 24 us each. It is as much at every size, a
 * quarter of a processor: a smaller load is one of slower machines.
 */
export const WORKER_EVENT: Micros = us(1_200);
/** An event of a node, apart from what its `costs` say, on the PC. */
const NODE_EVENT: Micros = us(100);

/** Load begins when everybody has met. */
const BEGIN = seconds(1);
/** So long after the load everything is in blocks, and the nodes agree: within 10 s is asked. */
const SETTLED_WITHIN = seconds(4);
const INCLUDED_WITHIN = seconds(5);

/** How large a load is. */
export interface LoadSize {
  readonly nodes: readonly Role[];
  /** Who of them votes. Default: the two validators. */
  readonly voters?: readonly Role[];
  /** Whether workers live on the nodes' machines, and share their processors. Default: no. */
  readonly isLocal?: boolean;
  /** Of each worker; there is one for each node. */
  readonly perSecond: number;
  readonly lasting: Micros;
  /** Accounts that pay, of each worker. */
  readonly senders: number;
  readonly slotTime: Micros;
  /** How many transfers have room in a block. */
  readonly blockTransactions: number;
  /** How many may wait at a node. */
  readonly mempoolCount: number;
  readonly peers?: Partial<PeerOptions>;
  /** How long the nodes have after the load. Default: 4 s. */
  readonly settledWithin?: Micros;
  /** How long one that the observer has accepted has to get into a block. Default: 5 s. */
  readonly observedWithin?: Micros;
}

/** Every sender has enough for all that it might ever send. */
const BALANCE = 1_000_000_000_000;

/** The plan of a load: one worker for each node, which offers all it has to that node. */
export function loadPlan(size: LoadSize): PlanParts<ChainSettings> {
  const { nodes, perSecond, lasting, senders, slotTime } = size;
  const validators = nodes.filter((node) => (size.voters ?? VALIDATORS).includes(node));
  const clients = WORKERS.slice(0, nodes.length);
  const accounts = clients.flatMap((client) => loadAccounts(client, senders));
  return {
    servers: nodes,
    clients,
    settings: chainSettings(validators, {
      slotTime,
      cpuFactorOf: Object.fromEntries(nodes.map((node) => [node, CPU_FACTORS[node]])),
      balances: balancesOf(accounts, BALANCE),
      options: {
        limits: {
          blockGas: GAS_OF_TRANSACTION * size.blockTransactions,
          mempoolCount: size.mempoolCount,
        },
        peers: size.peers ?? {},
      },
    }),
    ...machinesOf(nodes, clients, size.isLocal ?? false),
    operations: clients.map((client, i) => ({
      at: BEGIN,
      client,
      operation: {
        ...{ id: `load ${client}`, op: "load", nodes: [nodes[i]!], perSecond, lasting, senders },
      },
    })),
    horizon: BEGIN + lasting + (size.settledWithin ?? SETTLED_WITHIN) + ms(1),
  };
}

function machinesOf(
  nodes: readonly Role[],
  clients: readonly NodeId[],
  isLocal: boolean,
): Pick<PlanParts<never>, "network" | "disk" | "cpu"> {
  if (!isLocal) return theBlock3(nodes, { clients });
  const pairs = nodes.map((node, i) => [node, clients[i]!] as const);
  const costs = pairs.flatMap(([node, client]) => [
    [node, constant(Math.round(NODE_EVENT * CPU_FACTORS[node]))] as const,
    [client, constant(Math.round(WORKER_EVENT * CPU_FACTORS[node]))] as const,
  ]);
  return {
    ...theBlock3(nodes, {
      locals: Object.fromEntries(pairs.map(([node, client]) => [client, node])),
    }),
    cpu: { hosts: Object.fromEntries(costs), shared: pairs },
  };
}

/** What is demanded of every load: of the plan as it is, so that a larger one is judged as well. */
function loadInvariants(
  plan: ChainPlan,
  checks: ChainChecks,
  { observedWithin = INCLUDED_WITHIN }: LoadSize,
): Invariant<ChainServer>[] {
  const { limits } = plan.settings.options;
  const blockTransactions = Math.floor(limits.blockGas / GAS_OF_TRANSACTION);
  const source = sourceOf(checks);
  const lasting = Math.max(1, ...plan.operations.map(({ operation }) => lastingOf(operation)));
  const begins = plan.operations.map(({ at }) => at);
  const from = begins.length === 0 ? 0 : Math.min(...begins);
  const within = plan.horizon - from - lasting - ms(1);
  return [
    acceptedAreIncluded("TB-ACCEPTED", source),
    includedWithin("TB-INCLUDED", source, (host) =>
      Math.min(host === OBSERVER ? observedWithin : INCLUDED_WITHIN, within),
    ),
    mempoolIsBounded(limits),
    measureLoad({ from, lasting, blockTransactions }),
    eventually("TB-AGREED", tipsAreEqual, {
      from: from + lasting,
      within,
      explain: tipsInWords,
      supposes: ["servers", "operations", "faults", "conditions"],
    }),
  ];
}

function lastingOf({ lasting }: PlannedOperation["operation"]): Micros {
  return typeof lasting === "number" ? lasting : 0;
}

function sourceOf({ reader, addresses }: ChainChecks): LoadSource<ChainServer> {
  return {
    read: (bytes) => {
      const transaction = reader.transaction(bytes, bytes.length);
      return isMalformed(transaction) ? undefined : transaction;
    },
    nonceOf: ({ chain }, address) => {
      const tip = tipOf(chain!);
      return accountAt(tip.accounts!.trie, address, addresses).nonce;
    },
  };
}

/** 12,000 a second to one validator, whose blocks have room for more: for 10 s in the catalogue. */
export const BASELINE: LoadSize = {
  ...{ nodes: [PRIMARY], perSecond: 12_000, lasting: ms(300), senders: 50 },
  ...{ slotTime: ms(25), blockTransactions: 1_428, mempoolCount: 10_000 },
};

/** 3,000 a second for 20 s: what continuous integration bears once. */
export const DISTRIBUTED_CI: LoadSize = {
  ...{ nodes: ROLES, isLocal: true, perSecond: 1_000, lasting: seconds(20), senders: 50 },
  ...{ slotTime: ms(100), blockTransactions: 1_428, mempoolCount: 10_000 },
  settledWithin: seconds(10),
};

/** 30,000 a second for 300 s: the catalogue's own size. Blocks have room for 36,000 a second. */
export const DISTRIBUTED_FULL: LoadSize = {
  ...{ nodes: ROLES, isLocal: true, perSecond: 10_000, lasting: seconds(300), senders: 100 },
  ...{ slotTime: ms(100), blockTransactions: 3_600, mempoolCount: 30_000 },
  settledWithin: seconds(10),
};

/** What campaigns run: a hundredth of it, for 2 s. */
const DISTRIBUTED: LoadSize = {
  ...{ nodes: ROLES, isLocal: true, perSecond: 100, lasting: seconds(2), senders: 10 },
  ...{ slotTime: ms(100), blockTransactions: 40, mempoolCount: 200 },
};

interface Variant {
  readonly name: string;
  readonly about: string;
  readonly size: LoadSize;
  readonly faults?: readonly Fault[];
  /** New ones for each run. */
  readonly invariants?: () => readonly Invariant<ChainServer>[];
  readonly goals: readonly Goal[];
}

function loadScenario({ size, faults = [], goals, invariants, ...words }: Variant): Scenario {
  return chainScenario({
    ...words,
    plan: () => ({ ...loadPlan(size), faults }),
    invariants: (plan, checks) => [
      ...loadInvariants(plan, checks, size),
      ...(invariants?.() ?? []),
    ],
    expects: ["block proposed", "finalized", "ok"],
    goals,
  });
}

/** Group L, load. */
export const chainLoad: readonly Scenario[] = [
  loadScenario({
    name: "tb-baseline-single-node",
    about: "One validator is offered 12,000 transfers a second, and all are in blocks at once.",
    size: BASELINE,
    goals: [
      { metric: "includedPerS", atLeast: 10_000, share: 1 },
      { metric: "inclusionMs", atMost: 5_000, share: 1 },
    ],
  }),
  loadScenario({
    name: "tb-distributed-load",
    about: "Each of three nodes is offered transfers by a worker on its own machine.",
    size: DISTRIBUTED,
    goals: [
      { metric: "includedPerS", atLeast: 270, share: 0.95 },
      { metric: "refusalPercent", atMost: 0, share: 0.95 },
      { metric: "blockIntervalMs", atMost: 5_000, share: 1 },
    ],
  }),
  loadScenario({
    name: "tb-distributed-load/overload",
    about: "Three nodes are offered half as much again as has room in blocks, and say so.",
    // Three who make blocks, and workers farther away: what one lacks fills the pools of others.
    size: {
      ...{ ...DISTRIBUTED, perSecond: 200, lasting: seconds(1), mempoolCount: 80 },
      ...{ voters: ROLES, isLocal: false },
    },
    goals: [
      { metric: "includedPerS", atLeast: 300, share: 0.95 },
      { metric: "transactionsBusy", atLeast: 1, share: 0.95 },
    ],
  }),
  loadScenario({
    name: "tb-distributed-load/worker-dies",
    about:
      "One of three workers is lost half-way; what nodes have accepted of it gets into blocks.",
    size: DISTRIBUTED,
    faults: [{ at: BEGIN + seconds(1), lasting: seconds(5), kind: "crash", hosts: ["c3"] }],
    goals: [{ metric: "includedPerS", atLeast: 200, share: 0.95 }],
  }),
  loadScenario({
    name: "tb-distributed-load/peer-limits",
    about: "No peer may send more than 100 messages and 64 KiB a second; nobody is banned.",
    size: {
      ...{ ...DISTRIBUTED, perSecond: 600, lasting: seconds(1), blockTransactions: 240 },
      mempoolCount: 500,
      peers: { messagesPerSecond: 100, bytesPerSecond: 65_536 },
      settledWithin: seconds(10),
      // What the observer has taken and validators have no room for, they are sent again after 5 s.
      observedWithin: seconds(7),
    },
    invariants: () => [
      peersKeepLimits("TB-PEER-LIMITS"),
      sometimesAtLeast("transactions held back", heldBack, 100),
    ],
    goals: [{ metric: "includedPerS", atLeast: 1_200, share: 0.95 }],
  }),
];

/** How many transactions a server has not sent to its peers yet. */
function heldBack({ server }: World<ChainServer>): number | undefined {
  return server?.node?.heldBack;
}
