import { checkRecord } from "../check.ts";
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
}

/** Events take no time. */
export const defaultCpuOptions: CpuOptions = { perEvent: constant(0), hosts: {} };

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
  const fields = checkRecord(value, path, ["perEvent", "hosts"]);
  return {
    perEvent: checkDistribution(fields.perEvent, `${path}.perEvent`),
    hosts: checkDistributions(fields.hosts, `${path}.hosts`, hosts),
  };
}
