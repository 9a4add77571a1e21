// What executors and the servers that keep the table of leases show of a lease.

import type { NodeId } from "../sim/env.ts";
import type { HostView, World } from "../sim/invariant.ts";
import type { Micros } from "../sim/time.ts";

/** What a client must show that may hold the lease. */
export interface HolderView {
  /** What it holds until its own monotonic clock shows that time; undefined: nothing. */
  readonly held: { readonly epoch: number; readonly until: Micros } | undefined;
  /** Whether it leaves the first claim to others. */
  readonly isStandby: boolean;
}

/** A lease as the table has it. Times are those of the log. */
export interface ShownLease {
  readonly life: string;
  readonly epoch: number;
  readonly renewedAt: Micros;
  readonly expiresAt: Micros;
  readonly isReleased: boolean;
}

/** What a server must show that keeps the table. */
export interface TableView {
  readonly applied: number;
  readonly machine: { readonly state: { readonly leases: ReadonlyMap<string, ShownLease> } };
}

/** Whose lease it is about. */
export interface LeaseSubject {
  readonly lease: string;
  readonly executors: readonly NodeId[];
}

/** The executors that may act now, as each knows by its own clock. */
export function activeExecutors(
  { clients }: Pick<World, "clients">,
  executors: readonly NodeId[],
): readonly { readonly id: NodeId; readonly epoch: number }[] {
  const active: { readonly id: NodeId; readonly epoch: number }[] = [];
  for (const host of clients) {
    const held = executors.includes(host.id) ? viewOf(host)?.held : undefined;
    if (held !== undefined && host.now() < held.until) {
      active.push({ id: host.id, epoch: held.epoch });
    }
  }
  return active;
}

/** What the program of an executor shows; undefined while it is down. */
export function viewOf({ node }: HostView): HolderView | undefined {
  // The clients that a scenario names as executors are such.
  return node as HolderView | undefined;
}

/** The newest that any server has shown of a lease, and when it was seen first, in true time. */
export interface Latest {
  applied: number;
  shown: ShownLease | undefined;
  seenAt: Micros;
}

/** What has changed in the table in this step, if any server shows it for the first time. */
export interface Change {
  readonly before: ShownLease | undefined;
  readonly beforeAt: Micros;
  readonly now: ShownLease;
}

/** What has changed in this step; undefined when nothing has. */
export function changeIn(
  latest: Latest,
  world: World<TableView>,
  lease: string,
): Change | undefined {
  const node = world.server?.node;
  if (node === undefined || node.applied <= latest.applied) return undefined;
  latest.applied = node.applied;
  const shown = node.machine.state.leases.get(lease);
  const { shown: before, seenAt: beforeAt } = latest;
  if (shown === undefined || (before !== undefined && isSame(before, shown))) return undefined;
  // What is remembered must not change with the server's memory.
  latest.shown = { ...shown };
  latest.seenAt = world.now;
  return { before, beforeAt, now: latest.shown };
}

function isSame(a: ShownLease, b: ShownLease): boolean {
  return a.epoch === b.epoch && a.renewedAt === b.renewedAt && a.isReleased === b.isReleased;
}

/** Before anything was seen. */
export function newLatest(): Latest {
  return { applied: 0, shown: undefined, seenAt: 0 };
}
