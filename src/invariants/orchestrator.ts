// What an orchestrator's servers hold: the same on all, and no more on a worker than it has.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";

/** What a server must show to be compared. */
export interface HashedView {
  readonly applied: number;
  /** Of its state machine; what is equal has an equal one. */
  readonly stateHash: number;
}

/**
 * Servers that have applied equally far hold equal states, at every index that two of them have
 * stood at after an event. Costs a look at the whole state for each entry that a server applies.
 */
export function statesAreEqual(name: string): Invariant<HashedView> {
  interface State {
    /** By applied index, the first server seen there. */
    readonly first: Map<number, { readonly id: NodeId; readonly hash: number }>;
    /** By host index. */
    readonly seen: { readonly life: number; readonly applied: number }[];
  }
  const made = {
    name,
    state: { first: new Map(), seen: [] } as State,
    onStep: ({ server }: World<HashedView>) => {
      if (server?.node === undefined) return undefined;
      const { id, index, life, node } = server;
      const { first, seen } = made.state;
      const { applied } = node;
      const before = seen[index];
      if (before?.applied === applied && before.life === life) return undefined;
      seen[index] = { life, applied };
      const hash = node.stateHash;
      const other = first.get(applied);
      if (other === undefined) first.set(applied, { id, hash });
      else if (other.hash !== hash) {
        return `${id} has applied ${applied} entries, and its state differs from ${other.id}'s`;
      }
      return undefined;
    },
  };
  return made;
}

interface Resources {
  readonly cpu: number;
  readonly memory: number;
  readonly disk: number;
}

/** What a server must show of workers, and of what is placed on them. */
export interface PlacementView {
  readonly applied: number;
  readonly machine: { readonly state: PlacementState };
}

interface PlacementState {
  readonly workers: ReadonlyMap<string, WorkerView>;
  readonly vms: ReadonlyMap<string, VmView>;
  readonly tasks: ReadonlyMap<string, TaskView>;
}

interface WorkerView {
  readonly status: string;
  readonly capacity: Resources;
  readonly used: Resources;
}

interface VmView {
  readonly status: string;
  readonly worker: string;
  readonly spec: Resources;
}

interface TaskView {
  readonly status: string;
  readonly worker: string | undefined;
  readonly needs: Resources;
}

const KINDS = ["cpu", "memory", "disk"] as const;

/**
 * What is placed on a worker, machines whatever they do and tasks that have not ended, is no more
 * than it has; and what the server counts as used is just that.
 */
export function capacityHolds(name: string): Invariant<PlacementView> {
  return atEachIndex(name, overload);
}

/**
 * Tasks that are under way and machines that do something are on workers that are there, and tasks
 * that wait are on none.
 */
export function nothingRunsOnTheLost(name: string): Invariant<PlacementView> {
  return atEachIndex(name, ({ workers, vms, tasks }) => {
    const isThere = (worker: string | undefined): boolean => {
      const status = worker === undefined ? undefined : workers.get(worker)?.status;
      return status === "online" || status === "busy";
    };
    for (const [task, { status, worker }] of tasks) {
      const isUnderWay = status === "assigned" || status === "running";
      if (isUnderWay && !isThere(worker)) return `${task} is ${status} on ${worker}, which is lost`;
      if (status === "pending" && worker !== undefined) return `${task} waits, and is on ${worker}`;
    }
    for (const [vm, { status, worker }] of vms) {
      const isActive = status === "starting" || status === "running" || status === "stopping";
      if (isActive && !isThere(worker)) return `${vm} is ${status} on ${worker}, which is lost`;
    }
    return undefined;
  });
}

/** Looks at a server's state whenever it has applied something. */
function atEachIndex(
  name: string,
  judge: (state: PlacementState) => string | undefined,
): Invariant<PlacementView> {
  const made = {
    name,
    state: { applied: [] as number[] },
    onStep: ({ server }: World<PlacementView>) => {
      if (server?.node === undefined) return undefined;
      const { id, index, node } = server;
      if (made.state.applied[index] === node.applied) return undefined;
      made.state.applied[index] = node.applied;
      const wrong = judge(node.machine.state);
      return wrong && `at index ${node.applied} on ${id}: ${wrong}`;
    },
  };
  return made;
}

function overload({ workers, vms, tasks }: PlacementState): string | undefined {
  const placed = new Map([...workers.keys()].map((id) => [id, { cpu: 0, memory: 0, disk: 0 }]));
  const add = (worker: string, needs: Resources): string | undefined => {
    const sum = placed.get(worker);
    if (sum === undefined) return `something is placed on ${worker}, which nobody knows`;
    for (const kind of KINDS) sum[kind] += needs[kind];
    return undefined;
  };
  for (const { worker, spec } of vms.values()) {
    const wrong = add(worker, spec);
    if (wrong !== undefined) return wrong;
  }
  for (const { status, worker, needs } of tasks.values()) {
    const isPlaced = worker !== undefined && (status === "assigned" || status === "running");
    const wrong = isPlaced ? add(worker, needs) : undefined;
    if (wrong !== undefined) return wrong;
  }
  for (const [id, sum] of placed) {
    const { capacity, used } = workers.get(id)!;
    for (const kind of KINDS) {
      if (sum[kind] > capacity[kind]) {
        return `${id} has ${capacity[kind]} ${kind}, and ${sum[kind]} are placed there`;
      }
      if (sum[kind] !== used[kind]) {
        return `${id} counts ${used[kind]} ${kind} as used, and ${sum[kind]} are placed there`;
      }
    }
  }
  return undefined;
}
