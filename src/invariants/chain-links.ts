// What clients measure of the links to a chain's nodes, and how nodes say they are.

import type { Plain } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { inMs, type Micros } from "../sim/time.ts";
import { leastShare } from "./deviation.ts";
import { WHOLE_PLAN } from "./phases.ts";

/** What a ping tells in the end: how many probes it sent, and how long those took that returned. */
interface PingResult {
  readonly sent: number;
  readonly took: readonly Micros[];
}

/** What who has filled a line tells in the end; `took`: from the first answer to the last. */
interface FillingResult {
  readonly answered: number;
  readonly took: Micros;
}

/** What a ping is to find. */
export interface RoundTrips {
  /** The operation. */
  readonly id: string;
  readonly mean: Micros;
  /** Nothing takes less. */
  readonly min: Micros;
  /** What this share of them takes at most. */
  readonly quantile: (share: number) => Micros;
  /** As a share of what is expected, of the mean and of the 99th percentile. */
  readonly errorMax: number;
}

/**
 * Probes that are answered take as long as was injected, there and back: on average, and 99 % of
 * them; and the shortest takes what can be, and no longer than chance explains in all but one of
 * 10^9 runs. Measures `rttMs` (a distribution), `rttMinMs` and `rttMeanMs`.
 */
export function roundTripsTake(name: string, expected: RoundTrips): Invariant {
  return {
    name,
    supposes: WHOLE_PLAN,
    onEnd: (world) => {
      const { metrics } = world;
      const times = (resultOf(world, expected.id) as PingResult | undefined)?.took ?? [];
      if (times.length === 0) return "no round trip was measured";
      for (const time of times) metrics.observe("rttMs", inMs(time));
      const measured = times.reduce((sum, time) => sum + time, 0) / times.length;
      const sorted = times.toSorted((a, b) => a - b);
      metrics.gauge("rttMinMs", inMs(sorted[0]!));
      metrics.gauge("rttMeanMs", inMs(measured));
      return (
        wrongMean(measured, expected) ??
        wrongShortest(sorted, expected) ??
        wrongTail(sorted, expected)
      );
    },
  };
}

function wrongMean(measured: number, { mean, errorMax }: RoundTrips): string | undefined {
  if (Math.abs(measured - mean) <= errorMax * mean) return undefined;
  return `round trips take ${inMs(measured)} ms, expected ${inMs(mean)} ms`;
}

function wrongShortest(
  sorted: readonly Micros[],
  { min, quantile }: RoundTrips,
): string | undefined {
  const shortest = sorted[0]!;
  if (shortest < min) return `the shortest takes ${inMs(shortest)} ms, expected ${inMs(min)} ms`;
  const late = quantile(leastShare(sorted.length));
  if (shortest <= late) return undefined;
  return `the shortest takes ${inMs(shortest)} ms, expected ${inMs(late)} ms at most`;
}

function wrongTail(
  sorted: readonly Micros[],
  { quantile, errorMax }: RoundTrips,
): string | undefined {
  const [measured, expected] = [sorted[Math.ceil(0.99 * sorted.length) - 1]!, quantile(0.99)];
  if (Math.abs(measured - expected) <= errorMax * expected) return undefined;
  return `99 % take ${inMs(measured)} ms at most, expected ${inMs(expected)} ms`;
}

/** How many of the probes of a ping are to get lost, or their answers. */
export interface Losses {
  readonly id: string;
  readonly share: number;
  /** By how much the share may be off. */
  readonly offMax: number;
}

/** So many probes are lost as was injected. Measures `lossPercent`. */
export function lossesAre(name: string, { id, share, offMax }: Losses): Invariant {
  return {
    name,
    supposes: WHOLE_PLAN,
    onEnd: (world) => {
      const result = resultOf(world, id) as PingResult | undefined;
      if (result === undefined) return "no loss was measured";
      const { sent, took } = result;
      const measured = (sent - took.length) / sent;
      world.metrics.gauge("lossPercent", 100 * measured);
      if (Math.abs(measured - share) <= offMax) return undefined;
      return `${sent - took.length} of ${sent} probes are lost, expected ${sent * share}`;
    },
  };
}

/** What a line is to carry while somebody fills it. */
export interface Throughput {
  readonly id: string;
  readonly bytesPerSecond: number;
  /** As a share of that. */
  readonly errorMax: number;
  /** Of a message of who fills it, as the line counts them. */
  readonly messageBytes: number;
}

/**
 * A line that is kept busy carries what it is set to. Behind the first message all others come one
 * after the other, so the times between the answers are those that the line takes for them.
 * Measures `throughputMbit`, in millions of bits a second.
 */
export function lineCarries(name: string, expected: Throughput): Invariant {
  const { id, bytesPerSecond, errorMax, messageBytes } = expected;
  return {
    name,
    supposes: WHOLE_PLAN,
    onEnd: (world) => {
      const result = resultOf(world, id) as FillingResult | undefined;
      if (result === undefined || result.took === 0) return "no throughput was measured";
      // Bytes in a microsecond are millions of them in a second.
      const measured = ((result.answered - 1) * messageBytes) / result.took;
      world.metrics.gauge("throughputMbit", 8 * measured);
      const set = bytesPerSecond / 1_000_000;
      if (Math.abs(measured - set) <= errorMax * set) return undefined;
      return `the line carries ${measured} bytes in a microsecond, expected ${set}`;
    },
  };
}

/** What the operation has told; the plan's author knows which one it is. */
function resultOf({ history }: World, id: string): Plain {
  return history.entries.get(id)?.result;
}

/** Nodes that were asked how they are have said that they hear too few validators, or enough. */
export function healthIsSaid(
  name: string,
  { ids, isPartitioned }: { readonly ids: string; readonly isPartitioned: boolean },
): Invariant {
  return {
    name,
    supposes: WHOLE_PLAN,
    onEnd: ({ history }) => {
      const asked = history.returned.filter(({ id }) => id.startsWith(ids));
      const wrong = asked.find(
        ({ outcome, result }) => outcome !== "ok" || isCut(result) !== isPartitioned,
      );
      if (asked.length === 0) return "nobody was asked";
      return wrong && `${wrong.id}: ${JSON.stringify(wrong.result)}`;
    },
  };
}

function isCut(result: Plain): boolean | undefined {
  // What a client tells of a question for the health of a node is the node's answer.
  return (result as { readonly isPartitioned?: boolean }).isPartitioned;
}
