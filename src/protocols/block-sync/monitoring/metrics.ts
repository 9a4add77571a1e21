// What a node of the chain says in numbers.

import { metricsPage, type Stamp, type ValuesOf, zeroOf } from "../../monitoring/metrics-page.ts";

/** What a node counts, by name; they begin at 0 in each life, as the processes' own do. */
export type Counters = ValuesOf<typeof COUNTERS>;

/** What a node says of itself at the moment of asking, by name. */
export type Gauges = ValuesOf<typeof GAUGES>;

export type GaugeName = keyof typeof GAUGES;

const COUNTERS = {
  blocks_imported: "Blocks that became known and are valid.",
  blocks_proposed: "Blocks that this validator has made.",
  blocks_refused: "Blocks that break a rule.",
  blocks_orphaned: "Blocks that left the chain in a reorganisation.",
  forks_detected: "Blocks beside the chain.",
  transactions_accepted: "Transactions that the mempool has taken from clients and peers.",
  transactions_refused: "Transactions that it has not.",
  transactions_included: "Transactions in blocks of the chain.",
  votes_cast: "Votes of this validator.",
  evidence_found: "Validators caught in breaking the rules of voting and proposing.",
} as const;

const GAUGES = {
  block_height: "Height of the chain's tip.",
  finalized_height: "Height of the last final block.",
  finality_lag_blocks: "Blocks between the tip and the last final one.",
  active_peers: "Peers that can be asked.",
  mempool_transactions: "Transactions that wait.",
  is_syncing: "1 while the node fetches blocks that it lacks.",
  is_partitioned: "1 while too few validators are heard for anything to become final.",
} as const;

/** A process that has just started. */
export function newCounters(): Counters {
  return zeroOf(COUNTERS);
}

/** The page of a node. */
export function chainPage(counters: Counters, gauges: Gauges, stamp: Stamp): string {
  return metricsPage({ counters: COUNTERS, gauges: GAUGES }, { counters, gauges }, stamp);
}
