// A node's own metrics, and their text as monitoring systems read it.
// Source: OpenMetrics 1.0.0, "Text format": metric families, a line for each sample, `# EOF`.

import type { Micros } from "../../../sim/time.ts";

/** What a node counts, by name; they begin at 0 in each life, as the processes' own do. */
export type Counters = Record<CounterName, number>;

/** What a node says of itself at the moment of asking, by name. */
export type Gauges = Record<GaugeName, number>;

export type CounterName = keyof typeof COUNTERS;

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
  // The keys are those of COUNTERS.
  return Object.fromEntries(Object.keys(COUNTERS).map((name) => [name, 0])) as Counters;
}

/** The page; `now`, in microseconds, stamps every sample. */
export function metricsPage(
  counters: Counters,
  gauges: Gauges,
  { node, now }: { readonly node: string; readonly now: Micros },
): string {
  const stamp = `${Math.floor(now / 1e6)}.${String(now % 1e6).padStart(6, "0")}`;
  const label = `{node="${escaped(node)}"}`;
  const counted = Object.entries(COUNTERS).flatMap(([name, help]) => [
    ...family(name, "counter", help),
    `${name}_total${label} ${counters[name as CounterName]} ${stamp}`,
  ]);
  const gauged = Object.entries(GAUGES).flatMap(([name, help]) => [
    ...family(name, "gauge", help),
    `${name}${label} ${gauges[name as GaugeName]} ${stamp}`,
  ]);
  return `${[...counted, ...gauged, "# EOF"].join("\n")}\n`;
}

/** One sample of a page. */
export interface Sample {
  readonly name: string;
  readonly node: string;
  readonly value: number;
  /** In microseconds, as it was stamped. */
  readonly at: Micros;
}

/** Reads a page that {@link metricsPage} has written; undefined for anything else. */
export function readMetricsPage(text: string): readonly Sample[] | undefined {
  const lines = text.split("\n");
  if (lines.pop() !== "" || lines.pop() !== "# EOF") return undefined;
  const samples: Sample[] = [];
  for (const line of lines) {
    if (line.startsWith("# ")) continue;
    const read = SAMPLE.exec(line);
    if (read === null) return undefined;
    const [, name = "", node = "", value, whole, fraction] = read;
    const at = Number(whole) * 1e6 + Number(fraction);
    samples.push({ name, node: unescaped(node), value: Number(value), at });
  }
  return samples;
}

const SAMPLE = /^([a-z_]+)\{node="((?:[^"\\]|\\.)*)"\} (\d+) (\d+)\.(\d{6})$/;

function family(name: string, type: string, help: string): string[] {
  return [`# TYPE ${name} ${type}`, `# HELP ${name} ${help}`];
}

function escaped(label: string): string {
  return label.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function unescaped(label: string): string {
  return label.replaceAll(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));
}
