import { checkCount, checkRecord } from "../check.ts";
import type { NodeId } from "../env.ts";
import {
  checkDistribution,
  checkDistributions,
  constant,
  type Distribution,
} from "../random/distribution.ts";
import { ms } from "../time.ts";

export interface DiskOptions {
  /** Time from a sync to its completion. */
  readonly syncLatency: Distribution;
  /** Hosts whose disks differ: the `syncLatency` of each. Default: none. */
  readonly hosts: Readonly<Record<NodeId, Distribution>>;
  /** What of a write a crash keeps whole or not at all. */
  readonly sectorBytes: number;
  /** What the files of a host may take together; 0: as much as they like. */
  readonly capacityBytes: number;
  /** So many hosts, at most, do faults damage whose harm is for good: see FaultAtlas. */
  readonly damagedHostsMax: number;
}

export const defaultDiskOptions: DiskOptions = {
  syncLatency: constant(ms(1)),
  hosts: {},
  sectorBytes: 512,
  capacityBytes: 0,
  damagedHostsMax: 0,
};

/** The time from a sync to its completion on the disk of a host. */
export function syncLatencyOn(
  host: NodeId,
  { syncLatency, hosts }: Pick<DiskOptions, "syncLatency" | "hosts">,
): Distribution {
  return (Object.hasOwn(hosts, host) ? hosts[host] : undefined) ?? syncLatency;
}

/** Checks disk options from outside; throws a UsageError that names the path. */
export function checkDiskOptions(
  value: unknown,
  path: string,
  hosts: readonly NodeId[],
): DiskOptions {
  const fields = { ...UNSAID, ...checkRecord(value, path, Object.keys(defaultDiskOptions)) };
  return {
    syncLatency: checkDistribution(fields.syncLatency, `${path}.syncLatency`),
    hosts: checkDistributions(fields.hosts, `${path}.hosts`, hosts),
    sectorBytes: checkCount(fields.sectorBytes, `${path}.sectorBytes`, 1),
    capacityBytes: checkCount(fields.capacityBytes, `${path}.capacityBytes`, 0),
    damagedHostsMax: checkCount(fields.damagedHostsMax, `${path}.damagedHostsMax`, 0),
  };
}

/** What a plan that says nothing of them means. */
const UNSAID: Readonly<Record<string, unknown>> = {
  ...{ hosts: {}, capacityBytes: 0, damagedHostsMax: 0 },
};
