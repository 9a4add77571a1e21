// A node's own metrics, and their text as monitoring systems read it.
// Source: OpenMetrics 1.0.0, "Text format": metric families, a line for each sample, `# EOF`.

import { assert } from "../../sim/assert.ts";
import type { Micros } from "../../sim/time.ts";
import type { Histogram, HistogramDescription } from "./histogram.ts";

/**
 * By the name of a metric, small letters and `_`, what it is: a text of one line. A name that ends
 * in `_seconds` or `_blocks` says its unit; values in seconds are kept in microseconds.
 */
export type Described = Readonly<Record<string, string>>;

/** All metrics of a kind of node. */
export interface MetricsDescription {
  /** What it counts. */
  readonly counters: Described;
  /** What it counts by a label, small letters: a sample for each value that was met. */
  readonly labelled?: Readonly<Record<string, { readonly help: string; readonly label: string }>>;
  /** What it says of itself at the moment of asking. */
  readonly gauges: Described;
  /** Of what it sees how often values of what size come; none if left out. */
  readonly histograms?: Readonly<Record<string, HistogramDescription>>;
}

/** A whole number for each metric that is described; at least 0. */
export type ValuesOf<Names extends Described> = Record<keyof Names, number>;

/** What a page says. */
export interface PageValues<Description extends MetricsDescription> {
  readonly counters: Readonly<ValuesOf<Description["counters"]>>;
  /** By the value of the label. */
  readonly labelled?: Readonly<Record<keyof Description["labelled"], ReadonlyMap<string, number>>>;
  readonly gauges: Readonly<ValuesOf<Description["gauges"]>>;
  readonly histograms?: Readonly<Record<keyof Description["histograms"], Histogram>>;
}

/** What stamps every sample of a page. */
export interface Stamp {
  readonly node: string;
  /** What the node is among those of its kind; no label if left out. */
  readonly role?: string;
  /** By the node's wall clock. */
  readonly now: Micros;
}

/** Counters of a process that has just started: in each life they begin at 0. */
export function zeroOf<Names extends Described>(names: Names): ValuesOf<Names> {
  // The keys are those of the description.
  return Object.fromEntries(Object.keys(names).map((name) => [name, 0])) as ValuesOf<Names>;
}

/** The page: counters, those with labels, gauges, histograms, in the order of their description. */
export function metricsPage<Description extends MetricsDescription>(
  { counters, labelled = {}, gauges, histograms = {} }: Description,
  values: PageValues<Description>,
  { node, role, now }: Stamp,
): string {
  const own = role === undefined ? { node } : { node, role };
  const sampleOf: SampleWriter = (name, value, more = {}) =>
    `${name}{${labelsOf({ ...own, ...more })}} ${value} ${inSeconds(now)}`;
  const counted = Object.entries(counters).flatMap(([name, help]) => [
    ...family(name, "counter", help),
    sampleOf(`${name}_total`, written(name, countOf(values.counters, name))),
  ]);
  const met: Readonly<Record<string, ReadonlyMap<string, number>>> = values.labelled ?? {};
  const countedBy = Object.entries(labelled).flatMap(([name, { help, label }]) => {
    const samples = [...(met[name] ?? [])].map(([value, count]) =>
      sampleOf(`${name}_total`, String(count), { [label]: value }),
    );
    return samples.length === 0 ? [] : [...family(name, "counter", help), ...samples];
  });
  const gauged = Object.entries(gauges).flatMap(([name, help]) => [
    ...family(name, "gauge", help),
    sampleOf(name, written(name, countOf(values.gauges, name))),
  ]);
  const seen: Readonly<Record<string, Histogram>> = values.histograms ?? {};
  const measured = Object.entries(histograms).flatMap(([name, { help, bounds }]) => [
    ...family(name, "histogram", help),
    ...bucketsOf({ name, bounds }, seen[name], sampleOf),
  ]);
  return `${[...counted, ...countedBy, ...gauged, ...measured, "# EOF"].join("\n")}\n`;
}

type Labels = Readonly<Record<string, string>>;

/** The line of a sample, with more labels than all of the page have. */
type SampleWriter = (name: string, value: string, more?: Labels) => string;

/** Each bucket counts what is in those before it, too. */
function bucketsOf(
  { name, bounds }: { readonly name: string; readonly bounds: readonly number[] },
  histogram: Histogram | undefined,
  sampleOf: SampleWriter,
): string[] {
  assert(histogram?.counts.length === bounds.length + 1, "a histogram of other buckets:", name);
  let count = 0;
  const buckets = histogram.counts.map((inBucket, index) => {
    count += inBucket;
    const bound = bounds[index];
    const le = bound === undefined ? "+Inf" : boundOf(name, bound);
    return sampleOf(`${name}_bucket`, String(count), { le });
  });
  const sum = written(name, histogram.sum);
  return [...buckets, sampleOf(`${name}_count`, String(count)), sampleOf(`${name}_sum`, sum)];
}

/** One sample of a page. */
export interface Sample {
  readonly name: string;
  readonly node: string;
  /** Labels besides that: the role of the node, that of a counter by label, `le` of a bucket. */
  readonly labels: Labels;
  /** In seconds if the name says so. */
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
    const [, name = "", pairs = "", value, whole, fraction] = read;
    const { node, ...labels } = Object.fromEntries(
      [...pairs.matchAll(LABEL)].map(([, label, text]) => [label, unescaped(text!)] as const),
    ) as Labels;
    if (node === undefined) return undefined;
    const at = Number(whole) * 1e6 + Number(fraction);
    samples.push({ name, node, labels, value: Number(value), at });
  }
  return samples;
}

const PAIR = String.raw`[a-z]+="(?:[^"\\]|\\.)*"`;
const LABEL = /([a-z]+)="((?:[^"\\]|\\.)*)"/g;
const SAMPLE = new RegExp(
  String.raw`^([a-z_]+)\{(${PAIR}(?:,${PAIR})*)\} (\d+(?:\.\d{6})?) (\d+)\.(\d{6})$`,
);

/** A unit that a name has is told. */
function family(name: string, type: string, help: string): string[] {
  const unit = UNITS.find((one) => name.endsWith(`_${one}`));
  const told = unit === undefined ? [] : [`# UNIT ${name} ${unit}`];
  return [`# TYPE ${name} ${type}`, ...told, `# HELP ${name} ${help}`];
}

const UNITS = ["seconds", "blocks"];

function isInSeconds(name: string): boolean {
  return name.endsWith("_seconds");
}

/** A value of a metric of that name. */
function written(name: string, value: number): string {
  return isInSeconds(name) ? inSeconds(value) : String(value);
}

function inSeconds(micros: Micros): string {
  return `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, "0")}`;
}

/** As OpenMetrics has bounds of buckets: with a digit behind the point, and no idle zero. */
function boundOf(name: string, bound: number): string {
  return isInSeconds(name) ? inSeconds(bound).replace(/(\.\d+?)0*$/, "$1") : `${bound}.0`;
}

function labelsOf(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, text]) => `${name}="${escaped(text)}"`);
  return pairs.join(",");
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
