// Faults of whole hosts.

import type { FaultDefinition, FaultWorld, Target } from "./definition.ts";

export type HostFault =
  /** Power off: memory and what was not synced are lost (see VirtualDisk); on again at the end. */
  | { readonly kind: "crash"; readonly hosts: readonly Target[] }
  /** The process exits and the machine stays up: memory is lost, the files are not. */
  | { readonly kind: "stop"; readonly hosts: readonly Target[] };

/** Who went down, by host index, and how many of them had been up. */
interface DownMark {
  readonly hosts: readonly number[];
  readonly killed: number;
}

export const hostFaults: {
  readonly [Kind in HostFault["kind"]]: FaultDefinition<
    Extract<HostFault, { kind: Kind }>,
    DownMark
  >;
} = {
  crash: down("crash"),
  stop: down("stop"),
};

function down<Kind extends "crash" | "stop">(
  kind: Kind,
): FaultDefinition<{ readonly kind: Kind; readonly hosts: readonly Target[] }, DownMark> {
  return {
    check: (read) => ({ hosts: read.targets("hosts") }),
    targets: ({ hosts }) => hosts,
    describe: ({ hosts }) => `${kind} ${hosts.join(" ")}`,
    begin: ({ hosts }, struck, world) => takeDown(kind, struck(hosts), world),
    end: ({ hosts }, world) => {
      for (const index of hosts) if (world.hosts[index]!.release()) world.onUp(index);
    },
    isEffective: ({ killed }) => killed > 0,
  };
}

function takeDown(kind: "crash" | "stop", hosts: readonly number[], world: FaultWorld): DownMark {
  let killed = 0;
  for (const index of hosts) {
    if (world.hosts[index]!.hold()) killed++;
    world.onDown(index, kind);
  }
  return { hosts, killed };
}
