// What must stay small: what servers say of their memory, and what they send at a time.

import type { HostView, Invariant, World } from "../sim/invariant.ts";

/** No gauge of a server exceeds its bound: the most bytes by the gauge's name; undefined: none. */
export function gaugesStayWithin(
  name: string,
  bytesMaxOf: (gauge: string) => number | undefined,
): Invariant {
  const exceeded = ({ id, gauges }: HostView): string | undefined => {
    for (const [gauge, { bytes }] of gauges) {
      const bytesMax = bytesMaxOf(gauge);
      if (bytesMax !== undefined && bytes > bytesMax) {
        return `${id} has ${bytes} bytes ${gauge}, at most ${bytesMax} are allowed`;
      }
    }
    return undefined;
  };
  return { name, onStep: ({ server }: World) => server && exceeded(server) };
}

/** No append carries more than so many bytes of commands, but one with a single entry. */
export function appendsStayWithin(
  name: string,
  bytesMax: number,
  sizeOf: (command: unknown) => number,
): Invariant {
  const tooLarge = (message: unknown): string | undefined => {
    if (typeof message !== "object" || message === null || !("entries" in message))
      return undefined;
    // The field of Raft's append message.
    const entries = message.entries as readonly { readonly command: unknown }[];
    const bytes = entries.reduce((sum, { command }) => sum + sizeOf(command), 0);
    if (entries.length <= 1 || bytes <= bytesMax) return undefined;
    const has = `${entries.length} entries with ${bytes} bytes`;
    return `an append has ${has}, at most ${bytesMax} may be`;
  };
  return {
    name,
    onStep: ({ sent }: World) => {
      for (const { message } of sent) {
        const verdict = tooLarge(message);
        if (verdict !== undefined) return verdict;
      }
      return undefined;
    },
  };
}
