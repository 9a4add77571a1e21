// The three machines of The Block's guide for several nodes, and the local network between them:
// where the scenarios of group L run.
//
// Hosts have the names that the guide gives their roles. Figures are the guide's where it has any:
// links of at least 100 Mbit/s and below 10 ms, Gigabit Ethernet at the PC, Wi-Fi at the Macs. How
// fast processors and disks are is ours. Memory and cores are not simulated: a machine has as much
// memory as it needs, and one processor for a program, or for all of `cpu.shared`.

import type { NodeId } from "../sim/env.ts";
import type { GivenNetwork } from "../sim/network/network-options.ts";
import { type Distribution, uniform } from "../sim/random/distribution.ts";
import type { PlanParts } from "../sim/scenario.ts";
import { ms, us } from "../sim/time.ts";

/** How a machine is joined to the local network. */
interface Line {
  /** Of a message to or from it, unless the other end takes longer. */
  readonly latency: Distribution;
  /** Of all that it sends, and of all that it is sent. */
  readonly bytesPerSecond: number;
}

interface Machine {
  /** How long work takes there, of what it takes on the PC. */
  readonly cpuFactor: number;
  readonly syncLatency: Distribution;
  readonly line: Line;
}

/** Gigabit Ethernet. */
const WIRE: Line = { latency: uniform(ms(1), ms(2)), bytesPerSecond: 125_000_000 };
/** Wi-Fi that bears 100 Mbit/s to each of two others. What it sends overtakes itself. */
const RADIO: Line = { latency: uniform(ms(1), ms(9)), bytesPerSecond: 25_000_000 };
/** Between programs on one machine. */
const LOOPBACK = uniform(us(20), us(100));

/** What the operating system takes of a burst before it has gone: nothing is too much. */
const QUEUE_BYTES = 64 * 1_024 * 1_024;

/** Its disk makes durable what it is told to, all the way, which takes longer. */
const MAC: Machine = { cpuFactor: 1.2, syncLatency: uniform(ms(2), ms(5)), line: RADIO };

/** By role: `node-pc`, `node-mac1` and `node-mac2` in the guide's file of hosts. */
const MACHINES = {
  primary: { cpuFactor: 1, syncLatency: uniform(us(500), ms(1)), line: WIRE },
  replica1: MAC,
  observer: MAC,
} as const satisfies Record<string, Machine>;

/** What a node of the guide's does: see {@link VALIDATORS}. */
export type Role = keyof typeof MACHINES;

export const PRIMARY = "primary";
export const REPLICA = "replica1";
/** Follows, and never votes; who collects metrics lives on its machine. */
export const OBSERVER = "observer";

export const ROLES: readonly Role[] = [PRIMARY, REPLICA, OBSERVER];
export const VALIDATORS: readonly Role[] = [PRIMARY, REPLICA];

/** How long work takes by role, for the settings of a chain. */
export const CPU_FACTORS: Readonly<Record<Role, number>> = {
  primary: MACHINES.primary.cpuFactor,
  replica1: MACHINES.replica1.cpuFactor,
  observer: MACHINES.observer.cpuFactor,
};

/** Hosts that are no machine of the three. */
export interface Visitors {
  /** Clients elsewhere on the local network. */
  readonly clients?: readonly NodeId[];
  /** Clients that live on one of the machines. */
  readonly locals?: Readonly<Record<NodeId, Role>>;
}

/**
 * The parts of a plan that say on what machines its nodes run, and what lies between them. Other
 * servers than those of the roles are as the defaults have them, and as far away as over Wi-Fi.
 */
export function theBlock3(
  roles: readonly Role[],
  { clients = [], locals = {} }: Visitors = {},
): Pick<PlanParts<never>, "network" | "disk"> & { readonly network: GivenNetwork } {
  const disks = roles.map((role) => [role, MACHINES[role].syncLatency] as const);
  return {
    network: {
      latency: RADIO.latency,
      links: [
        ...roles.flatMap((from) => roles.flatMap((to) => (from === to ? [] : [link(from, to)]))),
        // Over the wire of one end, and at the PC of both.
        ...(roles.includes(PRIMARY) ? clients : []).flatMap((client) =>
          bothWays(client, PRIMARY, WIRE.latency),
        ),
        ...Object.entries(locals).flatMap(([client, role]) => bothWays(client, role, LOOPBACK)),
      ],
    },
    disk: { hosts: Object.fromEntries(disks) },
  };
}

type Link = NonNullable<GivenNetwork["links"]>[number];

/** A message takes as long as over the slower end, and passes the lines of both. */
function link(from: Role, to: Role): Link {
  const [near, far] = [MACHINES[from].line, MACHINES[to].line];
  const queueBytes = QUEUE_BYTES;
  return {
    ...{ from, to, latency: near === WIRE ? far.latency : near.latency },
    bandwidth: [
      { bytesPerSecond: near.bytesPerSecond, queueBytes, per: "uplink" },
      { bytesPerSecond: far.bytesPerSecond, queueBytes, per: "downlink" },
    ],
  };
}

function bothWays(from: NodeId, to: NodeId, latency: Distribution): readonly Link[] {
  return [
    { from, to, latency },
    { from: to, to: from, latency },
  ];
}
