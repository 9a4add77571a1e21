// What the network is seen to do to messages.

import type { Invariant, World } from "../sim/invariant.ts";
import { percentiles } from "../sim/metrics.ts";
import { inMs, type Micros } from "../sim/time.ts";
import { isIn, type Phase, WHOLE_PLAN } from "./phases.ts";

/** A phase, and the share of all messages that is to be lost in it. */
export interface LossPhase extends Phase {
  readonly probability: number;
}

/**
 * Of all messages that hosts send in a phase, such a share never arrives: to within one in a
 * hundred, or six standard deviations where messages are too few for that. Measures the loss as
 * `lost %, <phase>`. What is under way when a phase begins or ends counts on one side only; it must
 * be few of many. For networks that make no copies.
 */
export function lossIsAsSet(name: string, phases: readonly LossPhase[]): Invariant {
  const made = {
    name,
    supposes: WHOLE_PLAN,
    state: phases.map(() => ({ sent: 0, arrived: 0 })),
    onStep: ({ now, event, sent }: World) => {
      const arrived = event.kind === "deliver" ? 1 : 0;
      if (sent.length + arrived === 0) return undefined;
      phases.forEach((phase, i) => {
        if (!isIn(phase, now)) return;
        made.state[i]!.sent += sent.length;
        made.state[i]!.arrived += arrived;
      });
      return undefined;
    },
    onEnd: ({ metrics }: World) => {
      const wrong = phases.map(({ name: phase, probability }, i) => {
        const { sent, arrived } = made.state[i]!;
        const lost = sent - arrived;
        metrics.gauge(`lost %, ${phase}`, sent === 0 ? 0 : (100 * lost) / sent);
        const deviation = Math.sqrt(sent * probability * (1 - probability));
        const error = Math.abs(lost - sent * probability);
        if (sent > 0 && error <= Math.max(sent / 100, 6 * deviation)) return undefined;
        return `${lost} of ${sent} messages are lost in the phase "${phase}", not ${probability}`;
      });
      return wrong.find((message) => message !== undefined);
    },
  };
  return made;
}

/**
 * Measures how long servers wait for a leader's next append, heartbeats among them: in each phase
 * the 99th percentile as `heartbeatGapP99Ms, <phase>` and the longest as `heartbeatGapMaxMs,
 * <phase>`. A wait belongs to the phase in which it ends; a restart ends none.
 */
export function measureHeartbeatGaps(phases: readonly Phase[]): Invariant {
  interface State {
    /** By host index, in which life and when the last append came. */
    readonly heard: { readonly life: number; readonly at: Micros }[];
    /** By phase. */
    readonly gaps: Micros[][];
  }
  const made = {
    name: "heartbeat gaps",
    state: { heard: [], gaps: phases.map(() => []) } as State,
    onStep: ({ server, event, now }: World) => {
      if (server === undefined || event.kind !== "deliver" || !isAppend(event.payload)) {
        return undefined;
      }
      const { heard, gaps } = made.state;
      const last = heard[server.index];
      heard[server.index] = { life: server.life, at: now };
      if (last?.life !== server.life) return undefined;
      phases.forEach((phase, i) => {
        if (isIn(phase, now)) gaps[i]!.push(now - last.at);
      });
      return undefined;
    },
    onEnd: ({ metrics }: World) => {
      phases.forEach((phase, i) => {
        if (made.state.gaps[i]!.length === 0) return;
        const { p99, max } = percentiles(made.state.gaps[i]!);
        metrics.gauge(`heartbeatGapP99Ms, ${phase.name}`, inMs(p99));
        metrics.gauge(`heartbeatGapMaxMs, ${phase.name}`, inMs(max));
      });
      return undefined;
    },
  };
  return made;
}

/** Whether a message is Raft's append, with entries or without. */
function isAppend(message: unknown): boolean {
  return (message as { readonly type?: unknown }).type === "append";
}

/**
 * A leader sends a large entry to a follower only so many times in a term: again when it was lost,
 * but not for as long as it may be under way. Measures the most as `times a large entry is sent`.
 */
export function largeEntriesAreSentFewTimes(
  name: string,
  { sizeMin, timesMax }: { readonly sizeMin: number; readonly timesMax: number },
  sizeOf: (command: unknown) => number,
): Invariant<{ readonly term: number }> {
  const made = {
    name,
    supposes: ["faults", "conditions"] as const,
    /** By sender, follower, term and index. */
    state: new Map<string, number>(),
    onStep: ({ server, sent, metrics }: World<{ readonly term: number }>) => {
      for (const { to, message } of sent) {
        for (const { index, command } of entriesOf(message)) {
          if (sizeOf(command) < sizeMin) continue;
          const key = `${server?.id} ${to} ${server?.node?.term} ${index}`;
          const times = (made.state.get(key) ?? 0) + 1;
          made.state.set(key, times);
          if (times > metrics.gauged(TIMES_SENT)) metrics.gauge(TIMES_SENT, times);
          if (times > timesMax) return `entry ${index} is sent to ${to} ${times} times`;
        }
      }
      return undefined;
    },
  };
  return made;
}

const TIMES_SENT = "times a large entry is sent";

interface SentEntry {
  readonly index: number;
  readonly command: unknown;
}

/** The entries that an append carries; none for other messages. */
function entriesOf(message: unknown): readonly SentEntry[] {
  if (typeof message !== "object" || message === null || !("entries" in message)) return [];
  // The field of Raft's append message.
  return message.entries as readonly SentEntry[];
}
