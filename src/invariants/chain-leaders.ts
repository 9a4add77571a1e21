// What holds of those who are to lead a node to their chain, and say nothing.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { formatTime, type Micros } from "../sim/time.ts";
import { type Kept, memoryOf } from "./chain-fetching.ts";
import type { ChainView } from "./chain-view.ts";

/** How seldom peers lead that were silent. */
export interface SilenceRules {
  /** How long who was silent once does not lead; each time in a row twice as long. */
  readonly retryDelay: Micros;
  /** For longer than that nobody is left alone. */
  readonly pauseMax: Micros;
  readonly mayLie: (host: NodeId) => boolean;
}

interface Leaders {
  /** Who leads; undefined between two sessions. */
  leader: string | undefined;
  /** Who was silent, how often in a row, and when last. */
  readonly silent: Map<string, { readonly times: number; readonly at: Micros }>;
}

/**
 * BS-SILENT: who was asked for headers and let the time run out, so often in a row, leads no
 * session for as long as that is worth.
 */
export function silentLeadSeldom(name: string, rules: SilenceRules): Invariant<ChainView> {
  const made = {
    name,
    state: new Map<NodeId, Kept<Leaders>>(),
    onStep: ({ server, emitted, now, metrics }: World<ChainView>) => {
      if (server === undefined || emitted.length === 0 || rules.mayLie(server.id)) return undefined;
      const fresh = (): Leaders => ({ leader: undefined, silent: new Map() });
      const leaders = memoryOf(made.state, server, fresh);
      for (const { event, data } of emitted) {
        const { leader, peer, from, to, reason } = fieldsOf(data);
        switch (event) {
          case "sync began": {
            leaders.leader = leader;
            const early = tooEarly(leaders, leader, now, rules);
            if (early !== undefined) return `${server.id}: ${leader} leads again, ${early}`;
            break;
          }
          case "leader changed":
            leaders.leader = to;
            leaders.silent.delete(from);
            break;
          case "headers accepted":
          case "headers refused":
          case "answer late":
            leaders.silent.delete(peer);
            break;
          case "sync ended": {
            const { leader: last } = leaders;
            leaders.leader = undefined;
            if (last === undefined) break;
            const times = (leaders.silent.get(last)?.times ?? 0) + 1;
            if (reason === "timeout") leaders.silent.set(last, { times, at: now });
            else leaders.silent.delete(last);
            if (reason === "timeout") metrics.observe("silencesInARow", times);
            break;
          }
        }
      }
      return undefined;
    },
  };
  return made;
}

function tooEarly(
  { silent }: Leaders,
  leader: string,
  now: Micros,
  { retryDelay, pauseMax }: SilenceRules,
): string | undefined {
  const silence = silent.get(leader);
  if (silence === undefined) return undefined;
  const { times, at } = silence;
  const pause = Math.min(retryDelay * 2 ** (times - 1), pauseMax);
  if (now - at >= pause) return undefined;
  return `${formatTime(now - at)} after it was silent ${times} times in a row`;
}

function fieldsOf(
  data: unknown,
): Readonly<Record<"leader" | "peer" | "from" | "to" | "reason", string>> {
  // Who asks knows which of the fields an event has.
  return (data ?? {}) as Readonly<Record<"leader" | "peer" | "from" | "to" | "reason", string>>;
}
