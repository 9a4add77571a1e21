// Which links a fault concerns, by host index. Never that of a host to itself, and none twice.

import type { Link } from "../network/cut.ts";

type Hosts = readonly number[];

/** Links between hosts of different groups; a host in two groups belongs to the first. */
export function between(groups: readonly Hosts[]): Link[] {
  const groupOf = new Map<number, number>();
  groups.forEach((group, i) => {
    for (const host of group) if (!groupOf.has(host)) groupOf.set(host, i);
  });
  const hosts = [...groupOf.keys()];
  return pairs(hosts, hosts).filter(([from, to]) => groupOf.get(from) !== groupOf.get(to));
}

/** Links from and to each of the hosts. */
export function around(hosts: Hosts, hostCount: number): Link[] {
  const everybody = Array.from({ length: hostCount }, (_, i) => i);
  const cut = new Set(hosts);
  return pairs(everybody, everybody).filter(([from, to]) => cut.has(from) || cut.has(to));
}

/** Links from each of `from` to each of `to`, and those back if both ways are meant. */
export function pairs(from: Hosts, to: Hosts, bothWays = false): Link[] {
  const there = from.flatMap((a) => to.filter((b) => b !== a).map((b): Link => [a, b]));
  if (!bothWays) return there;
  const back = pairs(to, from).filter(([a, b]) => !(from.includes(a) && to.includes(b)));
  return [...there, ...back];
}

/** Links between hosts that are further apart on the ring than {@link ringReach}. */
export function acrossRing(ring: Hosts): Link[] {
  const reach = ringReach(ring.length);
  const placeOf = new Map(ring.map((host, place) => [host, place]));
  return pairs(ring, ring).filter(([from, to]) => {
    const way = Math.abs(placeOf.get(from)! - placeOf.get(to)!);
    return Math.min(way, ring.length - way) > reach;
  });
}

/**
 * How many neighbours on either side a host of a ring must reach, so that it and they are a
 * majority of `hostCount`, and no fewer would do.
 */
export function ringReach(hostCount: number): number {
  return Math.floor((hostCount + 2) / 4);
}
