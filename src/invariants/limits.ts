// What must stay small: what servers say of their memory, and what they send at a time.

import type { HostView, Invariant, World } from "../sim/invariant.ts";
import { alwaysAtMost } from "../sim/temporal/safety.ts";

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

/**
 * Measures the high-water mark of each kind of gauge, over all servers and their lives, as
 * `most bytes, <kind>`; the kind is the first word of the gauge's name.
 */
export function measureGauges(): Invariant {
  return {
    name: "gauges",
    onEnd: ({ servers, metrics }: World) => {
      for (const [gauge, { bytesMax }] of servers.flatMap(({ gauges }) => [...gauges])) {
        const name = `most bytes, ${gauge.split(" ")[0]}`;
        metrics.gauge(name, Math.max(metrics.gauged(name), bytesMax));
      }
      return undefined;
    },
  };
}

/** What a server must show for {@link uncommittedStaysWithin}. */
interface LogView {
  readonly role: string;
  readonly commit: number;
  readonly lastIndex: number;
  entryAt(index: number): { readonly command: unknown };
}

/**
 * The commands that a leader has and that are not committed never have more than so many bytes,
 * whatever its gauges say. A single one may be of any size.
 */
export function uncommittedStaysWithin(
  name: string,
  bytesMax: number,
  sizeOf: (command: unknown) => number,
): Invariant<LogView> {
  const uncommittedBytes = ({ server }: World<LogView>): number | undefined => {
    const node = server?.node;
    if (node?.role !== "leader" || node.lastIndex - node.commit <= 1) return undefined;
    let bytes = 0;
    for (let index = node.commit + 1; index <= node.lastIndex; index++) {
      bytes += sizeOf(node.entryAt(index).command);
    }
    return bytes;
  };
  const explain = ({ server }: World<LogView>): string => `bytes uncommitted on ${server?.id}`;
  return alwaysAtMost(name, uncommittedBytes, bytesMax, { explain });
}
