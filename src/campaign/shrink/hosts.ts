// Which hosts are needed. A host goes with all that names it.

import type { NodeId, Plain } from "../../sim/env.ts";
import { type Fault, targetsOf } from "../../sim/fault.ts";
import type { Plan } from "../../sim/plan.ts";
import type { PlannedOperation } from "../../sim/simulation-options.ts";
import { reduceList, reducePairs } from "./delta.ts";
import { listOf } from "./events.ts";
import type { Search } from "./search.ts";
import { withoutTargets } from "./targets.ts";

/** Leaves out clients, and gives the operations of some to others. */
export function reduceClients(search: Search): void {
  const isFixed = (plan: Plan, id: NodeId): boolean =>
    (search.supposes("faults") && isNamed(plan.faults, id)) ||
    (search.supposes("operations") && plan.operations.some(({ client }) => client === id));
  const free = (plan: Plan): NodeId[] => plan.clients.filter((id) => !isFixed(plan, id));
  search.try(idleGone(search.plan, free(search.plan)), 0);
  reduceList(
    listOf(search, free, (plan, kept) => {
      const gone = free(plan).filter((id) => !kept.includes(id));
      return withoutHosts(plan, gone);
    }),
  );
  if (!search.supposes("operations") && !search.isCoarse) mergeClients(search);
}

/** Leaves out servers: one by one, and two at a time, as a majority then stays one. */
export function reduceServers(search: Search): void {
  if (search.supposes("servers") || search.supposes("faults")) return;
  const list = listOf(
    search,
    ({ servers }) => servers,
    (plan, kept) => {
      const gone = plan.servers.filter((id) => !kept.includes(id));
      return withoutHosts(plan, gone);
    },
  );
  reduceList(list);
  reducePairs(list);
}

/** Clients that do nothing and that no fault names need no test each. */
function idleGone(plan: Plan, free: readonly NodeId[]): Plan | undefined {
  const idle = free.filter(
    (id) => !isNamed(plan.faults, id) && plan.operations.every(({ client }) => client !== id),
  );
  return idle.length === 0 ? undefined : withoutHosts(plan, idle);
}

/** Each client's operations are tried with the first one that has any. */
function mergeClients(search: Search): void {
  const busy = [...new Set(search.plan.operations.map(({ client }) => client))];
  for (const from of busy.slice(1)) {
    const { plan } = search;
    const to = plan.operations[0]?.client;
    if (to === undefined || to === from || !plan.clients.includes(from)) continue;
    const operations = plan.operations.map(
      (planned): PlannedOperation =>
        planned.client === from ? { ...planned, client: to } : planned,
    );
    search.try(withoutHosts({ ...plan, operations }, [from]));
  }
}

function isNamed(faults: readonly Fault[], id: NodeId): boolean {
  return faults.some((fault) => targetsOf(fault).includes(id));
}

/**
 * The plan without some hosts and whatever names them. Of the settings only the scenario knows what
 * they mean: what is left of them may be refused by its check.
 */
export function withoutHosts(plan: Plan, gone: readonly NodeId[]): Plan {
  const isGone = new Set(gone);
  const others = <Value>(byHost: Readonly<Record<NodeId, Value>>): Record<NodeId, Value> =>
    Object.fromEntries(Object.entries(byHost).filter(([id]) => !isGone.has(id)));
  const stays = (id: NodeId): boolean => !isGone.has(id);
  const { network, disk, clocks, cpu } = plan;
  // Who is left alone has a processor of its own.
  const shared = cpu.shared.map((group) => group.filter(stays)).filter(({ length }) => length > 1);
  return {
    ...plan,
    servers: plan.servers.filter(stays),
    clients: plan.clients.filter(stays),
    settings: withoutNames(plan.settings, isGone),
    core: plan.core.filter(stays),
    network: {
      ...network,
      links: network.links.filter(({ from, to }) => stays(from) && stays(to)),
    },
    disk: { ...disk, hosts: others(disk.hosts) },
    clocks: { ...clocks, hosts: others(clocks.hosts) },
    cpu: { ...cpu, hosts: others(cpu.hosts), shared },
    operations: plan.operations.filter(
      ({ client, operation: { id: _, ...fields } }) => stays(client) && !mentions(fields, isGone),
    ),
    faults: plan.faults.flatMap((fault) => withoutTargets(fault, stays) ?? []),
  };
}

/** Whether one of the names stands anywhere in plain data as a value. */
function mentions(value: Plain, names: ReadonlySet<string>): boolean {
  if (typeof value === "string") return names.has(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some((item: Plain) => mentions(item, names));
}

/** Plain data without the items of lists that are one of the names, and the fields named so. */
function withoutNames(value: Plain, names: ReadonlySet<string>): Plain {
  if (Array.isArray(value)) {
    const left = value.filter((item: Plain) => typeof item !== "string" || !names.has(item));
    return left.map((item: Plain) => withoutNames(item, names));
  }
  if (typeof value !== "object" || value === null) return value;
  // A plan is JSON: what is neither a list nor a value is a record.
  const left = Object.entries(value).filter(([field]) => !names.has(field));
  return Object.fromEntries(left.map(([field, item]) => [field, withoutNames(item, names)]));
}
