// How much a service does in a time, workload by workload, and what each operation costs.

import type { Invariant, World } from "../sim/invariant.ts";
import { type Micros, seconds } from "../sim/time.ts";

/** Operations whose ids begin with `<name>.`. */
export interface Workload {
  readonly name: string;
  readonly count: number;
}

interface Done {
  beganAt: Micros | undefined;
  endedAt: Micros;
  ok: number;
  /** Messages of servers to servers while it is under way. */
  messages: number;
}

function newDone(): Done {
  return { beganAt: undefined, endedAt: 0, ok: 0, messages: 0 };
}

/**
 * Every operation of each workload is acknowledged; workloads do not overlap. Measures `opsPerS,
 * <name>`, from the first that is asked for to the last that is answered; and `messagesPerOp,
 * <name>`: what servers send each other in that time, heartbeats included.
 */
export function workloadsAreDone(name: string, workloads: readonly Workload[]): Invariant {
  interface State {
    invoked: number;
    returned: number;
    readonly done: Done[];
  }
  const made = {
    name,
    supposes: ["servers", "operations", "faults", "conditions"] as const,
    state: { invoked: 0, returned: 0, done: workloads.map(newDone) } as State,
    onStep: ({ now, history, servers, server, sent }: World) => {
      const { state } = made;
      const placeOf = (id: string): number =>
        workloads.findIndex((workload) => id.startsWith(`${workload.name}.`));
      while (state.invoked < history.invoked.length) {
        const begun = state.done[placeOf(history.invoked[state.invoked++]!.id)];
        if (begun !== undefined) begun.beganAt ??= now;
      }
      while (state.returned < history.returned.length) {
        const { id, outcome } = history.returned[state.returned++]!;
        const ended = state.done[placeOf(id)];
        if (ended === undefined || outcome !== "ok") continue;
        ended.ok++;
        ended.endedAt = now;
      }
      if (server === undefined || sent.length === 0) return undefined;
      const underWay = state.done.find(({ beganAt, ok }, i) => {
        return beganAt !== undefined && ok < workloads[i]!.count;
      });
      if (underWay === undefined) return undefined;
      underWay.messages += sent.filter(({ to }) => servers.some(({ id }) => id === to)).length;
      return undefined;
    },
    onEnd: ({ metrics }: World) => {
      for (const [i, workload] of workloads.entries()) {
        const { beganAt = 0, endedAt, ok, messages } = made.state.done[i]!;
        if (ok < workload.count) {
          return `${ok} of ${workload.count} operations of "${workload.name}" are acknowledged`;
        }
        metrics.gauge(`opsPerS, ${workload.name}`, (ok * seconds(1)) / (endedAt - beganAt));
        metrics.gauge(`messagesPerOp, ${workload.name}`, messages / ok);
      }
      return undefined;
    },
  };
  return made;
}

/**
 * Measures by how much a figure of {@link workloadsAreDone} is larger in one workload than in
 * another: `<metric>`, a quotient. To be asked after it.
 */
export function measureQuotient(metric: string, figure: string, over: string): Invariant {
  return {
    name: metric,
    onEnd: ({ metrics }: World) => {
      const below = metrics.gauged(over);
      if (below > 0) metrics.gauge(metric, metrics.gauged(figure) / below);
      return undefined;
    },
  };
}
