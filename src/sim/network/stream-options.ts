import { UsageError } from "../assert.ts";
import { checkCount, checkOneOf } from "../check.ts";
import type { NodeId } from "../env.ts";
import { type Micros, seconds } from "../time.ts";

/**
 * What carries the messages between two hosts. A datagram may be lost, late, twice, out of order. A
 * stream is ordered and reliable while its connection lives: see StreamLinks.
 */
export type Transport = "datagram" | "stream";

export interface StreamTimeouts {
  /** The end that opens a connection gives up when nobody has answered for so long. */
  readonly connectTimeout: Micros;
  /**
   * An end gives up when a message is not acknowledged so long after it was first sent.
   * Source: the user timeout of RFC 5482.
   */
  readonly streamTimeout: Micros;
}

/** The second is gRPC's TCP_USER_TIMEOUT; a kernel that is left alone waits for many minutes. */
export const defaultStreamTimeouts: StreamTimeouts = {
  connectTimeout: seconds(5),
  streamTimeout: seconds(20),
};

export const STREAM_TIMEOUTS = ["connectTimeout", "streamTimeout"];

/** Checks timeouts from outside, at least 1 microsecond; one that is missing is the default. */
export function checkStreamTimeouts(
  fields: Readonly<Record<string, unknown>>,
  path: string,
): StreamTimeouts {
  const check = (field: keyof StreamTimeouts): Micros =>
    checkCount(fields[field] ?? defaultStreamTimeouts[field], `${path}.${field}`, 1);
  return { connectTimeout: check("connectTimeout"), streamTimeout: check("streamTimeout") };
}

/** Checks a transport from outside; plans without one are older than streams. */
export function checkTransport(value: unknown, path: string): Transport {
  return checkOneOf(value ?? "datagram", path, ["datagram", "stream"]);
}

/** Checks that both directions between two hosts have one transport; throws a UsageError. */
export function checkTransports(
  links: readonly { readonly from: NodeId; readonly to: NodeId; readonly transport: Transport }[],
  otherwise: unknown,
  path: string,
): void {
  links.forEach(({ from, to, transport }, i) => {
    // Of several entries for a link, the last one counts.
    const back = links.findLast((link) => link.from === to && link.to === from);
    const expected = back?.transport ?? otherwise ?? "datagram";
    if (transport === expected) return;
    const field = `${path}.links[${i}].transport`;
    throw new UsageError(
      `${field}: expected "${expected}" as from ${to} to ${from}, got "${transport}"`,
    );
  });
}
