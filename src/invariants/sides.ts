// What becomes of operations that ask one server alone, by the side of a cut on which that is.

import type { NodeId, Plain } from "../sim/env.ts";
import type { HistoryEntry } from "../sim/history.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { formatTime, inMs, type Micros } from "../sim/time.ts";
import type { LeadershipView } from "./liveness.ts";
import { isInMinority } from "./no-quorum.ts";

/** Names the server that an operation asked, if it asked that one only. */
type AskedAlone = (operation: Plain) => NodeId | undefined;

/** Where a server is: on a side of a cut, or there is none. */
type Side = "minority" | "majority" | "whole";

/**
 * Measures how operations end, by where the server was that they asked when they began: `acked,
 * minority`, `failed, majority`, `unknown, whole` and so on. Those that may ask any server, some on
 * both sides, count as `acked, any` and so on.
 */
export function measureOutcomesBySide(askedAlone: AskedAlone): Invariant<LeadershipView> {
  const made = {
    name: "outcomes by side",
    state: { invoked: 0, returned: 0, sides: new Map<string, Side>() },
    onStep: (world: World<LeadershipView>) => {
      const { state } = made;
      const { history, metrics } = world;
      while (state.invoked < history.invoked.length) {
        const { id, operation } = history.invoked[state.invoked++]!;
        const asked = askedAlone(operation);
        if (asked !== undefined) state.sides.set(id, sideOf(asked, world));
      }
      while (state.returned < history.returned.length) {
        const { id, outcome } = history.returned[state.returned++]!;
        metrics.count(`${WORDS[outcome]}, ${state.sides.get(id) ?? "any"}`);
      }
      return undefined;
    },
    // A goal can ask for none only of what was counted.
    onEnd: ({ metrics }: World<LeadershipView>) => {
      metrics.count("acked, minority", 0);
      return undefined;
    },
  };
  return made;
}

const WORDS: Readonly<Record<HistoryEntry["outcome"], string>> = {
  open: "open",
  ok: "acked",
  fail: "failed",
  info: "unknown",
};

function sideOf(asked: NodeId, world: World<LeadershipView>): Side {
  const isIn = (id: NodeId): boolean =>
    world.servers.some((server) => server.id === id && isInMinority(server, world));
  if (isIn(asked)) return "minority";
  return world.servers.some(({ id }) => isIn(id)) ? "majority" : "whole";
}

/**
 * Who asks one server alone while that is in the minority is told something in time: that it did
 * not happen, or that nobody knows. Counts them as `minorityTold`, and measures how long that
 * takes as `minorityToldMs`.
 */
export function minorityIsTold(
  name: string,
  within: Micros,
  askedAlone: AskedAlone,
): Invariant<LeadershipView> {
  interface State {
    invoked: number;
    returned: number;
    /** By id, since when it is open. */
    readonly waiting: Map<string, Micros>;
  }
  const made = {
    name,
    supposes: ["servers", "operations"] as const,
    state: { invoked: 0, returned: 0, waiting: new Map() } as State,
    onStep: (world: World<LeadershipView>) => {
      const { state } = made;
      const { now, history, metrics } = world;
      while (state.invoked < history.invoked.length) {
        const { id, operation, invokedAt } = history.invoked[state.invoked++]!;
        const asked = askedAlone(operation);
        if (asked === undefined || sideOf(asked, world) !== "minority") continue;
        state.waiting.set(id, invokedAt);
      }
      while (state.returned < history.returned.length) {
        const { id, returnedAt = now } = history.returned[state.returned++]!;
        const since = state.waiting.get(id);
        if (!state.waiting.delete(id)) continue;
        metrics.count("minorityTold");
        metrics.observe("minorityToldMs", inMs(returnedAt - since!));
      }
      for (const [id, since] of state.waiting) {
        if (now - since > within) return `${id} is told nothing for ${formatTime(within)}`;
      }
      return undefined;
    },
  };
  return made;
}
