// Group K, bs-block-validation: a peer that lies about blocks.

import {
  answersAreLimited,
  bansFollowFaults,
  requestsAreBounded,
  saidOf,
  syncEndsIdle,
} from "../invariants/chain-fetching.ts";
import { rulesFire, tipStays } from "../invariants/chain-forgeries.ts";
import { silentLeadSeldom } from "../invariants/chain-leaders.ts";
import { type ChainView, tipOfShown } from "../invariants/chain-view.ts";
import type { NodeId } from "../sim/env.ts";
import type { Fault } from "../sim/fault.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { Goal, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { eventually } from "../sim/temporal/liveness.ts";
import { sometimes } from "../sim/temporal/sometimes.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { mine } from "./chain-basics.ts";
import { chainScenario, liarsOf } from "./chain-cluster.ts";
import { type ChainPlan, type ChangedOptions, chainSettings } from "./chain-settings.ts";
import { FORGERY_KINDS } from "./lying-chain/forgeries.ts";
import type { LyingBehaviour } from "./lying-chain/lies.ts";

const [A, B, M] = ["a", "b", "m"];
const OPERATOR = "c1";

/** The first blocks are made and fetched by then, and the lies begin. */
const LIES = seconds(3);
/** The honest ones are together again, unless the lies take longer. */
const TOGETHER = seconds(10);
/** Of what the honest ones do when they are together. */
const CALM = seconds(15);
const FIRST = 5;
const LAST = 20;

const OPTIONS: ChangedOptions = {
  production: "on order",
  // So that a few payments are over it.
  limits: { blockGas: 100_000 },
  // Dear enough for a ban, and cheap enough for all kinds before it.
  peers: { penalty: 3 },
};

/** From that time to the end. */
export function lies(at: Micros, host: NodeId, behaviour: LyingBehaviour, until: Micros): Fault {
  return { kind: "byzantine", at, lasting: until - at, hosts: [host], behaviour };
}

/** What holds of all fetching, with the window and attempts of the plan. */
export function syncSafety(plan: ChainPlan): readonly Invariant<ChainView>[] {
  const { sync, peers } = plan.settings.options;
  const mayLie = liarsOf(plan);
  const { window, attemptsPerPeer, retryDelay } = sync;
  return [
    requestsAreBounded("BS-WINDOW", { window, attemptsPerPeer, mayLie }),
    bansFollowFaults("BS-BAN", { scoreMin: peers.scoreMin, areSpared: isHonest(plan), mayLie }),
    silentLeadSeldom("BS-SILENT", { retryDelay, pauseMax: peers.banTime, mayLie }),
  ];
}

function isHonest(plan: ChainPlan): (host: NodeId) => boolean {
  const mayLie = liarsOf(plan);
  return (host) => !mayLie(host);
}

/** The chain of a host is that high, within some time. */
export function reaches(
  name: string,
  { host, height, from, within }: Record<"from" | "within" | "height", number> & { host: NodeId },
): Invariant<ChainView> {
  const heightNow = ({ servers }: World<ChainView>): number | undefined => {
    const chain = servers.find(({ id }) => id === host)?.node?.chain;
    return chain && tipOfShown(chain).height;
  };
  return eventually(name, (world: World<ChainView>) => (heightNow(world) ?? -1) >= height, {
    ...{ from, within, supposes: ["servers", "operations", "faults"] as const },
    explain: (world) => `${host} is at ${heightNow(world) ?? "nothing, as it is down"}`,
  });
}

interface Validation {
  readonly variant: string;
  readonly about: string;
  readonly options?: ChangedOptions;
  readonly behaviours: readonly LyingBehaviour[];
  /** What clients do besides. Default: nothing. */
  readonly operations?: readonly PlannedOperation[];
  /** Who does not hear the rest for a while, and then has much to fetch. Default: the producer. */
  readonly apart?: NodeId;
  /** When it hears them again. Default: 10 s. */
  readonly together?: Micros;
  readonly invariants?: (plan: ChainPlan) => readonly Invariant<ChainView>[];
  readonly expects: readonly string[];
  readonly goals?: readonly Goal[];
}

function validation({ variant, about, options = {}, behaviours, ...rest }: Validation): Scenario {
  const together = rest.together ?? TOGETHER;
  const horizon = together + CALM;
  return chainScenario({
    name: `bs-block-validation${variant}`,
    about,
    plan: () => ({
      servers: [A!, B!, M!],
      clients: [OPERATOR],
      settings: chainSettings([A!, M!], {
        slotTime: ms(5),
        balances: { alice: 1_000_000_000, bob: 1_000 },
        options: { ...OPTIONS, ...options },
      }),
      network: { latency: uniform(ms(1), ms(5)) },
      operations: [
        ...(rest.operations ?? []),
        ...[mine(seconds(1), A!, FIRST), mine(seconds(8), A!, LAST)],
      ],
      faults: [
        ...behaviours.map((behaviour) => lies(LIES, M!, behaviour, untilOf(behaviour, horizon))),
        apart(rest.apart ?? A!, together),
      ],
      horizon,
    }),
    invariants: (plan) => [
      ...syncSafety(plan),
      syncEndsIdle("BS-IDLE", { silenceMax: seconds(35), mayLie: liarsOf(plan) }),
      tipStays("BS-UNCHANGED", { host: B!, from: LIES, until: seconds(8) }),
      reaches("CAUGHT-UP", { host: B!, height: LAST, from: together, within: seconds(10) }),
      ...(rest.invariants?.(plan) ?? []),
    ],
    expects: ["lie", "peer fault", ...rest.expects],
    goals: rest.goals ?? [],
  });
}

/** Nobody listens to blocks of who was banned: to go on would be a waste of time. */
function untilOf(behaviour: LyingBehaviour, horizon: Micros): Micros {
  return behaviour === "gossips invalid blocks" ? TOGETHER : horizon;
}

/** No message passes between the host and the other servers; the operator reaches all. */
function apart(host: NodeId, until: Micros): Fault {
  const groups = [[host], [A!, B!, M!].filter((other) => other !== host)];
  const span = { at: seconds(7), lasting: until - seconds(7) };
  return { kind: "partition", ...span, groups, inFlight: "lose", types: [] };
}

/**
 * Each of the rules is told of at least once, when blocks are asked for: of those of another
 * genesis the parent is unknown then.
 */
function everyRule(): readonly Invariant<ChainView>[] {
  const events = ["block refused", "headers refused", "body refused"];
  const rules = new Set(FORGERY_KINDS.map(({ rule }) => rule));
  rules.delete("wrong genesis");
  return [...rules].map((told) =>
    sometimes(`refused: ${told}`, ({ emitted }) =>
      events.some((event) => saidOf(emitted, event).some(({ rule }) => rule === told)),
    ),
  );
}

/** It is in the first blocks, so that there is something to replay. */
const PAYMENT: PlannedOperation = {
  at: ms(500),
  client: OPERATOR,
  operation: { id: "alice pays", op: "transfer", from: "alice", to: "bob", amount: 5 },
};

const BANNED: Goal = { metric: "peer banned", atLeast: 1, share: 1 };

export const chainLiars: readonly Scenario[] = [
  validation({
    variant: "",
    about: "A peer gossips blocks that break one rule each, and claims 10^9 blocks: it is banned.",
    behaviours: ["gossips invalid blocks", "claims a height of 10^9"],
    operations: [PAYMENT],
    invariants: (plan) => [rulesFire("BS-RULES", liarsOf(plan))],
    expects: ["forged", "block refused", "peer banned"],
    goals: [BANNED],
  }),
  validation({
    variant: "/by-sync",
    about: "A peer gives blocks that break one rule each to those who ask for them.",
    // So that somebody has asked for all kinds before the chain is higher, and for enough of them:
    // one takes three statuses, and one whose body is wrong costs three penalties.
    options: {
      sync: { retryDelay: ms(20), grace: 0 },
      peers: { penalty: 2, statusInterval: ms(150) },
    },
    together: LIES + FORGERY_KINDS.length * ms(500),
    behaviours: ["serves invalid blocks"],
    operations: [PAYMENT],
    invariants: everyRule,
    expects: ["forged", "headers refused", "body refused", "block refused", "peer banned"],
    goals: [BANNED],
  }),
  validation({
    variant: "/withheld",
    about: "A peer gives headers of blocks, and never their bodies.",
    options: { sync: { bodiesPerRequest: 2 } },
    behaviours: ["withholds bodies"],
    apart: B!,
    expects: ["batch failed"],
  }),
  validation({
    variant: "/junk",
    about: "A peer sends bytes that are nothing, in messages of every type: it is banned.",
    behaviours: ["sends junk"],
    expects: ["peer banned"],
    goals: [BANNED],
  }),
  validation({
    variant: "/flood",
    about: "A peer asks 400 times a second where 100 are allowed: most of it is not heard.",
    options: { peers: { penalty: 3, messagesPerSecond: 100 } },
    behaviours: ["floods"],
    invariants: (plan) => [answersAreLimited("BS-FLOOD", limitOf(plan), liarsOf(plan))],
    expects: ["peer banned"],
    goals: [BANNED],
  }),
];

function limitOf({ settings }: ChainPlan): number {
  return settings.options.peers.messagesPerSecond;
}
