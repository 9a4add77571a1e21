// How long the slowest commits take, part by part of a run.

import type { Invariant, World } from "../sim/invariant.ts";
import { percentiles } from "../sim/metrics.ts";
import { formatTime, inMs, type Micros } from "../sim/time.ts";
import type { CommitView } from "./measures.ts";
import { type Phase, WHOLE_PLAN } from "./phases.ts";

/** A phase, and how long 99 of 100 commits in it may take. */
export interface TailPhase extends Phase {
  readonly p99Max: Micros;
}

/**
 * In each phase, 99 of 100 commits take no longer than is allowed, from a leader's new entry on; a
 * commit belongs to the phase in which it happens. Measures `commitP99Ms, <phase>`, and by how much
 * that is more than in the first phase, `commitP99RiseMs, <phase>`. A phase without a commit is
 * broken. Stands behind `measureCommits`, whose figures it reads.
 */
export function commitTails(name: string, phases: readonly TailPhase[]): Invariant<CommitView> {
  const made = {
    name,
    supposes: WHOLE_PLAN,
    /** By phase, how many commits there had been before it, and up to its end. */
    state: phases.map(() => ({ before: 0, last: 0 })),
    onStep: ({ now, server, metrics }: World<CommitView>) => {
      if (server?.node?.role !== "leader") return undefined;
      const count = latenciesIn(metrics).length;
      phases.forEach(({ from, until }, i) => {
        const state = made.state[i]!;
        if (now > until) return;
        state.last = count;
        if (now < from) state.before = count;
      });
      return undefined;
    },
    onEnd: ({ metrics }: World<CommitView>) => {
      const latencies = latenciesIn(metrics);
      let first: number | undefined;
      let verdict: string | undefined;
      phases.forEach(({ name: phase, p99Max }, i) => {
        const { before, last } = made.state[i]!;
        if (last === before) {
          verdict ??= `nothing is committed in the phase "${phase}"`;
          return;
        }
        const { p99 } = percentiles(latencies.slice(before, last));
        first ??= p99;
        metrics.gauge(`commitP99Ms, ${phase}`, p99);
        metrics.gauge(`commitP99RiseMs, ${phase}`, p99 - first);
        if (p99 > inMs(p99Max)) {
          const most = `expected ${formatTime(p99Max)} at most`;
          verdict ??= `one commit of 100 takes ${p99} ms in the phase "${phase}", ${most}`;
        }
      });
      return verdict;
    },
  };
  return made;
}

function latenciesIn({ state }: World["metrics"]): readonly number[] {
  return state.samples.get("commitLatencyMs") ?? [];
}
