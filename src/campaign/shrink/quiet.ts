// Noise: what network, disks, clocks and processors do all through the run.

import { defaultDiskOptions } from "../../sim/disk/disk-options.ts";
import { defaultClockOptions } from "../../sim/host/clock.ts";
import { defaultCpuOptions } from "../../sim/host/cpu.ts";
import { defaultNetworkOptions, type NetworkOptions } from "../../sim/network/network-options.ts";
import type { Plan } from "../../sim/plan.ts";
import { constant, type Distribution } from "../../sim/random/distribution.ts";
import { type Micros, ms } from "../../sim/time.ts";
import { isEqual } from "./equal.ts";
import type { Search } from "./search.ts";

/** Parts of a plan that may be quiet. */
export type QuietPart = (typeof QUIET_PARTS)[number];

export const QUIET_PARTS = ["network", "disk", "clocks", "cpu"] as const;

/** A network on which every message arrives once, each after the same time; all else as default. */
export function isQuiet(plan: Plan, part: QuietPart): boolean {
  return isEqual(plan[part], quietPart(plan, part));
}

/** Takes the noise away: all at once if that will do, otherwise piece by piece. */
export function quieten(search: Search): void {
  if (search.supposes("conditions")) return;
  search.try(QUIET_PARTS.reduce(withQuiet, search.plan));
  for (const part of QUIET_PARTS) {
    search.try(withQuiet(search.plan, part));
    if (part === "network") quietenNetwork(search);
    if (part === "disk") quietenDisk(search);
  }
}

/** The plan with that part as quiet as it can be. */
export function withQuiet(plan: Plan, part: QuietPart): Plan {
  return { ...plan, [part]: quietPart(plan, part) };
}

function quietPart({ network, disk }: Plan, part: QuietPart): unknown {
  switch (part) {
    case "network": {
      // What carries messages, and when it gives up, is the system's, and no noise.
      const { transport, connectTimeout, streamTimeout } = network;
      const latency = constant(middleOf(network.latency));
      return { ...QUIET, latency, transport, connectTimeout, streamTimeout };
    }
    case "disk": {
      // Whether faults may do harm for good is part of the faults.
      const { damagedHostsMax } = disk;
      return { ...defaultDiskOptions, damagedHostsMax };
    }
    case "clocks":
      return defaultClockOptions;
    case "cpu":
      return defaultCpuOptions;
  }
}

const QUIET: NetworkOptions = { ...defaultNetworkOptions, latency: constant(0) };

/** One kind of noise after the other; at last the latency, which most depends on. */
function quietenNetwork(search: Search): void {
  if (isQuiet(search.plan, "network")) return;
  const quiet = quietPart(search.plan, "network") as NetworkOptions;
  const fields = [
    ...(["links", "bandwidth", "corruption", "reorder", "burstLoss", "duplication"] as const),
    ...(["loss", "bytesMax", "base"] as const),
  ];
  for (const field of fields) {
    const { plan } = search;
    if (isEqual(plan.network[field], quiet[field])) continue;
    search.try({ ...plan, network: { ...plan.network, [field]: quiet[field] } });
  }
  if (search.isSafety) alwaysOrNever(search);
  for (const latency of constantsFor(search.plan.network.latency)) {
    const { plan } = search;
    if (search.try({ ...plan, network: { ...plan.network, latency } })) return;
  }
}

/** What cannot be without copies needs fewer messages if there is a copy of each. */
function alwaysOrNever(search: Search): void {
  const { duplication, reorder, corruption } = search.plan.network;
  const loud: Partial<NetworkOptions>[] = [
    ...(duplication > 0 && duplication < 1 ? [{ duplication: 1 }] : []),
    ...(reorder.probability > 0 && reorder.probability < 1
      ? [{ reorder: { ...reorder, probability: 1 } }]
      : []),
    ...(corruption.probability > 0 && corruption.probability < 1
      ? [{ corruption: { ...corruption, probability: 1 } }]
      : []),
  ];
  for (const fields of loud) {
    search.try({ ...search.plan, network: { ...search.plan.network, ...fields } });
  }
}

function quietenDisk(search: Search): void {
  if (isQuiet(search.plan, "disk")) return;
  const { hosts, capacityBytes, sectorBytes } = defaultDiskOptions;
  for (const part of [{ hosts }, { capacityBytes }, { sectorBytes }]) {
    search.try({ ...search.plan, disk: { ...search.plan.disk, ...part } });
  }
  for (const syncLatency of constantsFor(search.plan.disk.syncLatency)) {
    const { plan } = search;
    if (search.try({ ...plan, disk: { ...plan.disk, syncLatency } })) return;
  }
}

/** Constants that a distribution may be replaced by: within its bounds, the likely ones first. */
export function constantsFor(distribution: Distribution): readonly Distribution[] {
  if (distribution.kind === "constant") return [];
  const { min, max } = boundsOf(distribution);
  const values = [middleOf(distribution), ms(1), ms(10), ms(100), min, max];
  const fitting = values.filter((value) => value >= min && value <= max);
  return [...new Set(fitting)].map(constant);
}

/** A round value from the middle of a distribution. */
function middleOf(distribution: Distribution): Micros {
  switch (distribution.kind) {
    case "constant":
      return distribution.value;
    case "uniform":
      return rounded((distribution.min + distribution.max) / 2);
    case "exponential":
      return rounded(distribution.mean);
    case "logNormal":
      return rounded(distribution.median);
    case "pareto":
      return rounded(distribution.min * 2);
    case "quantiles":
      return rounded(distribution.values[Math.floor(distribution.values.length / 2)]!);
  }
}

function boundsOf(distribution: Exclude<Distribution, { kind: "constant" }>): {
  readonly min: Micros;
  readonly max: Micros;
} {
  if (distribution.kind !== "quantiles") return distribution;
  return { min: distribution.values[0]!, max: distribution.values.at(-1)! };
}

/** One digit that counts: 2,550 is 3,000. */
export function rounded(value: number): number {
  if (value < 1) return 0;
  const unit = 10 ** (String(Math.floor(value)).length - 1);
  return Math.round(value / unit) * unit;
}
