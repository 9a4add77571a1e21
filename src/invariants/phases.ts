// Figures of the phases of a run: how the system fares in one weather and in the next.

import { type Invariant, PREMISES, type Premise, type World } from "../sim/invariant.ts";
import type { Metrics } from "../sim/metrics.ts";
import { inMs, type Micros } from "../sim/time.ts";
import type { Span } from "./liveness.ts";
import {
  type CommitTracker,
  type CommitView,
  median,
  newCommits,
  newCommitTracker,
} from "./measures.ts";

/** What figures are those of: nothing of the plan may be another. */
export const WHOLE_PLAN: readonly Premise[] = PREMISES;

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
  const judge = (latencies: readonly (readonly Micros[])[], metrics: Metrics) => {
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
  };
  return commitsByPhase(name, phases, judge, WHOLE_PLAN);
}

/** At the end of a run, by phase, how long the commits of its entries took, in order of commit. */
export function commitsByPhase(
  name: string,
  phases: readonly Phase[],
  end: (latencies: readonly (readonly Micros[])[], metrics: Metrics) => string | undefined,
  supposes: readonly Premise[] = [],
): Invariant<CommitView> {
  interface State {
    readonly tracker: CommitTracker;
    /** By phase. */
    readonly latencies: Micros[][];
  }
  const made = {
    name,
    supposes,
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
    onEnd: ({ metrics }: World<CommitView>) => end(made.state.latencies, metrics),
  };
  return made;
}

/** Measures how many operations are acknowledged in each phase, as `acked, <phase>`. */
export function measureAcks(phases: readonly Phase[]): Invariant {
  return {
    name: "acks",
    onEnd: ({ history, metrics }: World) => {
      for (const phase of phases) {
        const acked = history.returned.filter(
          ({ outcome, returnedAt = 0 }) => outcome === "ok" && isIn(phase, returnedAt),
        );
        metrics.gauge(`acked, ${phase.name}`, acked.length);
      }
      return undefined;
    },
  };
}

/** A phase, and how much its commits may carry. */
export interface ThroughputPhase extends Phase {
  readonly bytesPerSecond: number;
  /** What may come on top in all: the part of an entry that was under way when it began. */
  readonly slackBytes: number;
  /** The least share of that rate, in [0, 1]; judged without the slack. */
  readonly shareMin: number;
}

/**
 * In each phase, what leaders commit of their own is no more than passes at such a rate, and no
 * less than a share of it. Measures bytes a second as `throughput, <phase>`. An entry belongs to
 * the phase in which it is committed.
 */
export function commitsCarry(
  name: string,
  phases: readonly ThroughputPhase[],
  sizeOf: (command: unknown) => number,
): Invariant<CommitView & LogView> {
  interface State {
    readonly tracker: CommitTracker;
    /** By phase. */
    readonly bytes: number[];
  }
  const made = {
    name,
    supposes: WHOLE_PLAN,
    state: { tracker: newCommitTracker(), bytes: phases.map(() => 0) } as State,
    onStep: (world: World<CommitView & LogView>) => {
      const { tracker, bytes } = made.state;
      for (const { index } of newCommits(tracker, world) ?? []) {
        phases.forEach((phase, i) => {
          if (!isIn(phase, world.now)) return;
          bytes[i]! += sizeOf(world.server!.node!.entryAt(index).command);
        });
      }
      return undefined;
    },
    onEnd: ({ metrics }: World) => {
      const wrong = phases.map((phase, i) => {
        const bytes = made.state.bytes[i]!;
        const time = (phase.until - phase.from) / 1_000_000;
        metrics.gauge(`throughput, ${phase.name}`, bytes / time);
        const most = phase.bytesPerSecond * time + phase.slackBytes;
        const least = phase.bytesPerSecond * time * phase.shareMin;
        if (bytes >= least && bytes <= most) return undefined;
        const bounds = `expected ${least} to ${most}`;
        return `${bytes} bytes are committed in the phase "${phase.name}", ${bounds}`;
      });
      return wrong.find((message) => message !== undefined);
    },
  };
  return made;
}

/** How fast large entries may be committed. */
export interface Proportion {
  /** What a follower's link passes. */
  readonly bytesPerSecond: number;
  /** Smaller ones are not judged. */
  readonly sizeMin: number;
  /** How far it may be off, as a share: 0.2 for 20 %. */
  readonly tolerance: number;
}

/**
 * Every large entry is committed in the time that its size takes on a link, more or less. Measures
 * what it takes in hundredths of that time: all as `commit %`, and the last one of each size as
 * `commit %, <size>`.
 */
export function commitsTakeTheirSize(
  name: string,
  { bytesPerSecond, sizeMin, tolerance }: Proportion,
  sizeOf: (command: unknown) => number,
): Invariant<CommitView & LogView> {
  const made = {
    name,
    supposes: WHOLE_PLAN,
    state: newCommitTracker(),
    onStep: (world: World<CommitView & LogView>) => {
      for (const { index, madeAt } of newCommits(made.state, world) ?? []) {
        const size = sizeOf(world.server!.node!.entryAt(index).command);
        if (size < sizeMin) continue;
        const expected = (size * 1_000_000) / bytesPerSecond;
        const share = (world.now - madeAt) / expected;
        world.metrics.gauge(`commit %, ${size}`, share * 100);
        world.metrics.observe("commit %", share * 100);
        if (share >= 1 - tolerance && share <= 1 + tolerance) continue;
        const took = `${inMs(world.now - madeAt)} ms`;
        return `entry ${index} of ${size} bytes takes ${took}, expected ${inMs(expected)} ms`;
      }
      return undefined;
    },
  };
  return made;
}

interface LogView {
  entryAt(index: number): { readonly command: unknown };
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
