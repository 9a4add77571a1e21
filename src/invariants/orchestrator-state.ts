// What an orchestrator's servers hold at some time, looked at as a whole.

import type { Invariant, World } from "../sim/invariant.ts";
import { eventually } from "../sim/temporal/liveness.ts";
import { formatTime } from "../sim/time.ts";
import type { Deadline, Span } from "./liveness.ts";
import { isIn } from "./phases.ts";

interface StateView {
  readonly applied: number;
  readonly machine: {
    readonly state: {
      readonly workers: ReadonlyMap<string, object>;
      readonly vms: ReadonlyMap<string, object>;
      readonly tasks: ReadonlyMap<string, TaskView>;
    };
  };
}

interface TaskView {
  readonly status: string;
  readonly worker: string | undefined;
}

/**
 * In a span of time, before which all is settled, no server's workers, machines and tasks change,
 * whatever it applies. Measures `appliedInVain`: how much that was.
 */
export function stateStays(name: string, span: Span): Invariant<StateView> {
  const made = {
    name,
    supposes: ["operations"] as const,
    state: { first: undefined as string | undefined, applied: [] as number[] },
    onStep: ({ now, server, metrics }: World<StateView>) => {
      if (!isIn(span, now) || server?.node === undefined) return undefined;
      const { state } = made;
      const { applied, machine } = server.node;
      const before = state.applied[server.index];
      if (before === applied) return undefined;
      state.applied[server.index] = applied;
      if (before !== undefined) metrics.count("appliedInVain", applied - before);
      const shown = show(machine.state);
      state.first ??= shown;
      if (state.first === shown) return undefined;
      return `${server.id} holds something else than at ${formatTime(span.from)}`;
    },
  };
  return made;
}

function show({ workers, vms, tasks }: StateView["machine"]["state"]): string {
  const sorted = (items: ReadonlyMap<string, object>): unknown[] =>
    [...items].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([workers, vms, tasks].map(sorted));
}

/** In time, some tasks are on another worker, or have ended, on every server. */
export function tasksMove(
  name: string,
  { tasks, from }: { readonly tasks: readonly string[]; readonly from: string },
  deadline: Deadline,
): Invariant<StateView> {
  const waits = ({ servers }: World<StateView>): string | undefined =>
    tasks.find((id) =>
      servers.some(({ node }) => {
        const task = node?.machine.state.tasks.get(id);
        return task === undefined || task.status === "pending" || task.worker === from;
      }),
    );
  return eventually(name, (world) => waits(world) === undefined, {
    ...deadline,
    supposes: ["servers", "operations"],
    explain: (world) => `${waits(world)} is on no other worker than ${from}`,
  });
}
