// Figures of the phases of a run: how the system fares in one weather and in the next.

import type { Invariant, World } from "../sim/invariant.ts";
import { inMs, type Micros } from "../sim/time.ts";
import type { Span } from "./liveness.ts";
import {
  type CommitTracker,
  type CommitView,
  median,
  newCommits,
  newCommitTracker,
} from "./measures.ts";

/** A part of a run with a name, by which its figures are known. Both ends are included. */
export interface Phase extends Span {
  readonly name: string;
}

/** A phase, and how long its commits may take. */
export interface CommitPhase extends Phase {
  /** Bounds of the median, both included. */
  readonly atLeast: Micros;
  readonly atMost: Micros;
}

/**
 * In each phase, the median time from a leader's new entry to its commit lies within bounds; an
 * entry belongs to the phase in which it is made. Measures it as `commitMedianMs, <phase>`, and the
 * longest as `commitMaxMs, <phase>`. A phase in which nothing is committed is out of bounds.
 */
export function commitsTake(name: string, phases: readonly CommitPhase[]): Invariant<CommitView> {
  interface State {
    readonly tracker: CommitTracker;
    /** By phase. */
    readonly latencies: Micros[][];
  }
  const made = {
    name,
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
      const { latencies } = made.state;
      const wrong = phases.map((phase, i) => {
        const middle = median(latencies[i]!);
        if (middle === undefined) return `nothing is committed in the phase "${phase.name}"`;
        metrics.gauge(`commitMedianMs, ${phase.name}`, inMs(middle));
        metrics.gauge(`commitMaxMs, ${phase.name}`, inMs(Math.max(...latencies[i]!)));
        if (middle >= phase.atLeast && middle <= phase.atMost) return undefined;
        const bounds = `${inMs(phase.atLeast)} to ${inMs(phase.atMost)} ms`;
        return `commits take ${inMs(middle)} ms in the phase "${phase.name}", expected ${bounds}`;
      });
      return wrong.find((message) => message !== undefined);
    },
  };
  return made;
}

/** Whether a time lies within a span. */
export function isIn({ from, until }: Span, at: Micros): boolean {
  return at >= from && at <= until;
}

/** Measures how often nodes emit an event in each phase, as `<event>, <phase>`. */
export function measureEmitted(event: string, phases: readonly Phase[]): Invariant {
  interface State {
    /** How often before the step that was seen last. */
    before: number;
    /** By phase. */
    readonly counts: number[];
  }
  const made = {
    name: `${event} by phases`,
    state: { before: 0, counts: phases.map(() => 0) } as State,
    onStep: ({ now, metrics }: World) => {
      const { state } = made;
      const count = metrics.state.emitted.get(event) ?? 0;
      if (count === state.before) return undefined;
      phases.forEach((phase, i) => {
        if (isIn(phase, now)) state.counts[i]! += count - state.before;
      });
      state.before = count;
      return undefined;
    },
    onEnd: ({ metrics }: World) => {
      phases.forEach((phase, i) => {
        metrics.gauge(`${event}, ${phase.name}`, made.state.counts[i]!);
      });
      return undefined;
    },
  };
  return made;
}

/** Measures how many operations a second are acknowledged in each phase: `goodput, <phase>`. */
export function measureGoodput(phases: readonly Phase[]): Invariant {
  return {
    name: "goodput",
    onEnd: ({ history, metrics }) => {
      for (const phase of phases) {
        const { length } = history.returned.filter(
          ({ outcome, returnedAt }) => outcome === "ok" && isIn(phase, returnedAt ?? 0),
        );
        metrics.gauge(`goodput, ${phase.name}`, (length * 1_000_000) / (phase.until - phase.from));
      }
      return undefined;
    },
  };
}
