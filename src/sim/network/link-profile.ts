// What the network's fast path knows of each link.

import type { NodeId } from "../env.ts";
import { type Distribution, type Sampler, sampler } from "../random/distribution.ts";
import { subjectKey } from "../random/random.ts";
import type { LinkOptions, NetworkOptions } from "./network-options.ts";

/** By name and not by number, so that a host that is left out changes no other link. */
export function linkSubjects(hosts: readonly NodeId[]): Int32Array {
  const subjects = new Int32Array(hosts.length * hosts.length);
  hosts.forEach((from, i) => {
    hosts.forEach((to, j) => {
      subjects[i * hosts.length + j] = subjectKey(`${from}->${to}`);
    });
  });
  return subjects;
}

/** By link, 0 for the options of all links or 1 + its own; undefined when no link has its own. */
export function profileOf(
  hosts: readonly NodeId[],
  { links }: NetworkOptions,
): Uint16Array | undefined {
  if (links.length === 0) return undefined;
  const profiles = new Uint16Array(hosts.length * hosts.length);
  links.forEach(({ from, to }, i) => {
    profiles[hosts.indexOf(from) * hosts.length + hosts.indexOf(to)] = i + 1;
  });
  return profiles;
}

/** Link options with probabilities as thresholds for 32-bit draws. */
export interface Profile {
  readonly latency: Sampler;
  readonly loss: number;
  readonly duplication: number;
}

/** All profiles: that of every link, and those of the options' `links`. */
export function profiles(options: NetworkOptions): readonly Profile[] {
  // A table of quantiles takes a while to make, and a plan may name 10,000 links.
  const samplers = new Map<string, Sampler>();
  const ready = (latency: Distribution): Sampler => {
    const key = JSON.stringify(latency);
    const made = samplers.get(key) ?? sampler(latency);
    samplers.set(key, made);
    return made;
  };
  return [options, ...options.links].map(({ latency, loss, duplication }: LinkOptions) => ({
    latency: ready(latency),
    loss: Math.round(loss * 2 ** 32),
    duplication: Math.round(duplication * 2 ** 32),
  }));
}
