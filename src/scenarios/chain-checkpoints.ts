// Group K, bs-checkpoint-and-pruning: a node that begins at a block it trusts, and one that has
// removed what is old.

import { saidOf, syncEndsIdle } from "../invariants/chain-fetching.ts";
import { measureDisks, measureSync } from "../invariants/chain-fetching-measures.ts";
import type { ChainView } from "../invariants/chain-view.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { constant, uniform } from "../sim/random/distribution.ts";
import type { Scenario } from "../sim/scenario.ts";
import { sometimes } from "../sim/temporal/sometimes.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { mine } from "./chain-basics.ts";
import { type ChainServer, chainScenario, liarsOf } from "./chain-cluster.ts";
import { lies, reaches, syncSafety } from "./chain-liars.ts";
import { balancesOf, type ChainSettings, chainSettings } from "./chain-settings.ts";
import { hostNames } from "./raft-cluster.ts";

const [A, P, N, M] = ["a", "p", "n", "m"];
const OPERATOR = "c1";

/** How much of a chain there is. */
export interface ChainSize {
  readonly blocks: number;
  readonly accounts: number;
  /** By those who prune. */
  readonly kept: number;
  readonly segment: number;
}

/** As the system is specified. */
export const FULL_CHAIN: ChainSize = { blocks: 2_000, accounts: 1_000, kept: 100, segment: 128 };

/** The same in small, for campaigns. */
export const SMALL_CHAIN: ChainSize = { blocks: 240, accounts: 60, kept: 40, segment: 20 };

const HORIZON = seconds(60);
/** Blocks that are made in the run, so that what is old becomes final, and goes. */
const MORE = 12;
const WITHIN = seconds(30);

interface Checkpointing {
  readonly variant: string;
  readonly about: string;
  /** Whether it begins at a checkpoint, `kept` / 2 blocks below the tip. */
  readonly isTrusting: boolean;
  /** So many times `kept` below the tip instead, where no state is kept. */
  readonly tooOld?: number;
  readonly liar?: boolean;
  /** When N comes, and from when on it can fetch what it needs. */
  readonly comesAt?: Micros;
  readonly canFetchFrom?: Micros;
  readonly faults: readonly Fault[];
  readonly expects: readonly string[];
  readonly invariants?: readonly Invariant<ChainView>[];
}

/** A has all blocks, P only the last ones, and N fetches what it needs. */
export function checkpointing(
  size: ChainSize,
  { variant, about, isTrusting, liar = false, faults, expects, ...rest }: Checkpointing,
): Scenario {
  const { blocks, kept, segment } = size;
  const { comesAt = COMES, canFetchFrom = comesAt, invariants = [] } = rest;
  const absence: Fault = { kind: "crash", at: 0, lasting: comesAt, hosts: [N!] };
  const others = liar ? [A!, M!, P!] : [A!, P!];
  return chainScenario({
    name: `bs-checkpoint-and-pruning${variant}`,
    about,
    plan: () => ({
      servers: [...others, N!],
      clients: [OPERATOR],
      settings: settingsOf(size, others, isTrusting ? blocks - kept * (rest.tooOld ?? 0.5) : 0),
      network: { latency: uniform(ms(1), ms(5)) },
      operations: [mine(seconds(1), A!, blocks + MORE)].map(({ operation, ...rest }) => ({
        ...rest,
        // Apart, so that one after another becomes final.
        operation: { ...operation, interval: ms(300) },
      })),
      faults: comesAt === 0 ? faults : [absence, ...faults],
      horizon: HORIZON,
    }),
    invariants: (plan) => [
      ...syncSafety(plan),
      syncEndsIdle("BS-IDLE", { silenceMax: seconds(5), mayLie: liarsOf(plan) }),
      reaches("CAUGHT-UP", { host: N!, height: blocks + MORE, from: canFetchFrom, within: WITHIN }),
      statesAreKept("BS-KEPT", P!, kept),
      measureSync(N!, blocks, liarsOf(plan)),
      measureDisks([A!, P!], Math.ceil((blocks + MORE) / segment) + 1),
      ...invariants,
    ],
    expects: ["sync ended", ...expects],
  });
}

/** A makes all blocks, P keeps the last ones, and N begins at that height, or at genesis. */
function settingsOf(
  { blocks, accounts, kept, segment }: ChainSize,
  owners: readonly NodeId[],
  trusted: number,
): ChainSettings {
  const names = hostNames(accounts, "account ");
  const heights = owners.map((host) => [host, blocks] as const);
  return chainSettings([A!], {
    slotTime: ms(100),
    balances: balancesOf(names, 1_000_000_000),
    keptBlocksOf: { [P!]: kept },
    premade: {
      ...{ blocks, payments: 1, dataBytes: 400, branchOf: {} },
      heightOf: Object.fromEntries(heights),
    },
    checkpointOf: trusted === 0 ? {} : { [N!]: trusted },
    options: {
      production: "on order",
      store: { segmentBlocks: segment, keptStates: kept },
      sync: { requestTimeout: seconds(2), bodiesPerRequest: segment, accountsPerRequest: 16 },
    },
  });
}

/** P has pruned by then. */
const COMES = seconds(8);
/** Before that only P can be reached, which begins to prune at about 1.3 s. */
const REACHED = seconds(6);

/** BS-KEPT: pruning never takes the body, or the accounts, of one of the last blocks. */
function statesAreKept(name: string, host: NodeId, kept: number): Invariant<ChainServer> {
  return {
    name,
    onStep: ({ server, emitted }: World<ChainServer>) => {
      const chain = server?.node?.chain;
      if (server?.id !== host || chain === undefined || emitted.length === 0) return undefined;
      const { base, canonical, bodiesFrom, blocks } = chain;
      const tip = base + canonical.length - 1;
      const oldest = Math.max(tip - kept + 1, 1);
      if (bodiesFrom > oldest)
        return `${host}: no bodies below ${bodiesFrom}, with a tip of ${tip}`;
      const block = blocks.get(canonical[oldest - base] ?? "");
      return block?.accounts === undefined ? `${host}: no accounts after ${oldest}` : undefined;
    },
  };
}

/** P, who has removed it, says so. */
function tellsOfPruning(): Invariant<ChainView> {
  return sometimes("a peer has pruned what is asked for", ({ emitted }) =>
    saidOf(emitted, "batch failed").some(({ reason }) => reason === "pruned"),
  );
}

/** What is asked for comes to P when it has gone there. */
const ASKED_TOO_LATE: readonly Fault[] = [
  {
    ...{ kind: "partition", at: 0, lasting: REACHED, groups: [[A!], [N!]] },
    ...{ inFlight: "lose", types: [] },
  },
  {
    ...{ kind: "latency", at: 0, lasting: seconds(3), from: [N!], to: [P!], bothWays: false },
    ...{ types: ["get bodies"], added: constant(ms(1_900)) },
  },
];

export const chainCheckpoints: readonly Scenario[] = [
  checkpointing(SMALL_CHAIN, {
    variant: "",
    about: "A node begins at a checkpoint, among an archive, a pruned node and a liar.",
    ...{ isTrusting: true, liar: true },
    faults: [lies(0, M!, "serves wrong checkpoints", HORIZON)],
    expects: ["accounts accepted", "lie", "peer fault"],
  }),
  checkpointing(SMALL_CHAIN, {
    variant: "/crash",
    about: "A node begins at a checkpoint, and crashes while it fetches accounts.",
    isTrusting: true,
    faults: [
      { kind: "crash", at: COMES + ms(65), lasting: ms(500), hosts: [N!] },
      { kind: "crash", at: COMES + ms(640), lasting: ms(500), hosts: [N!] },
    ],
    expects: ["accounts accepted"],
  }),
  checkpointing(SMALL_CHAIN, {
    variant: "/full",
    about: "A node fetches all blocks: what a checkpoint is to be compared with.",
    isTrusting: false,
    faults: [],
    expects: [],
  }),
  checkpointing(SMALL_CHAIN, {
    variant: "/only-pruned",
    about: "At first only a node can be reached that prunes what it is asked for.",
    ...{ isTrusting: false, comesAt: 0, canFetchFrom: REACHED },
    faults: ASKED_TOO_LATE,
    expects: ["batch failed"],
    invariants: [tellsOfPruning()],
  }),
  checkpointing(SMALL_CHAIN, {
    variant: "/too-old",
    about:
      "Nobody has the accounts of the checkpoint any more: a newer final block takes its place.",
    ...{ isTrusting: true, tooOld: 2 },
    faults: [],
    expects: ["checkpoint renewed", "accounts accepted"],
  }),
];
