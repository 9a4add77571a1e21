// The table of leases: who has which, in which epoch, and until when by the times of the log.
//
// The lease goes to the first who asks when it is free, and each life that gets it gets an epoch of
// its own. A lease is not a lock: who was paused or cut off may act after it is over, so that
// whatever it does must name its epoch, and be refused once a newer one was heard of.
// Source: Gray and Cheriton, Leases, SOSP 1989; epochs as in Burrows, Chubby, OSDI 2006, §2.4.

import { formatTime, type Micros } from "../../sim/time.ts";
import { type Lease, type LeaseOperation, type LeaseResult, refused } from "./types.ts";

type Leases = Map<string, Lease>;
type Acquire = Extract<LeaseOperation, { readonly op: "acquire" }>;
type Kept = Exclude<LeaseOperation, Acquire>;

/** Applies what a holder, or who wants to be one, has asked for. */
export function applyToLease(leases: Leases, operation: LeaseOperation): LeaseResult {
  return operation.op === "acquire" ? acquire(leases, operation) : keep(leases, operation);
}

/** Who has it already has it for longer. */
function acquire(leases: Leases, { lease, holder, life, ttl, at }: Acquire): LeaseResult {
  const known = leases.get(lease);
  const times = { ttl, renewedAt: at, expiresAt: at + ttl, isReleased: false };
  if (known === undefined || !isInForce(known, at)) {
    const epoch = (known?.epoch ?? 0) + 1;
    leases.set(lease, { holder, life, epoch, ...times });
    return { type: "granted", epoch };
  }
  if (known.life === life) {
    leases.set(lease, { ...known, ...times });
    return { type: "granted", epoch: known.epoch };
  }
  const { epoch, expiresAt } = known;
  const who = `${known.holder} has ${lease} in epoch ${epoch} for ${formatTime(expiresAt - at)}`;
  return known.holder === holder
    ? refused("identity", `another life of ${who}`)
    : refused("held", who);
}

/** Renews or releases what the asker has. What is over must be acquired anew, in a new epoch. */
function keep(leases: Leases, { op, lease, life, epoch, at }: Kept): LeaseResult {
  const known = leases.get(lease);
  if (known === undefined || known.life !== life || known.epoch !== epoch) {
    return refused("not-holder", `${lease} is not held by that life in epoch ${epoch}`);
  }
  if (!isInForce(known, at)) return refused("expired", `epoch ${epoch} of ${lease} is over`);
  leases.set(
    lease,
    op === "renew"
      ? { ...known, renewedAt: at, expiresAt: at + known.ttl }
      : { ...known, expiresAt: at, isReleased: true },
  );
  return { type: "granted", epoch };
}

/** Whether nobody else may have it at that time. */
export function isInForce({ expiresAt, isReleased }: Lease, at: Micros): boolean {
  return !isReleased && at < expiresAt;
}
