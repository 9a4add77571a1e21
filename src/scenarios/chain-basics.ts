// Group K: blocks that are made, and fetched by those who have not heard of them.

import { answersAgree } from "../invariants/chain-answers.ts";
import { heightsConverge, heightsFollow } from "../invariants/chain-liveness.ts";
import { type ChainView, told } from "../invariants/chain-view.ts";
import { type Deadline, operationsReturn } from "../invariants/liveness.ts";
import { defaultChainClientOptions } from "../protocols/block-sync/client/client-options.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import type { Plan } from "../sim/plan.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { Random } from "../sim/random/random.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { sometimes } from "../sim/temporal/sometimes.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { supposesAll } from "./as-planned.ts";
import { type ChainScenario, chainScenario } from "./chain-cluster.ts";
import { balancesOf, type ChangedOptions, chainSettings } from "./chain-settings.ts";

const [A, B, C] = ["a", "b", "c"];
const OPERATOR = "c1";
const LINKS = { latency: uniform(ms(1), ms(5)) };

/** An operator's order: blocks, so far apart, until the chain of a node is that high. */
export function mine(
  at: Micros,
  node: NodeId,
  height: number,
  interval: Micros = 0,
): PlannedOperation {
  const operation = { id: `mine${height}`, op: "produce", node, height, interval };
  return { at, client: OPERATOR, operation };
}

/** A client waits until the chain of a node is that high. */
export function waitFor(at: Micros, node: NodeId, height: number): PlannedOperation {
  const operation = { id: `${node} has ${height}`, op: "wait", node, height };
  return { at, client: OPERATOR, operation };
}

/** A server that is not there before that. */
export function joinsAt(at: Micros, host: NodeId): Fault {
  return { kind: "stop", at: 0, lasting: at, hosts: [host] };
}

/** A chain on which the first server makes blocks when it is told to, and waits for nobody. */
export function orderedChain(
  balances: Readonly<Record<string, number>> = { alice: 1_000_000_000 },
  options: ChangedOptions = {},
) {
  return chainSettings([A], {
    ...{ slotTime: ms(1), balances, bootstrapOf: { [A]: [] } },
    options: { production: "on order", sync: { requestTimeout: seconds(1) }, ...options },
  });
}

/**
 * What a deadline takes for granted besides the servers where transfers and waits need blocks, and
 * some of those that were to be ordered are not, or at another time.
 */
export function blocksAsOrdered(
  { operations }: Pick<Plan<unknown>, "operations">,
  planned: readonly PlannedOperation[],
): Pick<Deadline, "supposes"> {
  const orders = planned.filter(({ operation }) => operation.op === "produce");
  return supposesAll(orders, operations);
}

/** Whose blocks were fetched is shown by figures, and none was fetched for nothing. */
const FETCHED: readonly Goal[] = [
  { metric: "syncMsPerBlock", atLeast: 2.5, atMost: 5, share: 0.99 },
  { metric: "blocksFetchedTwice", atMost: 0, share: 1 },
];

const FIRST = 10;
const ALL = 15;
const B_JOINS: Micros = seconds(3);
const SECOND: Micros = seconds(6);
const C_JOINS: Micros = seconds(9);
/** By then all is done, even if what clients say is lost some times. */
const DONE: Micros = seconds(26);

const FIRST_ORDER = mine(seconds(1), A, FIRST);
const SECOND_ORDER = mine(SECOND, A, ALL);

type Parts = ReturnType<ChainScenario["plan"]>;

function multiNode(
  name: string,
  about: string,
  change: (random: Random) => Partial<Parts> = () => ({}),
  goals: readonly Goal[] = [],
): Scenario {
  return chainScenario({
    ...{ name, about, goals },
    plan: (streams) => {
      const { faults = [], ...parts } = change(streams.stream("faults"));
      return {
        servers: [A, B, C],
        clients: [OPERATOR],
        settings: orderedChain(),
        network: LINKS,
        operations: [
          FIRST_ORDER,
          waitFor(B_JOINS, B, FIRST),
          SECOND_ORDER,
          waitFor(C_JOINS, C, ALL),
          waitFor(C_JOINS, B, ALL),
        ],
        horizon: seconds(30),
        ...parts,
        faults: [joinsAt(B_JOINS, B), joinsAt(C_JOINS, C), ...faults],
      };
    },
    expects: ["block proposed", "block imported", "sync ended", "finalized"],
    invariants: (plan) => [
      heightsFollow("BS-HEIGHT", { height: ALL, within: seconds(10) }),
      operationsReturn(
        "RETURN",
        { by: DONE, ...blocksAsOrdered(plan, [FIRST_ORDER, SECOND_ORDER]) },
        plan,
      ),
    ],
  });
}

const multiNodes: readonly Scenario[] = [
  multiNode(
    "bs-multi-node-sync",
    "One node makes 10 blocks and 5 more, another joins after the first, a third after all.",
    undefined,
    FETCHED,
  ),
  multiNode(
    "bs-multi-node-sync/loss",
    "While three nodes synchronize, 2 % of all messages are lost.",
    () => ({ network: { ...LINKS, loss: 0.02 } }),
  ),
  multiNode(
    "bs-multi-node-sync/restarts",
    "The node that makes blocks is restarted after each step, and goes on where it was.",
    (random) => {
      const crash = (from: Micros, until: Micros): Fault => {
        const at = from + ms(random.int(1, 200));
        const last = (until - at) / ms(1) - 1;
        return { kind: "crash", at, lasting: ms(random.int(1, last)), hosts: [A] };
      };
      return { faults: [crash(seconds(2), B_JOINS), crash(seconds(7), C_JOINS)] };
    },
  ),
];

const ACCOUNTS = ["alice", "bob", "carol", "dave", "erin"];
const FUNDS = 1_000_000_000;
const TRANSFERS = 20;
/** Blocks for them, each after so long. */
const BLOCKS = 20;
const APART: Micros = ms(300);
const ORDER = mine(seconds(1), A, BLOCKS, APART);
const B_FETCHES: Micros = seconds(9);
const ASKED: Micros = seconds(15);

function payments(random: Random): readonly PlannedOperation[] {
  return Array.from({ length: TRANSFERS }, (_, i) => {
    const from = random.int(0, ACCOUNTS.length - 1);
    const to = (from + random.int(1, ACCOUNTS.length - 1)) % ACCOUNTS.length;
    const operation = {
      ...{ id: `pay${i}`, op: "transfer" },
      ...{ from: ACCOUNTS[from]!, to: ACCOUNTS[to]!, amount: random.int(1, 1_000_000) },
    };
    return { at: seconds(1) + ms(random.int(0, 3_000)), client: OPERATOR, operation };
  });
}

/** Of every account, on every node. */
function questions(at: Micros): readonly PlannedOperation[] {
  return [A, B].flatMap((node) =>
    ACCOUNTS.map((name) => {
      const operation = {
        ...{ id: `${name} on ${node}`, op: "ask", node },
        about: { kind: "account", name },
      };
      return { at, client: OPERATOR, operation };
    }),
  );
}

function stateSync(
  name: string,
  about: string,
  {
    faults,
    invariants,
  }: {
    readonly faults?: (random: Random) => readonly Fault[];
    /** New ones for each run. */
    readonly invariants?: () => readonly Invariant<ChainView>[];
  } = {},
): Scenario {
  return chainScenario({
    ...{ name, about },
    plan: (streams) => ({
      servers: [A, B],
      clients: [OPERATOR],
      settings: {
        ...orderedChain(balancesOf(ACCOUNTS, FUNDS)),
        // Who is not there yet is soon passed over.
        client: { ...defaultChainClientOptions, requestTimeout: ms(300) },
      },
      network: LINKS,
      operations: [
        ORDER,
        ...payments(streams.stream("workload")),
        waitFor(B_FETCHES, B, BLOCKS),
        ...questions(ASKED),
      ],
      faults: [joinsAt(B_FETCHES, B), ...(faults?.(streams.stream("faults")) ?? [])],
      horizon: seconds(20),
    }),
    expects: ["block proposed", "block imported", "sync ended"],
    goals: [
      { metric: "transactionsIncluded", atLeast: TRANSFERS, atMost: TRANSFERS, share: 1 },
      { metric: "answersCompared", atLeast: ACCOUNTS.length, share: 1 },
    ],
    invariants: (plan) => [
      heightsConverge("BS-HEIGHT", { from: B_FETCHES, within: seconds(5), heightMin: BLOCKS }),
      operationsReturn("RETURN", { by: seconds(18), ...blocksAsOrdered(plan, [ORDER]) }, plan),
      answersAgree("ANSWERS", { from: ASKED }),
      ...(invariants?.() ?? []),
    ],
  });
}

/** Where the power fails: before a block is on the disk, on its way there, and after that. */
const POINTS = [
  ...(["emit tip changed", "before sync", "after sync"] as const),
  ...(["emit block durable", "emit block imported"] as const),
];

const stateSyncs: readonly Scenario[] = [
  stateSync(
    "bs-state-sync-transactions",
    "A node that fetches 20 transfers over 5 accounts has the accounts of the one that took them.",
  ),
  stateSync(
    "bs-state-sync-transactions/crash",
    "The power fails on the fetching node somewhere between storing a block and applying it.",
    {
      faults: (random) => [
        {
          ...{ kind: "crashPoint", hosts: [B], at: B_FETCHES, lasting: ms(random.int(500, 2_500)) },
          point: POINTS[random.int(0, POINTS.length - 1)]!,
          after: random.int(0, BLOCKS - 1),
        },
      ],
      invariants: () => [sometimes("it goes on from the middle of the chain", recoversMidway)],
    },
  ),
];

function recoversMidway({ emitted }: World<ChainView>): boolean {
  return told(emitted, "recovered").some(({ height }) => height > 0 && height < BLOCKS);
}

/** Group K, the basics. */
export const chainBasics: readonly Scenario[] = [...multiNodes, ...stateSyncs];
