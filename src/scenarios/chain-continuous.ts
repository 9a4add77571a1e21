// Group K: a node fetches blocks while they are made, ever faster.

import { heightsConverge } from "../invariants/chain-liveness.ts";
import { followsAsPrefix, lagShrinks, type RatePhase } from "../invariants/chain-sync.ts";
import { operationsReturn } from "../invariants/liveness.ts";
import { constant, uniform } from "../sim/random/distribution.ts";
import type { Goal, PlanParts, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { blocksAsOrdered, joinsAt, mine, orderedChain, waitFor } from "./chain-basics.ts";
import { chainScenario } from "./chain-cluster.ts";
import type { ChainSettings } from "./chain-settings.ts";

const [A, B] = ["a", "b"];
const PAIR = { leader: A, follower: B };
const BEFORE = 5;
const B_JOINS: Micros = seconds(2);
const BEGINS: Micros = seconds(3);
/** Between one rate and the next one. */
const PAUSE: Micros = seconds(1);

const SLOT: Micros = 500;
const LINE = { bytesPerSecond: 1_000_000, queueBytes: 16_777_216, per: "link" } as const;

/** A rate, for how many blocks, and how far behind who follows may be in the end. */
export interface Rate {
  readonly perSecond: number;
  readonly count: number;
  readonly lagMax: number | undefined;
}

// What a node imports takes it 2.5 ms a block: at 400 a second it can just not follow.

/** Of the catalogue: for 10 s each, but for the first. */
export const WHOLE_RATES: readonly Rate[] = [
  { perSecond: 10, count: 10, lagMax: 1 },
  { perSecond: 10, count: 100, lagMax: 1 },
  { perSecond: 50, count: 500, lagMax: 3 },
  { perSecond: 200, count: 2_000, lagMax: 3 },
  { perSecond: 400, count: 4_000, lagMax: undefined },
];

/** As every signature is made and checked, campaigns have 295 blocks in place of 6,610. */
const RATES: readonly Rate[] = [
  { perSecond: 10, count: 10, lagMax: 1 },
  { perSecond: 50, count: 25, lagMax: 3 },
  { perSecond: 200, count: 60, lagMax: 3 },
  { perSecond: 400, count: 200, lagMax: undefined },
];

interface Workload {
  readonly operations: readonly PlannedOperation[];
  readonly phases: readonly RatePhase[];
  /** When production stops. */
  readonly stops: Micros;
  readonly height: number;
}

function workload(rates: readonly Rate[]): Workload {
  const operations = [mine(seconds(1), A, BEFORE), waitFor(B_JOINS, B, BEFORE)];
  const phases: RatePhase[] = [];
  let [at, height] = [BEGINS, BEFORE];
  for (const { perSecond, count, lagMax } of rates) {
    height += count;
    const interval = seconds(1) / perSecond;
    const until = at + count * interval;
    operations.push(mine(at, A, height, interval));
    const name = `${count} blocks at ${perSecond}/s`;
    phases.push({ name, from: at, until, rate: perSecond, lagMax });
    at = until + PAUSE;
  }
  return { operations, phases, stops: at - PAUSE, height };
}

/** A node that follows while another makes blocks, at one rate after the other. */
export function continuousSync(
  { name, about, change = {} }: Variant,
  rates: readonly Rate[],
  goals: readonly Goal[],
): Scenario {
  const { operations, phases, stops, height } = workload(rates);
  return chainScenario({
    ...{ name, about, goals },
    plan: () => ({
      servers: [A, B],
      clients: ["c1"],
      settings: { ...orderedChain(), slotTime: SLOT },
      network: { latency: uniform(ms(1), ms(5)) },
      // So that blocks are made as fast as they are ordered.
      disk: { syncLatency: constant(500) },
      operations,
      faults: [joinsAt(B_JOINS, B)],
      horizon: stops + seconds(6),
      ...change,
    }),
    expects: ["sync ended", "block imported"],
    invariants: (plan) => [
      followsAsPrefix("BS-PREFIX", PAIR),
      lagShrinks("LAG", PAIR, phases),
      heightsConverge("BS-HEIGHT", { from: stops, within: seconds(5), heightMin: height }),
      operationsReturn("RETURN", { by: plan.horizon, ...blocksAsOrdered(plan, operations) }, plan),
    ],
  });
}

interface Variant {
  readonly name: string;
  readonly about: string;
  readonly change?: Partial<PlanParts<ChainSettings>>;
}

/** The variants: over lines without bounds, and over those of 1 MB/s. */
export const CONTINUOUS: readonly Variant[] = [
  {
    name: "bs-continuous-sync",
    about: "A node fetches and follows while blocks are made, from 10 to 400 a second.",
  },
  {
    name: "bs-continuous-sync/bandwidth",
    about: "A node follows while blocks are made ever faster, over lines of 1 MB/s.",
    change: { network: { latency: uniform(ms(1), ms(5)), bandwidth: [LINE] } },
  },
];

/** At 400 for half a second, a follower does not always fall behind. */
const BREAK_EVEN = { metric: "breakEvenRate", atLeast: 200, atMost: 400, share: 0.6 };

/** Group K: syncing while blocks are made. */
export const chainContinuous: readonly Scenario[] = CONTINUOUS.map((variant) =>
  continuousSync(variant, RATES, [BREAK_EVEN]),
);
