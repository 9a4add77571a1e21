import { assert } from "./assert.ts";

/** Metrics as plain data. */
export interface MetricsState {
  readonly counts: Map<string, number>;
  /** How often nodes emitted each event: coverage. */
  readonly emitted: Map<string, number>;
  readonly gauges: Map<string, number>;
  /** Every value observed, in order of observation. */
  readonly samples: Map<string, number[]>;
}

/** What a run measures about itself, in virtual time: counts, gauges and distributions. */
export class Metrics {
  readonly state: MetricsState = {
    counts: new Map(),
    emitted: new Map(),
    gauges: new Map(),
    samples: new Map(),
  };

  /** Adds to a count; a new one begins at 0. */
  count(name: string, by = 1): void {
    this.state.counts.set(name, (this.state.counts.get(name) ?? 0) + by);
  }

  /** A node emitted an event. */
  emit(event: string): void {
    this.state.emitted.set(event, (this.state.emitted.get(event) ?? 0) + 1);
  }

  /** Sets a gauge. */
  gauge(name: string, value: number): void {
    this.state.gauges.set(name, value);
  }

  /** What a gauge was set to; 0 when it never was. */
  gauged(name: string): number {
    return this.state.gauges.get(name) ?? 0;
  }

  /** Adds a value to a distribution, usually a span of time in microseconds. */
  observe(name: string, value: number): void {
    const samples = this.state.samples.get(name);
    if (samples === undefined) this.state.samples.set(name, [value]);
    else samples.push(value);
  }

  counted(name: string): number {
    return this.state.counts.get(name) ?? 0;
  }

  /** Every count, gauge and distribution by name; distributions as their percentiles. */
  summary(): Record<string, number | Percentiles> {
    const { counts, gauges, samples } = this.state;
    const distributions = [...samples].map(
      ([name, values]) => [name, percentiles(values)] as const,
    );
    return Object.fromEntries([...counts, ...gauges, ...distributions]);
  }
}

export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Percentiles of at least one value, by nearest rank. O(n log n). */
export function percentiles(values: readonly number[]): Percentiles {
  assert(values.length > 0, "percentiles of nothing");
  const sorted = Float64Array.from(values).sort();
  const rank = (percent: number): number =>
    sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)]!;
  return {
    count: sorted.length,
    p50: rank(50),
    p90: rank(90),
    p95: rank(95),
    p99: rank(99),
    max: rank(100),
  };
}
