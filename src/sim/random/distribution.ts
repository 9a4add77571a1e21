import { UsageError } from "../assert.ts";
import { checkCount, checkList, checkOneOf, checkPositive, checkRecord } from "../check.ts";
import { formatTime, type Micros } from "../time.ts";
import { lookUp, type QuantileTable, quantileTable, TABLE_TAILS } from "./quantile-table.ts";
import { exp, ln, normalUpperQuantiles } from "./transcendental.ts";

/**
 * How a span of time varies from draw to draw. All values are whole microseconds. A value beyond
 * `min` or `max` counts as that bound, so that quantiles within the bounds are what they say; a
 * mean is that before the bounds.
 */
export type Distribution =
  | { readonly kind: "constant"; readonly value: Micros }
  /** Every value in [min, max] as likely as the others. */
  | { readonly kind: "uniform"; readonly min: Micros; readonly max: Micros }
  /** `min`, and on top of it what has no memory: waiting for something that may come any time. */
  | {
      readonly kind: "exponential";
      readonly min: Micros;
      readonly mean: Micros;
      readonly max: Micros;
    }
  /** Its logarithm is normal with standard deviation `sigma`: what measured latencies look like. */
  | {
      readonly kind: "logNormal";
      readonly min: Micros;
      readonly median: Micros;
      readonly sigma: number;
      readonly max: Micros;
    }
  /** Exceeds x with probability (min / x)^shape: a heavy tail, the heavier the lower the shape. */
  | {
      readonly kind: "pareto";
      readonly min: Micros;
      readonly shape: number;
      readonly max: Micros;
    }
  /** Measured quantiles, evenly spaced from the least value to the greatest; between them lines. */
  | { readonly kind: "quantiles"; readonly values: readonly Micros[] };

type Of<Kind extends Distribution["kind"]> = Omit<Extract<Distribution, { kind: Kind }>, "kind">;

/** The same value each time. */
export function constant(value: Micros): Distribution {
  return { kind: "constant", value };
}

/** Every value in [min, max] as likely as the others. */
export function uniform(min: Micros, max: Micros): Distribution {
  return { kind: "uniform", min, max };
}

/** Exponential above `min` (default 0), cut at `max` (default 20 times the mean). */
export function exponential(
  given: Pick<Of<"exponential">, "mean"> & Partial<Of<"exponential">>,
): Distribution {
  return { kind: "exponential", min: 0, max: given.mean * 20, ...given };
}

/** Log-normal, cut at `min` (default 0) and `max` (default 100 times the median). */
export function logNormal(
  given: Pick<Of<"logNormal">, "median" | "sigma"> & Partial<Of<"logNormal">>,
): Distribution {
  return { kind: "logNormal", min: 0, max: given.median * 100, ...given };
}

/** Pareto above `min`, cut at `max` (default 1,000 times `min`). */
export function pareto(
  given: Pick<Of<"pareto">, "min" | "shape"> & Partial<Of<"pareto">>,
): Distribution {
  return { kind: "pareto", max: given.min * 1_000, ...given };
}

/** What was measured: quantiles 0, 1/n, ... 1, at least two and none below the one before it. */
export function quantiles(values: readonly Micros[]): Distribution {
  return { kind: "quantiles", values };
}

/** A distribution made ready: turns 32 random bits into a value. */
export interface Sampler {
  readonly min: Micros;
  /** Values to a step of the draw. */
  readonly scale: number;
  /** In the place of `min` and `scale`: a table, or quantiles that are evenly spaced. */
  readonly table: QuantileTable | readonly Micros[] | undefined;
}

/** Makes a distribution ready for many draws; but for the first two kinds that takes about 1 ms. */
export function sampler(distribution: Distribution): Sampler {
  const ready = { min: 0, scale: 0, table: undefined };
  switch (distribution.kind) {
    case "constant":
      return { ...ready, min: distribution.value };
    case "uniform": {
      const { min, max } = distribution;
      return { ...ready, min, scale: (max - min + 1) / 2 ** 32 };
    }
    case "exponential":
      return { ...ready, table: exponentialTable(distribution) };
    case "logNormal":
      return { ...ready, table: logNormalTable(distribution) };
    case "pareto":
      return { ...ready, table: paretoTable(distribution) };
    case "quantiles":
      return { ...ready, table: distribution.values };
  }
}

/** The value for a draw in [0, 2^32). */
export function sample(ready: Sampler, draw: number): Micros {
  if (ready.table !== undefined) return fromTable(ready.table, draw);
  return ready.min + Math.floor(draw * ready.scale);
}

function fromTable(table: QuantileTable | readonly Micros[], draw: number): Micros {
  if ("lower" in table) return lookUp(table, draw);
  return between(table, (draw * (table.length - 1)) / 2 ** 32);
}

/** On the line between two values of a list; `place` is an index, in between a fraction. */
function between(values: readonly Micros[], place: number): Micros {
  const index = Math.floor(place);
  const low = values[index]!;
  return Math.floor(low + (values[index + 1]! - low) * (place - index) + 0.5);
}

function exponentialTable({ min, mean, max }: Of<"exponential">): QuantileTable {
  const value = (tail: number): number => Math.min(max, min - (mean - min) * ln(tail));
  return quantileTable((tail) => value(1 - tail), value);
}

function paretoTable({ min, shape, max }: Of<"pareto">): QuantileTable {
  const value = (tail: number): number => Math.min(max, min * exp(-ln(tail) / shape));
  return quantileTable((tail) => value(1 - tail), value);
}

function logNormalTable({ min, median, sigma, max }: Of<"logNormal">): QuantileTable {
  const value = (z: number): number => Math.max(min, Math.min(max, median * exp(sigma * z)));
  return quantileTable(
    (_, i) => value(-TABLE_NORMAL[i]!),
    (_, i) => value(TABLE_NORMAL[i]!),
  );
}

/** What a standard normal value exceeds with the i-th of TABLE_TAILS. */
const TABLE_NORMAL: readonly number[] = normalUpperQuantiles([...TABLE_TAILS].reverse()).reverse();

/** In words: `200 ms`, `50 ms to 350 ms`, `exponential, mean 10 ms`. */
export function describeDistribution(distribution: Distribution): string {
  switch (distribution.kind) {
    case "constant":
      return formatTime(distribution.value);
    case "uniform":
      return `${formatTime(distribution.min)} to ${formatTime(distribution.max)}`;
    case "exponential":
      return `exponential, mean ${formatTime(distribution.mean)}`;
    case "logNormal": {
      const { median, sigma } = distribution;
      return `log-normal, median ${formatTime(median)}, sigma ${sigma}`;
    }
    case "pareto":
      return `Pareto, from ${formatTime(distribution.min)}, shape ${distribution.shape}`;
    case "quantiles": {
      const { values } = distribution;
      return `measured, ${formatTime(values[0]!)} to ${formatTime(values.at(-1)!)}`;
    }
  }
}

/** Checks a distribution from outside; throws a UsageError that names the path. */
export function checkDistribution(value: unknown, path: string): Distribution {
  const kind = checkOneOf(checkRecord(value, path).kind, `${path}.kind`, KINDS);
  const fields = checkRecord(value, path, ["kind", ...FIELDS[kind]]);
  const count = (field: string, low: number, high = TIME_MAX): number =>
    checkCount(fields[field], `${path}.${field}`, low, high);
  const positive = (field: string): number => checkPositive(fields[field], `${path}.${field}`);
  switch (kind) {
    case "constant":
      return { kind, value: count("value", 0, Number.MAX_SAFE_INTEGER) };
    case "uniform": {
      const min = count("min", 0, Number.MAX_SAFE_INTEGER);
      return { kind, min, max: count("max", min, Number.MAX_SAFE_INTEGER) };
    }
    case "exponential": {
      const min = count("min", 0);
      return { kind, min, mean: count("mean", min + 1), max: count("max", min) };
    }
    case "logNormal": {
      const [min, median] = [count("min", 0), count("median", 1)];
      return { kind, min, median, sigma: positive("sigma"), max: count("max", min) };
    }
    case "pareto": {
      const min = count("min", 1);
      return { kind, min, shape: positive("shape"), max: count("max", min) };
    }
    case "quantiles":
      return { kind, values: checkQuantiles(fields.values, `${path}.values`) };
  }
}

/** Checks distributions, each by the name of whom it is for, one of those given. */
export function checkDistributions(
  value: unknown,
  path: string,
  names: readonly string[],
): Readonly<Record<string, Distribution>> {
  const given = Object.entries(checkRecord(value, path, names));
  return Object.fromEntries(
    given.map(([name, one]) => [name, checkDistribution(one, `${path}.${name}`)] as const),
  );
}

function checkQuantiles(value: unknown, path: string): readonly Micros[] {
  let low = 0;
  const values = checkList(value, path).map((item, i) => {
    low = checkCount(item, `${path}[${i}]`, low, TIME_MAX);
    return low;
  });
  if (values.length >= 2) return values;
  throw new UsageError(`${path}: expected at least two values, got ${values.length}`);
}

const KINDS = ["constant", "uniform", "exponential", "logNormal", "pareto", "quantiles"] as const;

const FIELDS: Readonly<Record<Distribution["kind"], readonly string[]>> = {
  constant: ["value"],
  uniform: ["min", "max"],
  exponential: ["min", "mean", "max"],
  logNormal: ["min", "median", "sigma", "max"],
  pareto: ["min", "shape", "max"],
  quantiles: ["values"],
};

/** Of what goes through a table, some nine years: in sixteenths it is a whole number still. */
const TIME_MAX = 2 ** 48;
