// Cuts: links on which no message passes.

import type { Network } from "../network.ts";
import type { FaultDefinition, FaultReader, FaultWorld, Target } from "./definition.ts";

export type CutFault = PartitionFault | IsolateFault | OneWayFault;

/** No message passes between two groups; hosts in no group reach everybody. */
interface PartitionFault {
  readonly kind: "partition";
  readonly groups: readonly (readonly Target[])[];
  readonly inFlight: InFlight;
}

/** Each of the hosts is cut off from everybody, the others on the list included. */
interface IsolateFault {
  readonly kind: "isolate";
  readonly hosts: readonly Target[];
  readonly inFlight: InFlight;
}

/** No message passes from one of `from` to one of `to`; the way back stays open. */
interface OneWayFault {
  readonly kind: "oneWay";
  readonly from: readonly Target[];
  readonly to: readonly Target[];
  readonly inFlight: InFlight;
}

/** What a cut does to messages that are under way when it begins. */
export type InFlight = "lose" | "deliver";

/** What is cut, by host index, and how many messages cuts had stopped there before. */
interface CutMark {
  readonly links: readonly Link[];
  readonly stoppedBefore: number;
}

type Link = readonly [from: number, to: number];

export const cuts: {
  readonly [Kind in CutFault["kind"]]: FaultDefinition<Extract<CutFault, { kind: Kind }>, CutMark>;
} = {
  partition: {
    check: (read) => ({ groups: read.groups("groups"), inFlight: readInFlight(read) }),
    targets: ({ groups }) => groups.flat(),
    describe: (fault) =>
      `partition ${fault.groups.map((group) => group.join(" ")).join(" | ")}${tail(fault)}`,
    begin: ({ groups, inFlight }, struck, world) =>
      begin(between(groups.map(struck)), inFlight, world),
    end,
    isEffective,
  },
  isolate: {
    check: (read) => ({ hosts: read.targets("hosts"), inFlight: readInFlight(read) }),
    targets: ({ hosts }) => hosts,
    describe: (fault) => `isolate ${fault.hosts.join(" ")}${tail(fault)}`,
    begin: ({ hosts, inFlight }, struck, world) =>
      begin(around(struck(hosts), world.hosts.length), inFlight, world),
    end,
    isEffective,
  },
  oneWay: {
    check: (read) => ({
      from: read.targets("from"),
      to: read.targets("to"),
      inFlight: readInFlight(read),
    }),
    targets: ({ from, to }) => [...from, ...to],
    describe: (fault) => `cut ${fault.from.join(" ")} -> ${fault.to.join(" ")}${tail(fault)}`,
    begin: ({ from, to, inFlight }, struck, world) =>
      begin(pairs(struck(from), struck(to)), inFlight, world),
    end,
    isEffective,
  },
};

function readInFlight(read: FaultReader): InFlight {
  return read.oneOf("inFlight", ["lose", "deliver"]);
}

function tail({ inFlight }: { readonly inFlight: InFlight }): string {
  return inFlight === "lose" ? ", messages in flight are lost" : "";
}

function begin(links: readonly Link[], inFlight: InFlight, { network }: FaultWorld): CutMark {
  const stoppedBefore = stopped(network, links);
  for (const [from, to] of links) network.cut(from, to, inFlight === "lose");
  return { links, stoppedBefore };
}

function end({ links }: CutMark, { network }: FaultWorld): void {
  for (const [from, to] of links) network.heal(from, to);
}

/** Whether a message was stopped. */
function isEffective({ links, stoppedBefore }: CutMark, { network }: FaultWorld): boolean {
  return stopped(network, links) > stoppedBefore;
}

function stopped(network: Network, links: readonly Link[]): number {
  return links.reduce((sum, [from, to]) => sum + network.stoppedOn(from, to), 0);
}

/** Links between hosts of different groups; a host in two groups belongs to the first. */
function between(groups: readonly (readonly number[])[]): Link[] {
  const groupOf = new Map<number, number>();
  groups.forEach((group, i) => {
    for (const host of group) if (!groupOf.has(host)) groupOf.set(host, i);
  });
  const hosts = [...groupOf.keys()];
  return pairs(hosts, hosts).filter(([from, to]) => groupOf.get(from) !== groupOf.get(to));
}

/** Links from and to each of the hosts. */
function around(hosts: readonly number[], hostCount: number): Link[] {
  const everybody = Array.from({ length: hostCount }, (_, i) => i);
  const cut = new Set(hosts);
  return pairs(everybody, everybody).filter(([from, to]) => cut.has(from) || cut.has(to));
}

/** Links from each of `from` to each of `to`, but for those of a host to itself. */
function pairs(from: readonly number[], to: readonly number[]): Link[] {
  return from.flatMap((a) => to.filter((b) => b !== a).map((b): Link => [a, b]));
}
