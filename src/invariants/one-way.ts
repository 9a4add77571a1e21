// Observers of links that work in one direction only; they break nothing.

import type { Invariant, World } from "../sim/invariant.ts";
import { seconds } from "../sim/time.ts";
import type { LeadershipView, Span } from "./liveness.ts";

/** Measures `termsPerMinute`: by how much the highest term of all servers grows in a span. */
export function measureTermGrowth({ from, until }: Span): Invariant<LeadershipView> {
  const made = {
    name: "term growth",
    /** The highest terms before the span, and up to its end. */
    state: { before: 0, last: 0 },
    onStep: ({ now, server }: World<LeadershipView>) => {
      const { state } = made;
      const term = server?.node?.term ?? 0;
      if (now > until || term <= state.last) return undefined;
      state.last = term;
      if (now < from) state.before = term;
      return undefined;
    },
    onEnd: ({ metrics }: World<LeadershipView>) => {
      const { before, last } = made.state;
      metrics.gauge("termsPerMinute", ((last - before) * seconds(60)) / (until - from + 1));
      return undefined;
    },
  };
  return made;
}

/**
 * Measures `heardWhileDeaf`: how many messages of a leader came to servers that it cannot hear,
 * while it led.
 */
export function measureHeardWhileDeaf(): Invariant<LeadershipView> {
  const made = {
    name: "heard while deaf",
    state: { count: 0 },
    onStep: (world: World<LeadershipView>) => {
      const { event, server, servers } = world;
      const { kind, from } = event;
      if (kind !== "deliver" || server === undefined || from === undefined) return undefined;
      if (!world.isCut(server.id, from)) return undefined;
      const sender = servers.find(({ id }) => id === from);
      if (sender?.node?.role === "leader") made.state.count++;
      return undefined;
    },
    onEnd: ({ metrics }: World<LeadershipView>) => {
      metrics.gauge("heardWhileDeaf", made.state.count);
      return undefined;
    },
  };
  return made;
}
