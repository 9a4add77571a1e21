import { checkDistinct } from "./check.ts";
import type { NodeId } from "./env.ts";
import type { FaultNames, Target } from "./fault.ts";
import type { HostView, World } from "./invariant.ts";

/** By name, the hosts that are meant now; nobody yet: an empty list. */
export type Targets<View> = Readonly<Record<Target, (world: World<View>) => readonly NodeId[]>>;

/**
 * Every name that faults may use: of hosts, their own, those that all runs know, and the
 * scenario's; of behaviours, the scenario's. Throws a UsageError when one has two meanings.
 */
export function faultNames(
  hosts: readonly NodeId[],
  targets: Readonly<Record<Target, unknown>>,
  behaviours: readonly string[] = [],
): FaultNames {
  const names = [...EVERYBODY, ...Object.keys(targets)];
  checkDistinct([...hosts, ...names], "targets");
  checkDistinct(behaviours, "behaviours");
  return {
    targets: new Map([
      ...hosts.map((host) => [host, "host"] as const),
      ...names.map((name) => [name, "name"] as const),
    ]),
    behaviours,
  };
}

/** All hosts, those that are no clients, those that are. */
const EVERYBODY: readonly Target[] = ["everybody", "servers", "clients"];

/** The hosts that a target stands for now. */
export function resolveTarget<View>(
  target: Target,
  targets: Targets<View>,
  world: World<View>,
  hosts: readonly HostView[],
): readonly NodeId[] {
  const find = targets[target];
  if (find !== undefined) return find(world);
  return hosts
    .filter(({ id, role }) => target === id || target === "everybody" || target === `${role}s`)
    .map(({ id }) => id);
}
