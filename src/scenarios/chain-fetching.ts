// Group K, bs-header-first-parallel: blocks that others have, fetched from many at once, and from
// those who are slow or fail.

import { syncEndsIdle } from "../invariants/chain-fetching.ts";
import { claimsCostLittle, measureSync } from "../invariants/chain-fetching-measures.ts";
import type { ChainView } from "../invariants/chain-view.ts";
import { eachTells } from "../invariants/chain-votes.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import type { Invariant } from "../sim/invariant.ts";
import { constant, uniform } from "../sim/random/distribution.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { chainScenario, liarsOf } from "./chain-cluster.ts";
import { lies, reaches, syncSafety } from "./chain-liars.ts";
import { type ChainPlan, type ChangedOptions, chainSettings } from "./chain-settings.ts";
import { hostNames } from "./raft-cluster.ts";

/** Who fetches. */
export const N = "n";
const ACCOUNTS = { alice: 1_000_000_000_000, bob: 1_000_000_000_000, carol: 1_000_000_000_000 };

/** How a chain is fetched by one who has nothing. */
export interface Fetching {
  readonly name: string;
  readonly about: string;
  readonly blocks: number;
  /** Bodies in a request. */
  readonly perRequest: number;
  readonly peers: readonly NodeId[];
  /** A validator with a branch of its own, that leaves the chain half-way and is half as long. */
  readonly branch?: NodeId;
  readonly options?: ChangedOptions;
  /** Data of the payment in each block. Default: none. */
  readonly dataBytes?: number;
  /** What each peer can send. Default: any number. */
  readonly bytesPerSecond?: number;
  readonly faults: readonly Fault[];
  readonly horizon: Micros;
  /** By when all must be there, in plans of any size. Default: by the horizon. */
  readonly within?: (plan: ChainPlan) => Micros;
  readonly invariants?: readonly Invariant<ChainView>[];
  /** How much time may be lost to liars. Default: any. */
  readonly lostMax?: Micros;
  readonly expects?: readonly string[];
  readonly goals?: readonly Goal[];
}

/** A host fetches a premade chain from its peers. */
export function fetching({ name, about, blocks, peers, branch, ...rest }: Fetching): Scenario {
  const { options = {}, bytesPerSecond = 0, faults, horizon } = rest;
  const half = Math.floor(blocks / 2);
  const heights = peers.map((peer) => [peer, peer === branch ? half : blocks] as const);
  return chainScenario({
    name,
    about,
    plan: () => ({
      servers: [N, ...peers],
      settings: chainSettings(branch === undefined ? [peers[0]!] : [peers[0]!, branch], {
        slotTime: ms(100),
        balances: ACCOUNTS,
        premade: {
          ...{
            blocks,
            payments: 1,
            dataBytes: rest.dataBytes ?? 0,
            heightOf: Object.fromEntries(heights),
          },
          branchOf: branch === undefined ? {} : { [branch]: Math.floor(half / 4) },
        },
        options: {
          production: "on order",
          ...options,
          sync: { bodiesPerRequest: rest.perRequest, ...options.sync },
        },
      }),
      network: {
        latency: uniform(ms(1), ms(5)),
        bandwidth: bytesPerSecond === 0 ? [] : [lineOf(bytesPerSecond)],
      },
      faults,
      horizon,
    }),
    invariants: (plan) => [
      ...fetchingEnds(plan, rest.within?.(plan) ?? plan.horizon),
      ...(rest.invariants ?? []),
      ...costsOf(plan, rest.lostMax),
    ],
    expects: ["sync ended", ...(rest.expects ?? [])],
    goals: rest.goals ?? [],
  });
}

/** What is lost to liars is only measured where nothing is demanded. */
function costsOf(plan: ChainPlan, lostMax: Micros | undefined): readonly Invariant<ChainView>[] {
  if (lostMax === undefined) return [];
  const height = plan.settings.premade.blocks;
  return [claimsCostLittle("BS-CLAIM", { host: N, height, lostMax, mayLie: liarsOf(plan) })];
}

/** Of plans of any size: all blocks are there in time, and sessions end when they are to. */
function fetchingEnds(plan: ChainPlan, within: Micros): readonly Invariant<ChainView>[] {
  const { premade, options } = plan.settings;
  const { blocks: height } = premade;
  // Of a session that waits for one answer nothing is heard while that has time.
  const silenceMax = options.sync.requestTimeout + seconds(2);
  return [
    ...syncSafety(plan),
    syncEndsIdle("BS-IDLE", { silenceMax, mayLie: liarsOf(plan) }),
    reaches("CAUGHT-UP", { host: N, height, from: 0, within }),
    measureSync(N, height, liarsOf(plan)),
  ];
}

function lineOf(bytesPerSecond: number) {
  return { bytesPerSecond, queueBytes: 100_000_000, per: "uplink" as const };
}

const PEERS = hostNames(4, "p");
const [P1, P2, SLOW, FAILING] = PEERS;
/** Another peer, of those scenarios in which one lies about its chain. */
const FORKED = "p5";

/** Of a block with a payment of that much data; its header, signature and all counts, too. */
const BLOCK_BYTES = 1_345;

/** Half the time that the line of one peer takes for all. */
function twiceAsFast({ settings, network, horizon }: ChainPlan): Micros {
  const [line] = network.bandwidth;
  if (line === undefined) return horizon;
  return seconds((settings.premade.blocks * BLOCK_BYTES) / line.bytesPerSecond / 2);
}

/** The same, with a branch of half as many blocks that is fetched, too. */
function withTheBranch(plan: ChainPlan): Micros {
  return 1.5 * twiceAsFast(plan);
}

/** How much there is to fetch, and how long an answer may take: all goes with it. */
export interface FetchSize {
  readonly blocks: number;
  readonly perRequest: number;
  readonly requestTimeout: Micros;
  readonly retryDelay: Micros;
  /** What a peer can send in a second. */
  readonly bytesPerSecond: number;
  /** How much later than others the slow peer answers. */
  readonly slowBy: Micros;
  readonly horizon: Micros;
}

/** As the system is specified. */
export const FULL_SIZE: FetchSize = {
  ...{ blocks: 5_000, perRequest: 128, requestTimeout: seconds(30) },
  ...{ retryDelay: seconds(1), bytesPerSecond: 50_000 },
  ...{ slowBy: seconds(5), horizon: seconds(600) },
};

/** The same in small, for campaigns. */
export const SMALL_SIZE: FetchSize = {
  ...{ blocks: 320, perRequest: 8, requestTimeout: seconds(3) },
  ...{ retryDelay: ms(100), bytesPerSecond: 20_000 },
  ...{ slowBy: ms(500), horizon: seconds(60) },
};

const HEADERS_FIRST = {
  "": "Headers from one peer, bodies from four, of whom some fail or lie.",
  "/without-liars": "Headers from one peer, bodies from four.",
  "/one-peer": "One peer gives headers and all bodies: what many peers are to be compared with.",
  "/forked-leader":
    "Who is heard first has a lighter branch than it claims, and leads: it is banned.",
};

/** Bodies from four peers, or from one, of whom some are slow, fail, restart or lie. */
export function headerFirst(variant: keyof typeof HEADERS_FIRST, size: FetchSize): Scenario {
  const { blocks, perRequest, requestTimeout, retryDelay } = size;
  const isAlone = variant === "/one-peer";
  const isLedAstray = variant === "/forked-leader";
  const hasLiars = variant === "" || isLedAstray;
  // It takes some broken promises until who makes them is banned.
  const horizon = isLedAstray ? 2 * size.horizon : size.horizon;
  const banned = eachTells("LIAR-BANNED", "peer banned", { hosts: [N], from: 0, within: horizon });
  return fetching({
    name: `bs-header-first-parallel${variant}`,
    about: HEADERS_FIRST[variant],
    ...{ blocks, perRequest, horizon },
    peers: isAlone ? [P1!] : hasLiars ? [...PEERS, FORKED] : PEERS,
    ...(isAlone ? {} : { within: isLedAstray ? withTheBranch : twiceAsFast }),
    ...(hasLiars ? { branch: FORKED } : {}),
    dataBytes: 1_000,
    options: { sync: { requestTimeout, retryDelay, headersPerRequest: 4 * perRequest } },
    bytesPerSecond: size.bytesPerSecond,
    faults: [
      ...(isAlone ? [] : [slowAnswers(size.slowBy, horizon)]),
      ...(isLedAstray ? [LATE] : []),
      ...(hasLiars ? liarsAndLosses(size.slowBy, horizon) : []),
    ],
    ...(isLedAstray ? { invariants: [banned] } : {}),
    expects: hasLiars ? ["batch failed", "lie"] : [],
    goals: [
      { metric: "inFlightMax", atLeast: isAlone ? 1 : 4, atMost: 4, share: 1 },
      ...(hasLiars ? [] : [{ metric: "wastedPercent", atMost: 5, share: 1 }]),
    ],
  });
}

function slowAnswers(slowBy: Micros, lasting: Micros): Fault {
  return {
    ...{ kind: "latency", at: 0, lasting, from: [SLOW!], to: [N], bothWays: false },
    ...{ types: ["headers", "bodies"], added: constant(slowBy) },
  };
}

/** Who has the lighter branch is heard before the others, and leads. */
const LATE: Fault = {
  ...{ kind: "partition", at: 0, lasting: ms(200), groups: [[N], PEERS] },
  ...{ inFlight: "lose", types: [] },
};

/** One restarts, one fails, and one lies. */
function liarsAndLosses(slowBy: Micros, lasting: Micros): readonly Fault[] {
  return [
    { kind: "crash", at: 2 * slowBy, lasting: slowBy, hosts: [P2!] },
    lies(0, FAILING!, "answers every other request", lasting),
    // One alone fetches: what others would take of the lines is not to be measured.
    {
      ...{ kind: "partition", at: 0, lasting, groups: [[FORKED], PEERS] },
      ...{ inFlight: "lose", types: [] },
    },
    {
      ...{ kind: "loss", at: 0, lasting, from: [FORKED], to: [N], bothWays: false },
      ...{ types: ["get headers"], probability: 1 },
    },
    lies(0, FORKED, "claims a height of 10^9", lasting),
  ];
}

export const chainFetching: readonly Scenario[] = [
  headerFirst("", SMALL_SIZE),
  headerFirst("/without-liars", SMALL_SIZE),
  headerFirst("/one-peer", SMALL_SIZE),
  headerFirst("/forked-leader", SMALL_SIZE),
];
