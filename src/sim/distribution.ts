import { checkCount, checkOneOf, checkRecord } from "./check.ts";
import type { Micros } from "./time.ts";

/** How a span of time varies from draw to draw. All values are whole microseconds. */
export type Distribution =
  | { readonly kind: "constant"; readonly value: Micros }
  /** Every value in [min, max] as likely as the others. */
  | { readonly kind: "uniform"; readonly min: Micros; readonly max: Micros };

/** The same value each time. */
export function constant(value: Micros): Distribution {
  return { kind: "constant", value };
}

/** Every value in [min, max] as likely as the others. */
export function uniform(min: Micros, max: Micros): Distribution {
  return { kind: "uniform", min, max };
}

/** A distribution made ready: turns 32 random bits into a value. */
export interface Sampler {
  readonly min: Micros;
  /** Values to a step of the draw. */
  readonly scale: number;
}

/** Makes a distribution ready for many draws. */
export function sampler(distribution: Distribution): Sampler {
  switch (distribution.kind) {
    case "constant":
      return { min: distribution.value, scale: 0 };
    case "uniform":
      return {
        min: distribution.min,
        scale: (distribution.max - distribution.min + 1) / 2 ** 32,
      };
  }
}

/** The value for a draw in [0, 2^32). */
export function sample({ min, scale }: Sampler, draw: number): Micros {
  return min + Math.floor(draw * scale);
}

/** Checks a distribution from outside; throws a UsageError that names the path. */
export function checkDistribution(value: unknown, path: string): Distribution {
  const kind = checkOneOf(checkRecord(value, path).kind, `${path}.kind`, KINDS);
  const fields = checkRecord(value, path, ["kind", ...FIELDS[kind]]);
  const count = (field: string, low: number): number =>
    checkCount(fields[field], `${path}.${field}`, low);
  switch (kind) {
    case "constant":
      return { kind, value: count("value", 0) };
    case "uniform": {
      const min = count("min", 0);
      return { kind, min, max: count("max", min) };
    }
  }
}

/** A distribution in words: `200 ms`, `50 to 350 ms`. */
const KINDS = ["constant", "uniform"] as const;

const FIELDS: Readonly<Record<Distribution["kind"], readonly string[]>> = {
  constant: ["value"],
  uniform: ["min", "max"],
};
