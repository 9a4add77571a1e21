// How soon a lease has a holder again, and how long nobody, one or several could act on it.

import type { NodeId } from "../sim/env.ts";
import type { Invariant } from "../sim/invariant.ts";
import { formatTime, type Micros } from "../sim/time.ts";
import {
  activeExecutors,
  changeIn,
  type Latest,
  type LeaseSubject,
  newLatest,
  type TableView,
} from "./lease-view.ts";

interface Gap extends Latest {
  /** By then somebody is given the lease, or has it renewed. */
  due: Micros;
}

/**
 * TAKEOVER: from the first grant on and until a time, who has the lease renews it, or another has
 * it, `ttl + poll + commit` after the last renewal, or `poll + commit` after it was given back, in
 * true time. Measures `takeoverMs`, from the last renewal to the next epoch.
 */
export function takeoverIsTimely(
  name: string,
  { lease }: Pick<LeaseSubject, "lease">,
  { ttl, poll, commit, until }: Readonly<Record<"ttl" | "poll" | "commit" | "until", Micros>>,
) {
  const made: Invariant<TableView> & { state: Gap } = {
    name,
    supposes: ["servers", "faults", "conditions"],
    state: { ...newLatest(), due: Number.MAX_SAFE_INTEGER },
    onStep: (world) => {
      const { state } = made;
      const { now, metrics } = world;
      const late = now > state.due && state.due <= until;
      const change = changeIn(state, world, lease);
      if (change !== undefined) {
        const { before, beforeAt } = change;
        const isNew = before !== undefined && change.now.epoch > before.epoch;
        if (isNew) metrics.observe("takeoverMs", (now - beforeAt) / 1_000);
        state.due = now + (change.now.isReleased ? 0 : ttl) + poll + commit;
      }
      return late ? `nobody has the lease at ${formatTime(now)}` : undefined;
    },
  };
  return made;
}

interface Held {
  /** Up to then it is known who may act. */
  seenAt: Micros;
  active: number;
  activeMax: number;
  /** How long just one, and how long several might act; and since when anybody did. */
  single: Micros;
  overlap: Micros;
  from: Micros | undefined;
}

/**
 * Measures `executorsActiveMax`, `overlapMs` (how long several could act), and `heldShare`: in how
 * many of 1,000 parts of the time since the first acquisition somebody could.
 */
export function measureHolding({ executors }: Pick<LeaseSubject, "executors">) {
  const made: Invariant & { state: Held } = {
    name: "holding",
    state: { seenAt: 0, active: 0, activeMax: 0, single: 0, overlap: 0, from: undefined },
    onStep: (world) => {
      const { state } = made;
      addHeld(state, world.now);
      state.active = activeExecutors(world, executors).length;
      state.activeMax = Math.max(state.activeMax, state.active);
      if (state.active > 0) state.from ??= world.now;
      return undefined;
    },
    onEnd: ({ now, metrics }) => {
      const { state } = made;
      addHeld(state, now);
      const { from = now, single, overlap } = state;
      metrics.gauge("executorsActiveMax", state.activeMax);
      metrics.gauge("overlapMs", Math.floor(overlap / 1_000));
      const share = now > from ? Math.floor((1_000 * (single + overlap)) / (now - from)) : 0;
      metrics.gauge("heldShare", share);
      return undefined;
    },
  };
  return made;
}

function addHeld(state: Held, now: Micros): void {
  const passed = now - state.seenAt;
  if (state.active === 1) state.single += passed;
  else if (state.active > 1) state.overlap += passed;
  state.seenAt = now;
}

/**
 * Measures `<name>`: 1 if an executor may not act at a time, 0 if it may: what a script finds that
 * looks once, that long after the other was stopped.
 */
export function measureSingleLook(name: string, executor: NodeId, at: Micros) {
  const made: Invariant & { state: { isDone: boolean } } = {
    name,
    state: { isDone: false },
    onStep: (world) => {
      if (made.state.isDone || world.now < at) return undefined;
      made.state.isDone = true;
      const isActive = activeExecutors(world, [executor]).length > 0;
      world.metrics.gauge(name, isActive ? 0 : 1);
      return undefined;
    },
  };
  return made;
}
