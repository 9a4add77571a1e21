// Figures of benchmarks: distributions in virtual time, part by part of a run.

import type { Invariant, World } from "../sim/invariant.ts";
import { percentiles } from "../sim/metrics.ts";
import { formatTime, inMs, type Micros } from "../sim/time.ts";
import type { CommitView } from "./measures.ts";
import { commitsByPhase, isIn, type Phase } from "./phases.ts";

/**
 * Measures `<figure>Ms, <phase>`: from a leader's new entry in a phase to its commit; and as gauges
 * its median, its 99th percentile and its mean: `<figure>P50Ms, <phase>` and so on.
 */
export function measureCommitsIn(figure: string, phases: readonly Phase[]): Invariant<CommitView> {
  return commitsByPhase(`${figure} of phases`, phases, (latencies, metrics) => {
    phases.forEach(({ name }, i) => {
      showDistribution({ metrics }, figure, name, latencies[i]!);
    });
    return undefined;
  });
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

/** What is acknowledged and not yet everywhere. */
interface Open {
  readonly id: string;
  readonly index: number;
  readonly invokedAt: Micros;
}

/** A phase in which so many servers, the first ones, take part. */
export interface SizedPhase extends Phase {
  readonly size: number;
}

/**
 * What is acknowledged in a phase is applied by all who take part within a time of its invocation.
 * Measures that as {@link showDistribution} does: `visibleMs, <phase>` and so on.
 */
export function visibleEverywhere(
  name: string,
  phases: readonly SizedPhase[],
  within: Micros,
): Invariant<{ readonly applied: number }> {
  interface State {
    judged: number;
    readonly open: Open[][];
    readonly spans: Micros[][];
  }
  const made = {
    name,
    supposes: ["servers", "operations", "faults", "conditions"] as const,
    state: { judged: 0, open: phases.map(() => []), spans: phases.map(() => []) } as State,
    onStep: ({ now, history, servers, event }: World<{ readonly applied: number }>) => {
      const { state } = made;
      while (state.judged < history.returned.length) {
        const { id, outcome, invokedAt } = history.returned[state.judged++]!;
        const replier = servers.find((server) => server.id === event.from)?.node;
        const place = phases.findIndex((phase) => isIn(phase, invokedAt));
        if (outcome !== "ok" || replier === undefined || place < 0) continue;
        state.open[place]!.push({ id, index: replier.applied, invokedAt });
      }
      for (const [i, { size }] of phases.entries()) {
        const open = state.open[i]!;
        if (open.length === 0) continue;
        const level = Math.min(...servers.slice(0, size).map(({ node }) => node?.applied ?? 0));
        // In the order of their indexes, as one client asks.
        while (open.length > 0 && open[0]!.index <= level) {
          state.spans[i]!.push(now - open.shift()!.invokedAt);
        }
        const late = open.find(({ invokedAt }) => now - invokedAt > within);
        if (late !== undefined) return `${late.id} is not everywhere ${formatTime(within)} later`;
      }
      return undefined;
    },
    onEnd: ({ metrics }: World) => {
      phases.forEach((phase, i) => {
        showDistribution({ metrics }, "visible", phase.name, made.state.spans[i]!);
      });
      const missing = phases.find((_, i) => made.state.spans[i]!.length === 0);
      return missing && `nothing is visible in the phase "${missing.name}"`;
    },
  };
  return made;
}

/**
 * Measures whether the medians of {@link measureCommitsIn} do not fall from a phase to the next by
 * more than some percent: `commitsDoNotGetFaster`, 1 or 0. To be asked after it.
 */
export function commitsDoNotGetFaster(phases: readonly string[], percent: number): Invariant {
  return {
    name: "commits by phase",
    onEnd: ({ metrics }: World) => {
      const medians = phases.map((phase) => metrics.gauged(`commitP50Ms, ${phase}`));
      const isSo = medians.every((value, i) => {
        return i === 0 || value >= medians[i - 1]! * (1 - percent / 100);
      });
      metrics.gauge("commitsDoNotGetFaster", isSo ? 1 : 0);
      return undefined;
    },
  };
}
