// Group K: a node fetches blocks while they are made, ever faster.

import { heightsConverge } from "../invariants/chain-liveness.ts";
import { followsAsPrefix, lagShrinks, type RatePhase } from "../invariants/chain-sync.ts";
import { operationsReturn } from "../invariants/liveness.ts";
import { constant, uniform } from "../sim/random/distribution.ts";
import type { Goal, PlanParts, Scenario } from "../sim/scenario.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { joinsAt, mine, orderedChain, waitFor } from "./chain-basics.ts";
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
interface Rate {
  readonly perSecond: number;
  readonly count: number;
  readonly lagMax: number | undefined;
}

// What a node imports takes it 2.5 ms a block: at 400 a second it can just not follow. As every
// signature is made and checked, the times are short: the catalogue has 10 s for each rate, 6,600
// blocks in place of 295; a plan may say so.
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

function workload(): Workload {
  const operations = [mine(seconds(1), A, BEFORE), waitFor(B_JOINS, B, BEFORE)];
  const phases: RatePhase[] = [];
  let [at, height] = [BEGINS, BEFORE];
  for (const { perSecond, count, lagMax } of RATES) {
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

function continuous(
  name: string,
  about: string,
  change: Partial<PlanParts<ChainSettings>>,
  goals: readonly Goal[],
): Scenario {
  const { operations, phases, stops, height } = workload();
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
      operationsReturn("RETURN", { by: plan.horizon }, plan),
    ],
  });
}

/** Group K: syncing while blocks are made. */
export const chainContinuous: readonly Scenario[] = [
  continuous(
    "bs-continuous-sync",
    "A node fetches and follows while blocks are made, from 10 to 400 a second.",
    {},
    [{ metric: "breakEvenRate", atLeast: 300, atMost: 420, share: 0.99 }],
  ),
  continuous(
    "bs-continuous-sync/bandwidth",
    "A node follows while blocks are made ever faster, over lines of 1 MB/s.",
    { network: { latency: uniform(ms(1), ms(5)), bandwidth: [LINE] } },
    [{ metric: "breakEvenRate", atLeast: 300, atMost: 420, share: 0.99 }],
  ),
];
