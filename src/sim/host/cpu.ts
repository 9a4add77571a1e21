import { UsageError } from "../assert.ts";
import { checkDistinct, checkList, checkOneOf, checkRecord } from "../check.ts";
import type { NodeId } from "../env.ts";
import {
  checkDistribution,
  checkDistributions,
  constant,
  type Distribution,
} from "../random/distribution.ts";

/** How much of its host's time each event takes, all through the run. */
export interface CpuOptions {
  /** An event is handled when so much time has passed; events wait for each other. */
  readonly perEvent: Distribution;
  /** Hosts that differ. */
  readonly hosts: Readonly<Record<NodeId, Distribution>>;
  /**
   * Hosts whose programs run on one processor, a list for each: they take turns, an event each.
   * Faults strike each of them by itself. Default: every host has a processor of its own.
   */
  readonly shared: readonly (readonly NodeId[])[];
}

/** Events take no time. */
export const defaultCpuOptions: CpuOptions = { perEvent: constant(0), hosts: {}, shared: [] };

/** What each event costs a host; undefined when that is always nothing. */
export function costOn(host: NodeId, { perEvent, hosts }: CpuOptions): Distribution | undefined {
  const cost = (Object.hasOwn(hosts, host) ? hosts[host] : undefined) ?? perEvent;
  return cost.kind === "constant" && cost.value === 0 ? undefined : cost;
}

/** Checks processor options from outside; throws a UsageError that names the path. */
export function checkCpuOptions(
  value: unknown,
  path: string,
  hosts: readonly NodeId[],
): CpuOptions {
  const known = Object.keys(defaultCpuOptions);
  const fields = { ...UNSAID, ...checkRecord(value, path, known) };
  return {
    perEvent: checkDistribution(fields.perEvent, `${path}.perEvent`),
    hosts: checkDistributions(fields.hosts, `${path}.hosts`, hosts),
    shared: checkShared(fields.shared, `${path}.shared`, hosts),
  };
}

/** What a plan that says nothing of it means. */
const UNSAID: Readonly<Record<string, unknown>> = { shared: [] };

function checkShared(value: unknown, path: string, hosts: readonly NodeId[]): NodeId[][] {
  const shared = checkList(value, path).map((group, i) => {
    const ids = checkList(group, `${path}[${i}]`);
    if (ids.length < 2) {
      throw new UsageError(`${path}[${i}]: expected at least two hosts, got ${ids.length}`);
    }
    return ids.map((id, j) => checkOneOf(id, `${path}[${i}][${j}]`, hosts));
  });
  checkDistinct(shared.flat(), path);
  return shared;
}
