// Figures of benchmarks: distributions in virtual time, part by part of a run.

import type { Invariant, World } from "../sim/invariant.ts";
import { percentiles } from "../sim/metrics.ts";
import { inMs, type Micros } from "../sim/time.ts";
import { type CommitTracker, type CommitView, newCommits, newCommitTracker } from "./measures.ts";
import { isIn, type Phase } from "./phases.ts";

/**
 * Measures `<figure>Ms, <phase>`: from a leader's new entry in a phase to its commit; and as gauges
 * its median, its 99th percentile and its mean: `<figure>P50Ms, <phase>` and so on.
 */
export function measureCommitsIn(figure: string, phases: readonly Phase[]): Invariant<CommitView> {
  interface State {
    readonly tracker: CommitTracker;
    /** By phase. */
    readonly latencies: Micros[][];
  }
  const made = {
    name: `${figure} of phases`,
    state: { tracker: newCommitTracker(), latencies: phases.map(() => []) } as State,
    onStep: (world: World<CommitView>) => {
      const { tracker, latencies } = made.state;
      for (const { madeAt } of newCommits(tracker, world) ?? []) {
        phases.forEach((phase, i) => {
          if (isIn(phase, madeAt)) latencies[i]!.push(world.now - madeAt);
        });
      }
      return undefined;
    },
    onEnd: ({ metrics }: World<CommitView>) => {
      phases.forEach((phase, i) => {
        showDistribution({ metrics }, figure, phase.name, made.state.latencies[i]!);
      });
      return undefined;
    },
  };
  return made;
}

/** Puts a distribution of spans of time into the metrics, and what goals ask of it. */
export function showDistribution(
  { metrics }: Pick<World, "metrics">,
  figure: string,
  part: string,
  spans: readonly Micros[],
): void {
  if (spans.length === 0) return;
  for (const span of spans) metrics.observe(`${figure}Ms, ${part}`, inMs(span));
  const { p50, p99 } = percentiles(spans);
  metrics.gauge(`${figure}P50Ms, ${part}`, inMs(p50));
  metrics.gauge(`${figure}P99Ms, ${part}`, inMs(p99));
  metrics.gauge(`${figure}MeanMs, ${part}`, inMs(mean(spans)));
}

/** The mean of at least one span, in whole microseconds. */
export function mean(spans: readonly Micros[]): Micros {
  return Math.round(spans.reduce((sum, span) => sum + span, 0) / spans.length);
}
