// Group K, bs-header-first-parallel and bs-lossy-sync-retry: blocks that others have, fetched from
// many at once, from those who are slow or fail, and over links that lose what matters.

import { syncEndsIdle } from "../invariants/chain-fetching.ts";
import { claimsCostLittle, measureSync } from "../invariants/chain-fetching-measures.ts";
import type { ChainView } from "../invariants/chain-view.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import type { Invariant } from "../sim/invariant.ts";
import { constant, uniform } from "../sim/random/distribution.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { chainScenario, liarsOf } from "./chain-cluster.ts";
import { lies, reaches, syncSafety } from "./chain-liars.ts";
import { type ChangedOptions, chainSettings } from "./chain-settings.ts";
import { hostNames } from "./raft-cluster.ts";

/** Who fetches. */
const N = "n";
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
  /** By when all must be there. */
  readonly within: Micros;
  /** The longest that may pass with nothing to be heard of a session. */
  readonly silenceMax: Micros;
  /** How much time may be lost to liars. Default: any. */
  readonly lostMax?: Micros;
  readonly expects?: readonly string[];
  readonly goals?: readonly Goal[];
}

/** A host fetches a premade chain from its peers. */
export function fetching({ name, about, blocks, peers, branch, ...rest }: Fetching): Scenario {
  const { options = {}, bytesPerSecond = 0, faults, horizon, within, silenceMax } = rest;
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
      ...syncSafety(plan),
      syncEndsIdle("BS-IDLE", { silenceMax, mayLie: liarsOf(plan) }),
      reaches("CAUGHT-UP", { host: N, height: blocks, from: 0, within }),
      measureSync(N, blocks, liarsOf(plan)),
      ...costsOf(rest.lostMax, blocks, liarsOf(plan)),
    ],
    expects: ["sync ended", ...(rest.expects ?? [])],
    goals: rest.goals ?? [],
  });
}

/** What is lost to liars is only measured where nothing is demanded. */
function costsOf(
  lostMax: Micros | undefined,
  height: number,
  mayLie: (host: NodeId) => boolean,
): readonly Invariant<ChainView>[] {
  if (lostMax === undefined) return [];
  return [claimsCostLittle("BS-CLAIM", { host: N, height, lostMax, mayLie })];
}

function lineOf(bytesPerSecond: number) {
  return { bytesPerSecond, queueBytes: 100_000_000, per: "uplink" as const };
}

const PEERS = hostNames(4, "p");
const [P1, P2, SLOW, FAILING] = PEERS;
/** Another peer, of those scenarios in which one lies about its chain. */
const FORKED = "p5";

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

/** Bodies from four peers, or from one, of whom some are slow, fail, restart or lie. */
export function headerFirst(
  variant: "" | "/without-liars" | "/one-peer",
  size: FetchSize,
): Scenario {
  const { blocks, perRequest, requestTimeout, retryDelay, slowBy, horizon } = size;
  const isAlone = variant === "/one-peer";
  const hasLiars = variant === "";
  const peers = isAlone ? [P1!] : hasLiars ? [...PEERS, FORKED] : PEERS;
  const answers = ["headers", "bodies"];
  const slow: Fault = {
    ...{ kind: "latency", at: 0, lasting: horizon, from: [SLOW!], to: [N], bothWays: false },
    ...{ types: answers, added: constant(slowBy) },
  };
  const restart: Fault = { kind: "crash", at: 2 * slowBy, lasting: slowBy, hosts: [P2!] };
  return fetching({
    name: `bs-header-first-parallel${variant}`,
    about: isAlone
      ? "One peer gives headers and all bodies: what many peers are to be compared with."
      : `Headers from one peer, bodies from four${hasLiars ? ", of whom some fail or lie" : ""}.`,
    ...{ blocks, perRequest, peers, horizon, within: horizon },
    ...(hasLiars ? { branch: FORKED } : {}),
    dataBytes: 1_000,
    options: { sync: { requestTimeout, retryDelay, headersPerRequest: 4 * perRequest } },
    bytesPerSecond: size.bytesPerSecond,
    faults: [
      ...(isAlone ? [] : [slow]),
      ...(hasLiars ? [restart, lies(0, FAILING!, "answers every other request", horizon)] : []),
      ...(hasLiars ? [lies(0, FORKED, "claims a height of 10^9", horizon)] : []),
    ],
    silenceMax: requestTimeout + seconds(2),
    expects: hasLiars ? ["batch failed", "lie"] : [],
    goals: [
      { metric: "inFlightMax", atLeast: isAlone ? 1 : 4, atMost: 4, share: 1 },
      ...(hasLiars ? [] : [{ metric: "wastedPercent", atMost: 5, share: 1 }]),
    ],
  });
}

interface Lossy {
  readonly variant: string;
  readonly about: string;
  readonly blocks?: number;
  readonly peers?: readonly NodeId[];
  readonly faults: readonly Fault[];
  readonly expects: readonly string[];
  /** What a liar may cost in all. */
  readonly lostMax?: Micros;
}

const LOSSY_HORIZON = seconds(150);
const LOSSY_TIMEOUT = seconds(5);
const THREE = hostNames(3, "p");

function lossy({ variant, about, blocks = 250, peers = THREE, faults, ...rest }: Lossy): Scenario {
  return fetching({
    ...{ name: `bs-lossy-sync-retry${variant}`, about, blocks, peers, faults },
    perRequest: 125,
    options: { sync: { requestTimeout: LOSSY_TIMEOUT } },
    ...{ horizon: LOSSY_HORIZON, within: seconds(120) },
    silenceMax: LOSSY_TIMEOUT + seconds(2),
    ...rest,
  });
}

/** From the beginning to the end. */
function allAlong(host: NodeId, behaviour: Parameters<typeof lies>[2]): Fault {
  return lies(0, host, behaviour, LOSSY_HORIZON);
}

/** The links between the host and others are cut from the beginning on. */
function alone(lasting: Micros): Fault {
  const groups = [[N], THREE];
  return { kind: "partition", at: 0, lasting, groups, inFlight: "lose", types: [] };
}

export const chainFetching: readonly Scenario[] = [
  headerFirst("", SMALL_SIZE),
  headerFirst("/without-liars", SMALL_SIZE),
  headerFirst("/one-peer", SMALL_SIZE),
  lossy({
    variant: "",
    about: "Of three peers each ignores the first request for a range, and numbers seen before.",
    blocks: 500,
    faults: THREE.flatMap((peer) => [
      allAlong(peer, "answers no range at the first time"),
      allAlong(peer, "answers no number twice"),
    ]),
    expects: ["batch failed", "peer fault"],
  }),
  lossy({
    variant: "/only-request",
    about: "The only request of the first second gets lost: the next one does not.",
    peers: [THREE[0]!],
    faults: [
      {
        ...{ kind: "loss", at: 0, lasting: seconds(2), from: [N], to: [THREE[0]!] },
        ...{ bothWays: false, types: ["get headers"], probability: 1 },
      },
    ],
    expects: ["peer fault"],
  }),
  lossy({
    variant: "/false-height",
    about: "A peer claims 10^9 blocks, and does not answer: that costs a timeout, and its score.",
    faults: [
      allAlong(THREE[0]!, "claims a height of 10^9"),
      allAlong(THREE[0]!, "answers nothing"),
    ],
    // One timeout of a session that it leads.
    lostMax: LOSSY_TIMEOUT + ms(100),
    expects: ["peer fault", "lie"],
  }),
  lossy({
    variant: "/no-peers",
    about: "Nobody can be reached at first.",
    faults: [alone(seconds(20))],
    expects: ["peer found"],
  }),
  lossy({
    variant: "/silent",
    about: "Two of three peers answer no request, though they can be heard.",
    faults: [allAlong(THREE[0]!, "answers nothing"), allAlong(THREE[1]!, "answers nothing")],
    expects: ["peer fault", "lie"],
  }),
  lossy({
    variant: "/loss",
    about: "One message of five gets lost, whatever it is.",
    faults: [
      {
        ...{ kind: "loss", at: 0, lasting: LOSSY_HORIZON, from: [N], to: THREE },
        ...{ bothWays: true, types: [], probability: 0.2 },
      },
    ],
    expects: ["batch failed"],
  }),
];
