import { UsageError } from "../../sim/assert.ts";
import { checkCount, checkRecord } from "../../sim/check.ts";
import { formatTime, type Micros, seconds } from "../../sim/time.ts";

/** How a lease is held. */
export interface LeaseOptions {
  /** How long it lasts unless it is renewed, by the clocks of those who give it. Default: 60 s. */
  readonly ttl: Micros;
  /** How often it is renewed, and how often who has not got it asks for it. Default: 10 s. */
  readonly poll: Micros;
  /**
   * By how much sooner its holder takes it for over than those who give it: by no more, taken
   * together, may their wall clocks differ and the holder's clock lose within `ttl`. Default: 1 s.
   */
  readonly margin: Micros;
}

export const defaultLeaseOptions: LeaseOptions = {
  ttl: seconds(60),
  poll: seconds(10),
  margin: seconds(1),
};

/** Checks options from outside; throws a UsageError that names the path. */
export function checkLeaseOptions(value: unknown, path: string): LeaseOptions {
  const fields = checkRecord(value, path, Object.keys(defaultLeaseOptions));
  const ttl = checkCount(fields.ttl, `${path}.ttl`, 1);
  const poll = checkCount(fields.poll, `${path}.poll`, 1);
  const margin = checkCount(fields.margin, `${path}.margin`, 0);
  if (ttl <= poll) {
    throw new UsageError(
      `${path}.ttl: expected more than the poll of ${formatTime(poll)}, got ${formatTime(ttl)}`,
    );
  }
  if (margin >= ttl) {
    throw new UsageError(
      `${path}.margin: expected less than the ttl of ${formatTime(ttl)}, got ${formatTime(margin)}`,
    );
  }
  const left = formatTime(ttl - margin);
  if (poll >= ttl - margin) {
    throw new UsageError(
      `${path}.poll: expected less than ttl - margin, which is ${left}, got ${formatTime(poll)}`,
    );
  }
  return { ttl, poll, margin };
}
