// What the network is seen to do to messages.

import type { Invariant, World } from "../sim/invariant.ts";
import { isIn, type Phase } from "./phases.ts";

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
