// Who takes part in a treasury, and operations of its clients.

import type { NodeId } from "../sim/env.ts";
import { uniform } from "../sim/random/distribution.ts";
import type { PlannedOperation } from "../sim/simulation-options.ts";
import { type Micros, ms, seconds } from "../sim/time.ts";
import { hostNames } from "./raft-cluster.ts";

/** Those who give the lease and keep the ledger. */
export const SERVERS = hostNames(3);
/** The primary and its standby. */
export const EXECUTORS: readonly NodeId[] = ["e1", "e2"];
export const CLIENT: NodeId = "c1";
/** By then there is a leader. */
export const BEGIN: Micros = seconds(10);
/** The network that the source's cluster has. */
export const LAN = { latency: uniform(ms(1), ms(9)) };

/** Disbursements that are ordered at once, one after another. */
export interface Orders {
  readonly from: Micros;
  readonly count: number;
  /** How much later each is due than the one before; the first is due when it is ordered. */
  readonly every: Micros;
  /** Default: none, but for `every`. */
  readonly delay?: Micros;
}

/** Orders disbursements `d1`, `d2` and so on, each to somebody else and of another amount. */
export function disbursements(
  client: NodeId,
  { from, count, every, delay = 0 }: Orders,
): PlannedOperation[] {
  return Array.from({ length: count }, (_, i) => ({
    at: from + i * ms(1),
    client,
    operation: {
      ...{ id: `${client}.${i + 1}`, op: "disburse", disbursement: `d${i + 1}` },
      ...{ to: `payee ${i + 1}`, amount: 100 + i, after: delay + i * every },
    },
  }));
}
