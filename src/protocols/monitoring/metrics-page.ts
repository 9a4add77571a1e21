// A node's own metrics, and their text as monitoring systems read it.
// Source: OpenMetrics 1.0.0, "Text format": metric families, a line for each sample, `# EOF`.

import { assert } from "../../sim/assert.ts";
import type { Micros } from "../../sim/time.ts";

/** By the name of a metric, small letters and `_`, what it is: a text of one line. */
export type Described = Readonly<Record<string, string>>;

/** All metrics of a kind of node. */
export interface MetricsDescription {
  /** What it counts. */
  readonly counters: Described;
  /** What it says of itself at the moment of asking. */
  readonly gauges: Described;
}

/** A whole number for each metric that is described; at least 0. */
export type ValuesOf<Names extends Described> = Record<keyof Names, number>;

/** What a page says. */
export interface PageValues<Description extends MetricsDescription> {
  readonly counters: Readonly<ValuesOf<Description["counters"]>>;
  readonly gauges: Readonly<ValuesOf<Description["gauges"]>>;
}

/** What stamps every sample of a page. */
export interface Stamp {
  readonly node: string;
  /** By the node's wall clock. */
  readonly now: Micros;
}

/** Counters of a process that has just started: in each life they begin at 0. */
export function zeroOf<Names extends Described>(names: Names): ValuesOf<Names> {
  // The keys are those of the description.
  return Object.fromEntries(Object.keys(names).map((name) => [name, 0])) as ValuesOf<Names>;
}

/** The page: counters and then gauges, in the order of their description. */
export function metricsPage<Description extends MetricsDescription>(
  { counters, gauges }: Description,
  values: PageValues<Description>,
  { node, now }: Stamp,
): string {
  const stamp = `${Math.floor(now / 1e6)}.${String(now % 1e6).padStart(6, "0")}`;
  const label = `{node="${escaped(node)}"}`;
  const counted = Object.entries(counters).flatMap(([name, help]) => [
    ...family(name, "counter", help),
    `${name}_total${label} ${countOf(values.counters, name)} ${stamp}`,
  ]);
  const gauged = Object.entries(gauges).flatMap(([name, help]) => [
    ...family(name, "gauge", help),
    `${name}${label} ${countOf(values.gauges, name)} ${stamp}`,
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

/**
 * Reads the samples of a page as {@link metricsPage} writes them; undefined if it has not come to
 * its end, or a line of it is neither a sample nor a comment.
 */
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

function countOf(values: Readonly<Record<string, number>>, name: string): number {
  const value = values[name];
  const isCount = value !== undefined && Number.isSafeInteger(value) && value >= 0;
  assert(isCount, "a metric that is no whole number of at least 0:", name, value);
  return value;
}

function escaped(label: string): string {
  return label.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function unescaped(label: string): string {
  return label.replaceAll(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));
}
