// Group K: the demonstration, in eight phases.

import { answersAgree } from "../invariants/chain-answers.ts";
import { heightsConverge } from "../invariants/chain-liveness.ts";
import { phasesSucceed } from "../invariants/named-phases.ts";
import { defaultChainClientOptions } from "../protocols/block-sync/client/client-options.ts";
import type { Subject } from "../protocols/block-sync/client/task.ts";
import type { NodeId, Plain } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { orderedChain } from "./chain-basics.ts";
import { chainScenario } from "./chain-cluster.ts";
import { balancesOf } from "./chain-settings.ts";

const [A, B, C] = ["a", "b", "c"];
const NODES = [A, B, C];
const ACCOUNTS = ["alice", "bob", "carol", "dave", "erin"];
const FIRST = 10;
const ALL = 15;
const APART: Micros = ms(500);

/** When the phases begin, the first at 1. */
const BEGIN = [0, 500, 2_000, 4_000, 8_000, 11_000, 14_000, 16_000].map(ms);

/** What it is called, and what is asked for in it. */
interface DemoPhase {
  readonly title: string;
  readonly operations: Readonly<Record<string, Readonly<Record<string, Plain>>>>;
}

const PAYING = "a makes 5 more, with transfers";

const PHASES: readonly DemoPhase[] = [
  { title: "three nodes start", operations: onAll((node) => ask(node, { kind: "height" })) },
  {
    title: "a makes 10 blocks",
    operations: { "a makes blocks": { op: "produce", node: A, height: FIRST, interval: 0 } },
  },
  {
    title: "b joins and fetches them",
    operations: { "b has 10": { op: "wait", node: B, height: FIRST } },
  },
  {
    title: PAYING,
    operations: {
      "a makes blocks": { op: "produce", node: A, height: ALL, interval: APART },
      ...transfers(),
    },
  },
  {
    title: "c joins and fetches the whole chain",
    operations: { "c has 15": { op: "wait", node: C, height: ALL } },
  },
  { title: "b catches up", operations: { "b has 15": { op: "wait", node: B, height: ALL } } },
  {
    title: "all is compared and verified",
    operations: {
      ...onAll((node) => ask(node, { kind: "height" }), "height"),
      ...onAll((node) => ask(node, { kind: "verify" }), "verify"),
    },
  },
  { title: "the chain is asked", operations: queries() },
];

function ask(node: NodeId, about: Subject) {
  return { op: "ask", node, about: { ...about } };
}

function onAll(
  operation: (node: NodeId) => Readonly<Record<string, Plain>>,
  what = "height",
): DemoPhase["operations"] {
  return Object.fromEntries(NODES.map((node) => [`${what} of ${node}`, operation(node)]));
}

/** Each account pays the next one. */
function transfers(): DemoPhase["operations"] {
  return Object.fromEntries(
    ACCOUNTS.map((from, i) => {
      const to = ACCOUNTS[(i + 1) % ACCOUNTS.length]!;
      return [`${from} pays`, { op: "transfer", from, to, amount: 1_000 * (i + 1) }];
    }),
  );
}

function queries(): DemoPhase["operations"] {
  const subjects: Readonly<Record<string, Subject>> = {
    "the block at 12": { kind: "block", height: 12 },
    "the tip by its hash": { kind: "block by hash", height: ALL },
    "the hash at 5": { kind: "hash", height: 5 },
    "the account of alice": { kind: "account", name: ACCOUNTS[0]! },
    "the payment of alice": {
      kind: "transaction",
      transfer: `${phaseName(4, PAYING)}: alice pays`,
    },
    "the block at 99": { kind: "block", height: 99 },
  };
  return Object.fromEntries(
    Object.entries(subjects).flatMap(([what, about]) =>
      NODES.map((node) => [`${what}, from ${node}`, ask(node, about)]),
    ),
  );
}

/** What the ids of a phase's operations begin with, so that traces and histories show it. */
function phaseName(number: number, title: string): string {
  return `phase ${number}, ${title}`;
}

const PHASE_NAMES = PHASES.map(({ title }, i) => phaseName(i + 1, title));

function operations(): readonly PlannedOperation[] {
  return PHASES.flatMap((phase, i) =>
    Object.entries(phase.operations).map(([what, operation]) => ({
      at: BEGIN[i]! + (i === 0 ? ms(100) : 0),
      client: "c1",
      operation: { id: `${PHASE_NAMES[i]}: ${what}`, ...operation },
    })),
  );
}

/** A host that nobody can reach. */
function away(host: NodeId, from: Micros, until: Micros): Fault {
  const rules = { inFlight: "lose" as const, types: [] };
  return { kind: "isolate", at: from, lasting: until - from, hosts: [host], ...rules };
}

/** When nodes are cut off: so that there is something to fetch. */
const CUT: Micros = ms(300);

/** Group K: the demonstration of three nodes that synchronize. */
export const chainDemo: readonly Scenario[] = [
  chainScenario({
    name: "bs-demo-eight-phases",
    about: "Three nodes, step by step: blocks are made, fetched, verified and asked for.",
    plan: () => ({
      servers: NODES,
      clients: ["c1"],
      settings: {
        ...orderedChain(balancesOf(ACCOUNTS, 1_000_000_000)),
        client: { ...defaultChainClientOptions, requestTimeout: ms(300), pollInterval: ms(100) },
      },
      network: { latency: uniform(ms(1), ms(5)) },
      operations: operations(),
      faults: [away(B, CUT, BEGIN[2]!), away(C, CUT, BEGIN[4]!), away(B, BEGIN[3]!, BEGIN[5]!)],
      horizon: seconds(18),
    }),
    expects: ["sync ended", "block imported", "finalized"],
    goals: [{ metric: "answersCompared", atLeast: 8, share: 1 }],
    invariants: () => [
      phasesSucceed("PHASES", PHASE_NAMES, seconds(10)),
      heightsConverge("BS-HEIGHT", {
        ...{ from: BEGIN[6]!, within: ms(1), heightMin: ALL },
        supposes: ["servers", "operations", "faults"],
      }),
      answersAgree("ANSWERS", { from: BEGIN[6]! }),
    ],
  }),
];
