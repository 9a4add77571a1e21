// What a node of the chain says in numbers.

import { type Micros, ms, seconds } from "../../../sim/time.ts";
import { type Histogram, newHistogram, observe } from "../../monitoring/histogram.ts";
import { metricsPage, type Stamp, type ValuesOf, zeroOf } from "../../monitoring/metrics-page.ts";

/** What a node counts, by name; they begin at 0 in each life, as the processes' own do. */
export type Counters = ValuesOf<typeof COUNTERS>;

/** What it sees values of, by name; empty in the beginning of each life. */
export type Histograms = Readonly<Record<HistogramName, Histogram>>;

export type HistogramName = keyof typeof HISTOGRAMS;

/** What a node says of itself at the moment of asking, by name. */
export type Gauges = ValuesOf<typeof GAUGES>;

export type GaugeName = keyof typeof GAUGES;

/** What a node is: its role in each sample of its page. */
export type ChainRole = "validator" | "observer";

/** All that a page says. */
export interface ChainValues {
  readonly counters: Counters;
  /** How long the node has spent on fetching blocks. */
  readonly syncTime: Micros;
  /** By rule, how many blocks have broken it. */
  readonly refused: ReadonlyMap<string, number>;
  readonly gauges: Gauges;
  readonly histograms: Histograms;
}

const COUNTERS = {
  blocks_imported: "Blocks that became known and are valid.",
  blocks_proposed: "Blocks that this validator has made.",
  blocks_orphaned: "Blocks that left the chain in a reorganisation.",
  forks_detected: "Blocks beside the chain.",
  sync_blocks: "Blocks among those imported that were fetched, as they had not come unasked.",
  transactions_offered: "Transactions that clients have submitted to this node.",
  transactions_accepted: "Transactions that the mempool has taken from clients and peers.",
  transactions_refused: "Transactions that it has not.",
  transactions_included: "Transactions in blocks of the chain.",
  votes_cast: "Votes of this validator.",
  evidence_found: "Validators caught in breaking the rules of voting and proposing.",
} as const;

const LABELLED = {
  blocks_refused: { help: "Blocks that break a rule.", label: "rule" },
} as const;

/** Counted elsewhere. */
const TIMES = { sync_seconds: "Time in which the node was fetching blocks." } as const;

const GAUGES = {
  block_height: "Height of the chain's tip.",
  finalized_height: "Height of the last final block.",
  finality_lag_blocks: "Blocks between the tip and the last final one.",
  sync_lag_blocks: "Blocks by which the highest tip that a peer claims is above the own one.",
  reorg_depth_max_blocks: "Blocks that left the chain in the deepest reorganisation of this life.",
  active_peers: "Peers that can be asked.",
  mempool_transactions: "Transactions that wait.",
  is_syncing: "1 while the node fetches blocks that it lacks.",
  is_partitioned: "1 while too few validators are heard for anything to become final.",
} as const;

const HISTOGRAMS = {
  block_interval_seconds: {
    help: "Between the timestamps of a block that joined the chain and of the one before it.",
    bounds: [ms(100), ms(500), ...[1, 2, 3, 4, 5, 8, 10, 15, 30, 60].map(seconds)],
  },
  block_propagation_seconds: {
    help: "From a valid block's timestamp until a peer brings it unasked; 0 if it comes before.",
    bounds: [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000].map(ms),
  },
  reorg_depth_blocks: {
    help: "Blocks that left the chain in a reorganisation.",
    bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
  },
} as const;

const METRICS = {
  counters: { ...COUNTERS, ...TIMES },
  ...{ labelled: LABELLED, gauges: GAUGES, histograms: HISTOGRAMS },
};

/** A process that has just started. */
export function newCounters(): Counters {
  return zeroOf(COUNTERS);
}

/** The same. */
export function newHistograms(): Histograms {
  return {
    block_interval_seconds: newHistogram(HISTOGRAMS.block_interval_seconds),
    block_propagation_seconds: newHistogram(HISTOGRAMS.block_propagation_seconds),
    reorg_depth_blocks: newHistogram(HISTOGRAMS.reorg_depth_blocks),
  };
}

/** Takes a value down, a time in microseconds. What lies before its beginning counts as 0. */
export function note(histograms: Histograms, name: HistogramName, value: number): void {
  observe(HISTOGRAMS[name], histograms[name], Math.max(0, value));
}

/** A block has broken this rule. */
export function countRefused(refused: Map<string, number>, rule: string): void {
  refused.set(rule, (refused.get(rule) ?? 0) + 1);
}

/** The page of a node. */
export function chainPage(values: ChainValues, role: ChainRole, stamp: Stamp): string {
  const counters = { ...values.counters, sync_seconds: values.syncTime };
  const { refused, ...others } = values;
  const labelled = { blocks_refused: refused };
  return metricsPage(METRICS, { ...others, counters, labelled }, { ...stamp, role });
}
