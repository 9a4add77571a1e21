// The weather that a network's options make for the whole run, as conditions that begin with it.

import type { NodeId } from "../env.ts";
import type { FaultCount } from "../faults/fault-count.ts";
import { type Sampler, sample, sampler } from "../random/distribution.ts";
import { Noise, subjectKey } from "../random/random.ts";
import type { Micros } from "../time.ts";
import type { Condition } from "./condition.ts";
import type { ConditionsState } from "./conditions.ts";
import type { LinkOptions, NetworkOptions } from "./network-options.ts";
import type { Application } from "./passage.ts";

/**
 * Everything that the options switch on but latency, loss and duplication, which the network does
 * itself. Links with equal options share one condition, so that they share the lines of a host.
 */
export function baseConditions(
  hosts: readonly NodeId[],
  options: NetworkOptions,
): readonly Application[] {
  const found = new Map<string, { condition: Condition; links: number[] }>();
  for (const [link, own] of byLink(hosts, options).entries()) {
    for (const condition of conditionsOf(own)) {
      const key = JSON.stringify(condition);
      const same = found.get(key) ?? { condition, links: [] };
      same.links.push(link);
      found.set(key, same);
    }
  }
  return [...found.values()].map(({ condition, links }) => ({
    ...{ condition, links, types: [], name: BASE_NAMES[condition.kind] },
  }));
}

/**
 * By link, what its hosts are apart; undefined when none are. By the names of the pair alone, so
 * that other hosts do not count.
 */
export function baseLatencies(
  hosts: readonly NodeId[],
  seed: string,
  options: NetworkOptions,
): Float64Array | undefined {
  if ([options, ...options.links].every(({ base }) => isZero(base))) return undefined;
  const noise = new Noise(seed, "base latency");
  const samplers = new Map<string, Sampler>();
  const latencies = byLink(hosts, options).map(({ base }, link): Micros => {
    const pair = [hosts[Math.floor(link / hosts.length)]!, hosts[link % hosts.length]!];
    if (pair[0] === pair[1]) return 0;
    const key = JSON.stringify(base);
    const ready = samplers.get(key) ?? sampler(base);
    samplers.set(key, ready);
    return sample(ready, noise.draw(subjectKey(pair.sort().join(" - ")), 0));
  });
  return Float64Array.from(latencies);
}

/** What the network remembers of what its options did. */
interface Acted {
  readonly sent: Int32Array;
  readonly lost: number;
  readonly duplicated: number;
  readonly conditions: ConditionsState;
}

/**
 * By kind of weather: offered when the options switch it on anywhere, injected when a message came
 * under it, effective when it changed a delivery.
 */
export function accountOf(
  options: NetworkOptions,
  state: Acted,
  profileOf: (link: number) => number,
): ReadonlyMap<string, FaultCount> {
  const counts = new Map<string, FaultCount>();
  const add = (name: string, isInjected: boolean, isEffective: boolean): void => {
    const before = counts.get(name);
    counts.set(name, {
      offered: 1,
      injected: isInjected || before?.injected === 1 ? 1 : 0,
      effective: isEffective || before?.effective === 1 ? 1 : 0,
    });
  };
  for (const kind of ["loss", "duplication"] as const) {
    const isOn = [options, ...options.links].map((link) => link[kind] > 0);
    if (!isOn.includes(true)) continue;
    const isMet = state.sent.some((count, link) => count > 0 && isOn[profileOf(link)]!);
    add(BASE_NAMES[kind], isMet, (kind === "loss" ? state.lost : state.duplicated) > 0);
  }
  for (const { name, met, changed } of state.conditions.active) {
    const base = name.split("#")[0]!;
    if (base.startsWith(BASE)) add(base, met > 0, changed > 0);
  }
  return counts;
}

const BASE = "network ";

const BASE_NAMES: Readonly<Record<Condition["kind"], string>> = {
  loss: `${BASE}loss`,
  burstLoss: `${BASE}burst loss`,
  sizeLimit: `${BASE}size limit`,
  bandwidth: `${BASE}bandwidth`,
  corruption: `${BASE}corruption`,
  reorder: `${BASE}reordering`,
  latency: `${BASE}latency`,
  duplication: `${BASE}duplication`,
};

/** The options of each link, by number. */
function byLink(hosts: readonly NodeId[], options: NetworkOptions): readonly LinkOptions[] {
  const all = Array.from({ length: hosts.length ** 2 }, (): LinkOptions => options);
  for (const link of options.links) {
    all[hosts.indexOf(link.from) * hosts.length + hosts.indexOf(link.to)] = link;
  }
  return all;
}

function conditionsOf(options: LinkOptions): readonly Condition[] {
  const { burstLoss, bytesMax, bandwidth, corruption, reorder } = options;
  return [
    ...(burstLoss.enter > 0 ? [{ kind: "burstLoss", ...burstLoss } as const] : []),
    ...(bytesMax > 0 ? [{ kind: "sizeLimit", bytesMax } as const] : []),
    ...bandwidth.map((line) => ({ kind: "bandwidth", ...line }) as const),
    ...(corruption.probability > 0 ? [{ kind: "corruption", ...corruption } as const] : []),
    ...(reorder.probability > 0 ? [{ kind: "reorder", ...reorder } as const] : []),
  ];
}

function isZero(base: LinkOptions["base"]): boolean {
  return base.kind === "constant" && base.value === 0;
}
