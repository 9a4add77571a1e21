// Where things are placed: best fit, over capacities of which everything placed is really taken.

import { assert } from "../../sim/assert.ts";
import type { Micros } from "../../sim/time.ts";
import type { Needs, OrchestratorState, Resources, Worker } from "./types.ts";

/**
 * The worker that something is placed on: of those that are online, have its features and room for
 * it, the one that keeps least, a processor counting as much as 1 GB of memory; of equal ones the
 * first by name. Undefined: there is none. O(workers).
 */
export function bestFit(workers: ReadonlyMap<string, Worker>, needs: Needs): string | undefined {
  let best: string | undefined;
  let least = 0;
  for (const [id, worker] of workers) {
    if (worker.status !== "online" || !hasFeatures(worker, needs)) continue;
    const left = minus(minus(worker.capacity, worker.used), needs);
    if (!isNonNegative(left)) continue;
    const score = left.cpu * MB_PER_CPU + left.memory;
    // Not by the order of the map: a server that got a snapshot has another.
    const isBetter = best === undefined || score < least || (score === least && id < best);
    if (!isBetter) continue;
    best = id;
    least = score;
  }
  return best;
}

const MB_PER_CPU = 1_024;

/** Why nothing of these needs will ever be placed on these workers; undefined: it may be. */
export function impossibility(
  workers: ReadonlyMap<string, Worker>,
  needs: Needs,
): string | undefined {
  const all = [...workers.values()];
  const apt = all.filter((worker) => hasFeatures(worker, needs));
  if (apt.length === 0) return `no worker has ${needs.features.join(", ") || "anything"}`;
  const isLargeEnough = apt.some(({ capacity }) => isNonNegative(minus(capacity, needs)));
  return isLargeEnough ? undefined : "no worker is so large";
}

/** Takes resources of a worker for something that is placed there. */
export function occupy({ workers }: OrchestratorState, id: string, needs: Resources): void {
  const worker = workers.get(id);
  assert(worker !== undefined, "placed on an unknown worker:", id);
  const used = plus(worker.used, needs);
  assert(isNonNegative(minus(worker.capacity, used)), "placed more than there is room for:", id);
  workers.set(id, { ...worker, used });
}

/** Gives them back. */
export function release({ workers }: OrchestratorState, id: string, needs: Resources): void {
  const worker = workers.get(id);
  assert(worker !== undefined, "taken from an unknown worker:", id);
  const used = minus(worker.used, needs);
  assert(isNonNegative(used), "gives back more than it took:", id);
  workers.set(id, { ...worker, used });
}

/**
 * Places the tasks that wait, in the order in which they were submitted; one that fits nowhere does
 * not hold up those behind it. O(tasks + waiting x workers).
 */
export function assignPending(state: OrchestratorState, at: Micros): void {
  const waiting = [...state.tasks].filter(([, { status }]) => status === "pending");
  waiting.sort(([, a], [, b]) => a.submitted - b.submitted);
  for (const [name, task] of waiting) {
    const worker = bestFit(state.workers, task.needs);
    if (worker === undefined) continue;
    occupy(state, worker, task.needs);
    const attempts = task.attempts + 1;
    state.tasks.set(name, { ...task, status: "assigned", worker, attempts, updatedAt: at });
  }
}

export const NO_RESOURCES: Resources = { cpu: 0, memory: 0, disk: 0 };

/** Whether nothing is missing: each of the three is at least 0. */
export function isNonNegative({ cpu, memory, disk }: Resources): boolean {
  return cpu >= 0 && memory >= 0 && disk >= 0;
}

/** The difference of each of the three. */
export function minus(a: Resources, b: Resources): Resources {
  return { cpu: a.cpu - b.cpu, memory: a.memory - b.memory, disk: a.disk - b.disk };
}

function plus(a: Resources, b: Resources): Resources {
  return { cpu: a.cpu + b.cpu, memory: a.memory + b.memory, disk: a.disk + b.disk };
}

function hasFeatures(worker: Worker, { features }: Needs): boolean {
  return features.every((feature) => worker.features.includes(feature));
}
