import { assert } from "../../sim/assert.ts";
import type { Percentiles } from "../../sim/metrics.ts";

/** A histogram as plain data. */
export interface HistogramState {
  /** The largest value. */
  readonly max: number;
  /** By rising bucket, how many values. */
  readonly counts: readonly (readonly [bucket: number, count: number])[];
}

/**
 * Percentiles of any number of values in bounded memory. A value is kept by its eight leading
 * binary digits: whole numbers up to 256 exactly, others less than 0.8 % too close to 0; the
 * largest exactly. As in Tene's HdrHistogram, with the buckets that IEEE 754 gives for nothing.
 */
export class Histogram {
  #count = 0;
  #max = -Infinity;
  /** By bucket, how many values. */
  readonly #counts = new Map<number, number>();
  readonly #view: DataView;

  /** Histograms may share the eight bytes in which they look at a value: buffers cost more. */
  constructor(scratch = new DataView(new ArrayBuffer(8))) {
    this.#view = scratch;
  }

  /** Adds a value, which is finite: what invariants measure may be less than 0 too. */
  add(value: number): void {
    assert(Number.isFinite(value), "a histogram of", value);
    this.#count++;
    this.#max = Math.max(this.#max, value);
    const bucket = this.#bucketOf(value);
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
  }

  /** Adds all values of another one. */
  merge({ max, counts }: HistogramState): void {
    this.#max = Math.max(this.#max, max);
    for (const [bucket, count] of counts) {
      this.#count += count;
      this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
    }
  }

  /** Of at least one value. */
  get state(): HistogramState {
    assert(this.#count > 0, "a histogram of nothing");
    return { max: this.#max, counts: [...this.#counts].sort(([a], [b]) => a - b) };
  }

  /** Percentiles of at least one value, by nearest rank. */
  percentiles(): Percentiles {
    assert(this.#count > 0, "percentiles of nothing");
    const buckets = [...this.#counts].sort(([a], [b]) => a - b);
    const rank = (percent: number): number => {
      let left = Math.max(1, Math.ceil((this.#count * percent) / 100));
      for (const [bucket, count] of buckets) {
        left -= count;
        if (left <= 0) return this.#lowestOf(bucket);
      }
      return this.#max;
    };
    return {
      count: this.#count,
      p50: rank(50),
      p90: rank(90),
      p95: rank(95),
      p99: rank(99),
      max: this.#max,
    };
  }

  /** Exponent and seven digits of the fraction, which order the amounts; negative below 0. */
  #bucketOf(value: number): number {
    this.#view.setFloat64(0, Math.abs(value));
    const bucket = this.#view.getUint32(0) >>> DROPPED_BITS;
    return value < 0 ? -bucket : bucket;
  }

  /** The amount in a bucket that is closest to 0. */
  #lowestOf(bucket: number): number {
    this.#view.setUint32(0, Math.abs(bucket) << DROPPED_BITS);
    this.#view.setUint32(4, 0);
    return Math.sign(bucket) * this.#view.getFloat64(0);
  }
}

/** Of the 20 bits of the fraction that are in the upper word. */
const DROPPED_BITS = 13;
