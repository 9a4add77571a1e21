// Faults of whole hosts: their power, their process, their processor and their memory. Overlapping
// ones on a host are counted: it comes back, or goes on, when the last of them has ended.

import { type CrashPoint, isCrashPoint } from "../host/crash-points.ts";
import { type Distribution, describeDistribution } from "../random/distribution.ts";
import type { FaultDefinition, FaultWorld, Target } from "./definition.ts";

export type HostFault =
  | DownFault<"crash">
  | DownFault<"stop">
  | DownFault<"wipe">
  | PauseFault
  | SlowCpuFault
  | MemoryLimitFault
  | CrashPointFault;

/**
 * `crash`: power off: memory and what was not synced are lost (see VirtualDisk); on again at the
 * end. `stop`: the process exits and the machine stays up: memory is lost, the files are not.
 * `wipe`: power off, and the machine that comes in its place at the end has an empty disk. It is a
 * damaging fault: see FaultAtlas.
 */
interface DownFault<Kind extends "crash" | "stop" | "wipe"> {
  readonly kind: Kind;
  readonly hosts: readonly Target[];
}

/**
 * The machine stands still, as under SIGSTOP, a long collection of garbage or a migration: what
 * comes (messages, timers, news of syncs, operations, its own start) waits, and is handled at the
 * end in the order in which it came. Its disk works on; a crash takes what waits.
 */
interface PauseFault {
  readonly kind: "pause";
  readonly hosts: readonly Target[];
}

/**
 * Every event occupies the host for a time, in true microseconds: its handler runs at the end of
 * it, and the next waits. Overlapping ones, and the run's own `cpu`, add up.
 */
interface SlowCpuFault {
  readonly kind: "slowCpu";
  readonly hosts: readonly Target[];
  readonly perEvent: Distribution;
}

/**
 * A node whose gauges sum up to more than `bytesMax` is killed right as it says so, as by `stop`,
 * and started again 100 ms later, or at the end if that is sooner. The least limit holds.
 */
interface MemoryLimitFault {
  readonly kind: "memoryLimit";
  readonly hosts: readonly Target[];
  readonly bytesMax: number;
}

/**
 * The power fails when the program comes to a point that it has passed `after` times since the
 * fault began, once, and comes back at the end. Its handler goes no further.
 */
interface CrashPointFault {
  readonly kind: "crashPoint";
  readonly hosts: readonly Target[];
  readonly point: CrashPoint;
  readonly after: number;
}

type Definition<Kind extends HostFault["kind"], Mark> = FaultDefinition<
  Extract<HostFault, { kind: Kind }>,
  Mark
>;

/** Who went down, by host index, and how many of them lost something by it. */
interface DownMark {
  readonly hosts: readonly number[];
  readonly struck: number;
}

function down<Kind extends "crash" | "stop" | "wipe">(
  kind: Kind,
): FaultDefinition<DownFault<Kind>, DownMark> {
  return {
    isDamaging: kind === "wipe",
    check: (read) => ({ hosts: read.targets("hosts") }),
    targets: ({ hosts }) => hosts,
    describe: ({ hosts }) => `${kind} ${hosts.join(" ")}`,
    begin: ({ hosts }, struck, world) => takeDown(kind, struck(hosts), world),
    end: ({ hosts }, world) => {
      for (const index of hosts) letUp(index, world);
    },
    isEffective: ({ struck }) => struck > 0,
  };
}

function takeDown(
  kind: DownFault<"crash" | "stop" | "wipe">["kind"],
  hosts: readonly number[],
  world: FaultWorld,
): DownMark {
  let struck = 0;
  for (const index of hosts) {
    const host = world.hosts[index]!;
    const hadData = kind === "wipe" && host.disk.list().length > 0;
    if (host.hold() || hadData) struck++;
    world.onDown(index, kind);
  }
  return { hosts, struck };
}

function letUp(index: number, world: FaultWorld): void {
  if (world.hosts[index]!.release()) world.onUp(index);
}

/** Who is paused, and how many events pauses had held up there before. */
interface PauseMark {
  readonly hosts: readonly number[];
  readonly heldUpBefore: number;
}

const pause: Definition<"pause", PauseMark> = {
  check: (read) => ({ hosts: read.targets("hosts") }),
  targets: ({ hosts }) => hosts,
  describe: ({ hosts }) => `pause ${hosts.join(" ")}`,
  begin: ({ hosts: targets }, struck, world) => {
    const hosts = struck(targets);
    const heldUpBefore = heldUp(hosts, world);
    for (const index of hosts) world.hosts[index]!.inbox.pause();
    return { hosts, heldUpBefore };
  },
  end: ({ hosts }, world) => {
    for (const index of hosts) world.hosts[index]!.inbox.resume();
  },
  isEffective: ({ hosts, heldUpBefore }, world) => heldUp(hosts, world) > heldUpBefore,
};

function heldUp(hosts: readonly number[], world: FaultWorld): number {
  return hosts.reduce((sum, index) => sum + world.hosts[index]!.inbox.state.heldUp, 0);
}

/** What was put on each host: a number there. */
interface NumberedMark {
  readonly hosts: readonly { readonly index: number; readonly number: number }[];
}

const slowCpu: Definition<"slowCpu", NumberedMark> = {
  check: (read) => ({ hosts: read.targets("hosts"), perEvent: read.distribution("perEvent") }),
  targets: ({ hosts }) => hosts,
  describe: ({ hosts, perEvent }) =>
    `slow processor on ${hosts.join(" ")}, ${describeDistribution(perEvent)} an event`,
  begin: ({ hosts, perEvent }, struck, world) => ({
    hosts: struck(hosts).map((index) => {
      return { index, number: world.hosts[index]!.inbox.load(perEvent) };
    }),
  }),
  end: ({ hosts }, world) => {
    for (const { index, number } of hosts) world.hosts[index]!.inbox.unload(number);
  },
  isEffective: ({ hosts }, world) =>
    hosts.some(({ index, number }) => world.hosts[index]!.inbox.slowedBy(number) > 0),
};

const memoryLimit: Definition<"memoryLimit", NumberedMark> = {
  check: (read) => ({ hosts: read.targets("hosts"), bytesMax: read.count("bytesMax", 0) }),
  targets: ({ hosts }) => hosts,
  sets: ({ hosts, bytesMax }) => hosts.map((host) => [`memory limit of ${host}`, bytesMax]),
  describe: ({ hosts, bytesMax }) => `memory of ${bytesMax} bytes on ${hosts.join(" ")}`,
  begin: ({ hosts: targets, bytesMax }, struck, world) => {
    const hosts = struck(targets).map((index) => {
      return { index, number: world.hosts[index]!.memory.limit(bytesMax) };
    });
    for (const { index } of hosts) world.onMemoryLimit(index);
    return { hosts };
  },
  end: ({ hosts }, world) => {
    for (const { index, number } of hosts) {
      const host = world.hosts[index]!;
      host.memory.unlimit(number);
      if (host.mayBoot) world.onUp(index);
    }
  },
  isEffective: ({ hosts }, world) =>
    hosts.some(({ index, number }) => world.hosts[index]!.memory.killsBy(number) > 0),
};

const crashPoint: Definition<"crashPoint", NumberedMark> = {
  check: (read) => ({
    hosts: read.targets("hosts"),
    point: read.text("point", POINTS, isCrashPoint),
    after: read.count("after", 0),
  }),
  targets: ({ hosts }) => hosts,
  describe: ({ hosts, point, after }) =>
    `crash ${hosts.join(" ")} at "${point}"${after === 0 ? "" : ` after ${after} more`}`,
  begin: ({ hosts, point, after }, struck, world) => ({
    hosts: struck(hosts).map((index) => {
      return { index, number: world.hosts[index]!.arm(point, after) };
    }),
  }),
  end: ({ hosts }, world) => {
    for (const { index, number } of hosts) {
      if (world.hosts[index]!.disarm(number)) letUp(index, world);
    }
  },
  isEffective: ({ hosts }, world) =>
    hosts.some(({ index, number }) => world.hosts[index]!.points.hasSprung(number)),
};

const POINTS = '"before sync", "after sync", "between sends" or "emit" and the name of an event';

export const hostFaults: {
  readonly [Kind in HostFault["kind"]]: FaultDefinition<Extract<HostFault, { kind: Kind }>>;
} = {
  crash: down("crash"),
  stop: down("stop"),
  wipe: down("wipe"),
  pause,
  slowCpu,
  memoryLimit,
  crashPoint,
};
