// Which server leads, and for how long.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { type LeadershipView, quorumLeader, type Span } from "./liveness.ts";

/**
 * Measures `led by <id>, share`: the share, in [0, 1], of a span of time in which a majority
 * follows that server.
 */
export function measureLeaderShare(id: NodeId, { from, until }: Span): Invariant<LeadershipView> {
  const made = {
    name: `led by ${id}`,
    state: { time: 0, last: from, leads: false },
    onStep: (world: World<LeadershipView>) => {
      const { state } = made;
      const now = Math.min(Math.max(world.now, from), until);
      if (state.leads) state.time += now - state.last;
      state.last = now;
      state.leads = world.now <= until && quorumLeader(world)?.id === id;
      return undefined;
    },
    onEnd: ({ now, metrics }: World<LeadershipView>) => {
      const { time, last, leads } = made.state;
      const rest = leads ? Math.max(0, Math.min(now, until) - last) : 0;
      metrics.gauge(`led by ${id}, share`, (time + rest) / (until - from));
      return undefined;
    },
  };
  return made;
}
