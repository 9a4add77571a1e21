// Who is cut off notices it, and catches up when it is over.

import type { HostView, Invariant, World } from "../sim/invariant.ts";
import { plainWire } from "../sim/network/wire.ts";
import { eventually } from "../sim/temporal/liveness.ts";
import { formatTime, inMs, type Micros } from "../sim/time.ts";
import type { LeadershipView } from "./liveness.ts";
import { isInMinority } from "./no-quorum.ts";

/**
 * A server that comes to be in the minority knows of no leader within a time, itself included.
 * Measures `partitionDetectedMs`, each time.
 */
export function minorityKnowsNoLeader(name: string, within: Micros): Invariant<LeadershipView> {
  const made = {
    name,
    supposes: ["faults"] as const,
    /** By host index, since when a server is cut off that still knows of a leader. */
    state: { since: new Map<number, Micros>(), known: new Set<number>() },
    onStep: (world: World<LeadershipView>) => {
      const { since } = made.state;
      if (world.event.host === undefined) updateCutOff(made.state, world);
      if (since.size === 0) return undefined;
      for (const { id, index, node } of world.servers) {
        const from = since.get(index);
        if (from === undefined) continue;
        if (node === undefined || node.leader === undefined) {
          since.delete(index);
          if (node !== undefined)
            world.metrics.observe("partitionDetectedMs", inMs(world.now - from));
        } else if (world.now - from > within) {
          return `${id} follows ${node.leader}, and is in the minority since ${formatTime(from)}`;
        }
      }
      return undefined;
    },
  };
  return made;
}

function updateCutOff(
  { since, known }: { readonly since: Map<number, Micros>; readonly known: Set<number> },
  world: World<LeadershipView>,
): void {
  for (const server of world.servers) {
    const { index } = server;
    const isCutOff = isInMinority(server, world);
    if (isCutOff === known.has(index)) continue;
    if (isCutOff) {
      known.add(index);
      since.set(index, world.now);
    } else {
      known.delete(index);
      since.delete(index);
    }
  }
}

/** What a server must show for {@link measureCatchUp}. */
export interface LengthView {
  readonly commit: number;
  readonly applied: number;
}

/**
 * In time, every server has applied what was committed at `from`, whatever is committed meanwhile.
 * Measures `levelAfterMs`.
 */
export function everyoneIsLevel(
  name: string,
  deadline: { readonly from: Micros; readonly by: Micros },
): Invariant<LengthView> {
  /** What had been committed then; 0 before. */
  interface Memory {
    target: number;
  }
  const holds = ({ now, servers, metrics }: World<LengthView>, memory: Memory): boolean => {
    if (memory.target === 0) memory.target = Math.max(...servers.map(commitOf));
    const isLevel = servers.every(({ node }) => (node?.applied ?? 0) >= memory.target);
    if (isLevel) metrics.gauge("levelAfterMs", inMs(now - deadline.from));
    return isLevel;
  };
  return eventually<LengthView, Memory>(name, holds, {
    ...deadline,
    memory: { target: 0 },
    explain: ({ servers }, { target }) => {
      const applied = servers.map(({ id, node }) => `${id} ${node?.applied ?? "nothing"}`);
      return `${target} were committed, and applied are by ${applied.join(", ")}`;
    },
  });
}

/**
 * Measures, from a time on, how much the servers furthest behind lack, `catchUpEntries`, what is
 * sent to them until they lack nothing of that, `catchUpBytes`, and how long it takes, `catchUpMs`.
 */
export function measureCatchUp(from: Micros): Invariant<LengthView> {
  interface State {
    /** What had been committed then; 0 before. */
    target: number;
    /** By host index, how much was sent to those that lack something of it. */
    readonly behind: Map<string, number>;
  }
  const made = {
    name: "catch-up",
    state: { target: 0, behind: new Map() } as State,
    onStep: ({ now, servers, sent, metrics }: World<LengthView>) => {
      const { state } = made;
      if (now < from) return undefined;
      if (state.target === 0) {
        state.target = Math.max(...servers.map(commitOf));
        for (const server of servers) {
          const lacks = state.target - commitOf(server);
          if (lacks === 0) continue;
          state.behind.set(server.id, 0);
          metrics.observe("catchUpEntries", lacks);
        }
      }
      if (state.behind.size === 0) return undefined;
      for (const { to, message } of sent) {
        const bytes = state.behind.get(to);
        if (bytes !== undefined) state.behind.set(to, bytes + plainWire.sizeOf(message));
      }
      for (const { id, node } of servers) {
        const bytes = state.behind.get(id);
        if (bytes === undefined || (node?.applied ?? 0) < state.target) continue;
        metrics.observe("catchUpBytes", bytes);
        metrics.observe("catchUpMs", inMs(now - from));
        state.behind.delete(id);
      }
      return undefined;
    },
  };
  return made;
}

function commitOf({ node }: HostView<LengthView>): number {
  return node?.commit ?? 0;
}
