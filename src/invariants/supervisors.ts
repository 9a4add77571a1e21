// What holds of servers that a supervisor starts anew when they end, as systemd and launchd do.

import type { NodeId } from "../sim/env.ts";
import type { HostView, Invariant, World } from "../sim/invariant.ts";
import { formatTime, inMs, type Micros } from "../sim/time.ts";

/** How supervisors treat servers that have ended. */
export interface Supervision {
  /** How long a server's own waits before it starts it anew. */
  readonly delayOf: (host: NodeId) => Micros;
  /** No longer than so much after that it is there again. */
  readonly lateMax: Micros;
}

/** A server's life, as it was last seen. */
interface Seen {
  readonly since: Micros;
  life: number;
  /** Since when it is down; undefined while it is up. */
  endedAt: Micros | undefined;
}

/**
 * A server's life begins as long after the last one has ended as its supervisor waits, and neither
 * sooner nor never. Counts `restarts`, and measures `restartLateMs`: the most that one took longer.
 * One that was there for no time yet, as it is absent from the beginning on, may begin at any time.
 */
export function restartsKeepTheirDelay(
  name: string,
  { delayOf, lateMax }: Supervision,
): Invariant<unknown> {
  const made = {
    name,
    // Who ends, and when it begins again, is weather.
    supposes: ["faults"] as const,
    state: { seen: new Map<NodeId, Seen>(), late: 0 },
    onStep: ({ servers, now, metrics }: World) => {
      for (const server of servers) {
        const pause = note(made.state.seen, server, now);
        if (pause === undefined) continue;
        const delay = delayOf(server.id);
        if (pause < delay || pause > delay + lateMax) {
          return `${server.id} begins again after ${formatTime(pause)}, not ${formatTime(delay)}`;
        }
        made.state.late = Math.max(made.state.late, pause - delay);
        metrics.count("restarts");
        metrics.gauge("restartLateMs", inMs(made.state.late));
      }
      return undefined;
    },
    onEnd: ({ servers, now }: World) => {
      const lost = servers.find(({ id }) => {
        const { endedAt = now } = made.state.seen.get(id) ?? {};
        return now - endedAt > delayOf(id) + lateMax;
      });
      return lost && `${lost.id} has ended, and does not begin again`;
    },
  };
  return made;
}

/** How long it was down, if it has just begun another life. */
function note(
  seen: Map<NodeId, Seen>,
  { id, life, node }: HostView,
  now: Micros,
): Micros | undefined {
  const known = seen.get(id);
  if (known === undefined) {
    if (node !== undefined) seen.set(id, { since: now, life, endedAt: undefined });
    return undefined;
  }
  if (node === undefined && known.since === now) {
    seen.delete(id);
    return undefined;
  }
  // It may have ended and begun again in one instant.
  const pause = life > known.life ? now - (known.endedAt ?? now) : undefined;
  known.life = life;
  known.endedAt = node === undefined ? (known.endedAt ?? now) : undefined;
  return pause;
}
