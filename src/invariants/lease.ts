// What must hold of a lease: who acts on it, judged by true time and by clocks that no other node
// can see; and who gives it to whom, as the servers that keep the table show it.

import type { NodeId } from "../sim/env.ts";
import type { HostView, Invariant, World } from "../sim/invariant.ts";
import { formatTime, type Micros } from "../sim/time.ts";
import {
  activeExecutors,
  changeIn,
  type Latest,
  type LeaseSubject,
  newLatest,
  type TableView,
  viewOf,
} from "./lease-view.ts";

/** LEASE-SINGLE: at no true instant may two executors act. */
export function leaseIsSingle(
  name: string,
  { executors }: Pick<LeaseSubject, "executors">,
): Invariant {
  return {
    name,
    supposes: ["conditions"],
    onStep: (world) => {
      // Who may act begins to do so in an event of its own, or when the weather changes clocks.
      const { host } = world.event;
      if (host !== undefined && !executors.includes(host.id)) return undefined;
      const [first, second] = activeExecutors(world, executors);
      return second && `${first!.id} in epoch ${first!.epoch} and ${second.id} in ${second.epoch}`;
    },
  };
}

/**
 * LEASE-EPOCH: epochs rise, each belongs to one life, and one that is over or given back is over
 * for good.
 */
export function epochsAreNew(name: string, { lease }: Pick<LeaseSubject, "lease">) {
  const made: Invariant<TableView> & { state: Latest } = {
    name,
    state: newLatest(),
    onStep: (world) => {
      const change = changeIn(made.state, world, lease);
      if (change?.before === undefined) return undefined;
      const { before, now } = change;
      if (now.epoch < before.epoch) return `epoch ${now.epoch} after ${before.epoch}`;
      if (now.epoch > before.epoch) return undefined;
      if (now.life !== before.life) return `epoch ${now.epoch} of ${before.life} is ${now.life}'s`;
      if (before.isReleased) return `epoch ${now.epoch} goes on after it was given back`;
      if (now.renewedAt < before.expiresAt) return undefined;
      const late = formatTime(now.renewedAt - before.expiresAt);
      return `epoch ${now.epoch} goes on ${late} after it was over`;
    },
  };
  return made;
}

/** LEASE-RELEASE: nobody gives back the lease of who may act on it. */
export function onlyHoldersRelease(name: string, { lease, executors }: LeaseSubject) {
  const made: Invariant<TableView> & { state: Latest } = {
    name,
    state: newLatest(),
    onStep: (world) => {
      const change = changeIn(made.state, world, lease);
      if (change === undefined || !change.now.isReleased) return undefined;
      const { epoch } = change.now;
      const holder = activeExecutors(world, executors).find((active) => active.epoch === epoch);
      return holder && `${holder.id} acts in epoch ${epoch}, which was given back`;
    },
  };
  return made;
}

/** How long a lease lasts, for those who give it and for those who have it. */
export interface Terms {
  readonly ttl: Micros;
  readonly margin: Micros;
}

interface Preference extends Latest {
  /** By executor, what its own clock showed when this life of it began. */
  readonly startedAt: Map<NodeId, Micros>;
}

/**
 * LEASE-PRIMARY-PREFERENCE: nobody is given a lease that was renewed within `ttl - margin` of true
 * time and not given back; and no standby acts before its life is one ttl old.
 */
export function standbysWait(
  name: string,
  { lease, executors }: LeaseSubject,
  { ttl, margin }: Terms,
) {
  const made: Invariant<TableView> & { state: Preference } = {
    name,
    supposes: ["conditions"],
    state: { ...newLatest(), startedAt: new Map() },
    onStep: (world) => {
      const { event, now } = world;
      const { host } = event;
      if (host !== undefined && executors.includes(host.id)) {
        return tooSoon(made.state.startedAt, world, host, ttl);
      }
      const change = changeIn(made.state, world, lease);
      if (change?.before === undefined || change.before.isReleased) return undefined;
      const age = now - change.beforeAt;
      if (change.now.epoch === change.before.epoch || age >= ttl - margin) return undefined;
      return `epoch ${change.now.epoch} begins ${formatTime(age)} after a renewal of the last one`;
    },
  };
  return made;
}

function tooSoon(
  startedAt: Map<NodeId, Micros>,
  { event, emitted }: World,
  host: HostView,
  ttl: Micros,
): string | undefined {
  if (event.kind === "start") startedAt.set(host.id, host.now());
  const isAcquired = emitted.some(({ event: what }) => what === "lease acquired");
  if (!isAcquired || viewOf(host)?.isStandby !== true) return undefined;
  const age = host.now() - (startedAt.get(host.id) ?? 0);
  return age >= ttl ? undefined : `${host.id} has the lease ${formatTime(age)} after its start`;
}
