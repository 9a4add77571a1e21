// A strict reader of OpenMetrics text, written from the specification: it shares nothing with ours.
// Source: OpenMetrics 1.0.0, "Text format", "ABNF", "Overall structure" and "Metric types".

/** A family of metrics: what is told of it, and its samples. */
interface Family {
  readonly name: string;
  readonly told: Map<string, string>;
  readonly samples: Read[];
}

interface Read {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
  readonly timestamp: string | undefined;
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const NUMBER = String.raw`[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?`;
const VALUE = `${NUMBER}|[+-]?[Ii]nf|NaN`;
const PAIR = String.raw`[a-zA-Z_]\w*="(?:[^"\\\n]|\\[n"\\])*"`;
const DESCRIPTOR = new RegExp(
  String.raw`^# (TYPE|UNIT|HELP) (${NAME})(?: ((?:[^\\\n]|\\[n"\\])*))?$`,
);
const SAMPLE = new RegExp(
  String.raw`^(${NAME})(?:\{((?:${PAIR}(?:,${PAIR})*)?)\})? (${VALUE})(?: (${NUMBER}))?$`,
);

/** By type, what the names of samples end in behind the family's. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ["_total"],
  gauge: [""],
  histogram: ["_bucket", "_count", "_sum"],
};

/** What is wrong with a page: nothing if it keeps all the rules. */
export function openMetricsFaults(text: string): string[] {
  if (!text.endsWith("\n# EOF\n")) return ["the page does not end with # EOF and a line feed"];
  const lines = text.slice(0, -"# EOF\n".length - 1).split("\n");
  const faults: string[] = [];
  const families: Family[] = [];
  for (const line of lines) {
    const fault = takeDescriptor(families, line) ?? takeSample(families, line);
    if (typeof fault === "string") faults.push(fault);
  }
  const names = families.map(({ name }) => name);
  for (const name of names.filter((one, index) => names.indexOf(one) !== index)) {
    faults.push(`${name}: a family of two blocks`);
  }
  return [...faults, ...families.flatMap(faultsOfFamily)];
}

/** Undefined if the line is no descriptor, true if it is one in its place, else the fault. */
function takeDescriptor(families: Family[], line: string): string | true | undefined {
  const [, kind, name, text = ""] = DESCRIPTOR.exec(line) ?? [];
  if (kind === undefined || name === undefined) return undefined;
  let family = families.at(-1);
  if (family?.name !== name) {
    family = { name, told: new Map(), samples: [] };
    families.push(family);
  }
  if (family.samples.length > 0) return `${line}: behind a sample of its family`;
  if (family.told.has(kind)) return `${line}: told twice`;
  family.told.set(kind, text);
  return true;
}

function takeSample(families: Family[], line: string): string | true {
  const [, name, pairs = "", value, timestamp] = SAMPLE.exec(line) ?? [];
  if (name === undefined) return `${line}: neither a descriptor nor a sample`;
  const family = families.at(-1);
  const suffixes = SUFFIXES[family?.told.get("TYPE") ?? ""] ?? [];
  if (!suffixes.some((suffix) => name === `${family?.name}${suffix}`)) {
    return `${line}: no sample of the family before it`;
  }
  const list = pairs.match(new RegExp(PAIR, "g")) ?? [];
  const labels = new Map(list.map((pair) => [pair.split("=", 1)[0]!, pair]));
  if (labels.size < list.length) return `${line}: a label that comes twice`;
  family!.samples.push({ name, labels, value: Number(value), timestamp });
  return true;
}

function faultsOfFamily({ name, told, samples }: Family): string[] {
  const faults: string[] = [];
  const type = told.get("TYPE") ?? "";
  if (SUFFIXES[type] === undefined) faults.push(`${name}: of no type that is known: ${type}`);
  const unit = told.get("UNIT");
  if (unit !== undefined && !name.endsWith(`_${unit}`)) faults.push(`${name}: unit ${unit}`);
  if (!told.has("HELP")) faults.push(`${name}: no help`);
  if (samples.length === 0) faults.push(`${name}: no sample`);
  const keys = samples.map(({ name: of, labels }) => [of, ...[...labels.values()].sort()].join());
  if (new Set(keys).size < keys.length) faults.push(`${name}: a sample that comes twice`);
  for (const { name: of, labels, value, timestamp } of samples) {
    if (timestamp === undefined) faults.push(`${of}: no timestamp`);
    if (type !== "gauge" && !(value >= 0)) faults.push(`${of}: ${value}, and counts`);
    if (labels.has("le") !== of.endsWith("_bucket")) faults.push(`${of}: le is for buckets`);
  }
  return type === "histogram" ? [...faults, ...faultsOfHistogram(name, samples)] : faults;
}

/** A histogram of one set of labels. */
function faultsOfHistogram(name: string, samples: readonly Read[]): string[] {
  const faults: string[] = [];
  const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
  const bounds = buckets.map(({ labels }) => labels.get("le")?.slice('le="'.length, -1) ?? "");
  if (bounds.at(-1) !== "+Inf") faults.push(`${name}: the last bucket is ${bounds.at(-1)}`);
  for (const [index, bound] of bounds.slice(0, -1).entries()) {
    const next = bounds[index + 1]!;
    if (!/^\d+\.\d+$/.test(bound)) faults.push(`${name}: ${bound} is no canonical number`);
    const isRising = next === "+Inf" || Number(bound) < Number(next);
    if (!isRising) faults.push(`${name}: ${bound} before ${next}`);
    const isCumulative = buckets[index]!.value <= buckets[index + 1]!.value;
    if (!isCumulative) faults.push(`${name}: fewer up to ${next} than up to ${bound}`);
  }
  const count = samples.filter((sample) => sample.name === `${name}_count`);
  const sum = samples.filter((sample) => sample.name === `${name}_sum`);
  if (count.length !== 1 || sum.length !== 1) faults.push(`${name}: no count or no sum`);
  if (count[0]?.value !== buckets.at(-1)?.value) faults.push(`${name}: a count that is not +Inf`);
  if ([...buckets, ...count].some(({ value }) => !Number.isInteger(value))) {
    faults.push(`${name}: a count that is not whole`);
  }
  return faults;
}
