// Faults of disks. Where several are at work on one host, delays add up, the smallest room counts,
// and a sync or a write suffers if any of them strikes it.

import { assert } from "../assert.ts";
import type { Trouble, TroubleKind } from "../disk/disk-trouble.ts";
import type { Host } from "../host/host.ts";
import { type Distribution, describeDistribution } from "../random/distribution.ts";
import { subjectKey } from "../random/random.ts";
import type { Micros } from "../time.ts";
import type { FaultDefinition, FaultWorld, Struck, Target } from "./definition.ts";

export type DiskFault =
  | SlowDiskFault
  | DiskFullFault
  | FailedSyncFault
  | LostWritesFault
  | MisdirectedWritesFault
  | BitRotFault;

/** Each sync that begins takes longer by a draw of `added`. */
interface SlowDiskFault {
  readonly kind: "slowDisk";
  readonly hosts: readonly Target[];
  readonly added: Distribution;
}

/**
 * The disk takes at most `freeBytes` more than its files hold when the fault begins. To remove or
 * cut a file frees room. What would take more is refused with the error `full`.
 */
interface DiskFullFault {
  readonly kind: "diskFull";
  readonly hosts: readonly Target[];
  readonly freeBytes: number;
}

/**
 * A sync that comes back while the fault lasts does so with the error `io`. What it covered is
 * read as before, no later sync makes it durable, and a crash may lose it: see VirtualDisk.abandon.
 */
interface FailedSyncFault {
  readonly kind: "failedSync";
  readonly hosts: readonly Target[];
  /** Of each sync. */
  readonly probability: number;
}

/**
 * A sync that comes back while the fault lasts says that all is durable, and the bytes of some
 * write have never reached the medium. Reads show them until a crash has emptied the page cache.
 */
interface LostWritesFault {
  readonly kind: "lostWrites";
  readonly hosts: readonly Target[];
  /** Of each write. */
  readonly probability: number;
}

/**
 * As with lost writes; and the bytes have reached the medium at the place of another sector of the
 * same or another durable file, which shows after a crash.
 */
interface MisdirectedWritesFault {
  readonly kind: "misdirectedWrites";
  readonly hosts: readonly Target[];
  /** Of each write. */
  readonly probability: number;
}

/** When it begins, bits of durable bytes flip, for reads at once; they stay so after its end. */
interface BitRotFault {
  readonly kind: "bitRot";
  readonly hosts: readonly Target[];
  /** The files that it may strike; none: all. */
  readonly files: readonly string[];
  /** How many bits of each host flip. */
  readonly bits: number;
  /** So much at the end of each file is spared: what a program cannot tell from a torn write. */
  readonly sparedBytes: number;
}

/** By which number the hosts know the fault. */
interface DiskMark {
  readonly hosts: readonly number[];
  readonly subject: number;
}

interface RotMark {
  readonly flipped: number;
}

export const diskFaults: {
  readonly [Kind in DiskFault["kind"]]: FaultDefinition<
    Extract<DiskFault, { kind: Kind }>,
    Kind extends "bitRot" ? RotMark : DiskMark
  >;
} = {
  slowDisk: {
    check: (read) => ({ hosts: read.targets("hosts"), added: read.distribution("added") }),
    targets: ({ hosts }) => hosts,
    describe: ({ hosts, added }) =>
      `syncs take ${describeDistribution(added)} longer on ${words(hosts)}`,
    begin: ({ kind, at, hosts, added }, struck, world) =>
      begin(`${kind} ${at}`, struck(hosts), world, () => ({ kind: "slow", added })),
    end,
    isEffective,
  },
  diskFull: {
    check: (read) => ({ hosts: read.targets("hosts"), freeBytes: read.count("freeBytes", 0) }),
    targets: ({ hosts }) => hosts,
    sets: ({ hosts, freeBytes }) =>
      hosts.map((host) => [`amount of free space on ${host}`, freeBytes]),
    describe: ({ hosts, freeBytes }) => `${freeBytes} bytes free on the disk of ${words(hosts)}`,
    begin: ({ kind, at, hosts, freeBytes }, struck, world) =>
      begin(`${kind} ${at}`, struck(hosts), world, ({ disk }) => ({
        kind: "full",
        limitBytes: disk.state.usedBytes + freeBytes,
      })),
    end,
    isEffective,
  },
  failedSync: chancy("failedSync", "failedSync", "syncs fail", false),
  lostWrites: chancy("lostWrites", "lostWrite", "writes are lost", true),
  misdirectedWrites: chancy("misdirectedWrites", "misdirectedWrite", "writes go astray", true),
  bitRot: {
    isDamaging: true,
    check: (read) => ({
      hosts: read.targets("hosts"),
      files: read.texts("files"),
      bits: read.count("bits", 1, 1_000_000),
      sparedBytes: read.count("sparedBytes", 0),
    }),
    targets: ({ hosts }) => hosts,
    describe: ({ hosts, files, bits }) =>
      `${bits} bits rot in ${files.length === 0 ? "files" : files.join(" ")} of ${words(hosts)}`,
    begin: beginRot,
    end: () => undefined,
    isEffective: ({ flipped }) => flipped > 0,
  },
};

type Chancy = FailedSyncFault | LostWritesFault | MisdirectedWritesFault;

function chancy<Kind extends Chancy["kind"]>(
  kind: Kind,
  trouble: Extract<TroubleKind, { readonly probability: number }>["kind"],
  what: string,
  isDamaging: boolean,
): FaultDefinition<Omit<Chancy, "kind"> & { readonly kind: Kind }, DiskMark> {
  return {
    isDamaging,
    check: (read) => ({
      hosts: read.targets("hosts"),
      probability: read.probability("probability"),
    }),
    targets: ({ hosts }) => hosts,
    describe: ({ hosts, probability }) =>
      `${what} with probability ${probability} on ${words(hosts)}`,
    begin: ({ at, hosts, probability }, struck, world) =>
      begin(`${kind} ${at}`, struck(hosts), world, () => ({ kind: trouble, probability })),
    end,
    isEffective,
  };
}

/** Draws of a fault depend on nothing but its kind, when it was to begin, and the host. */
function begin(
  name: string,
  hosts: readonly number[],
  world: FaultWorld,
  troubleOf: (host: Host) => TroubleKind,
): DiskMark {
  const subject = subjectKey(name);
  for (const index of hosts) {
    const host = world.hosts[index]!;
    const trouble: Trouble = {
      subject: subject ^ subjectKey(host.id),
      struck: 0,
      ...troubleOf(host),
    };
    host.disk.afflict(trouble);
  }
  return { hosts, subject };
}

function end({ hosts, subject }: DiskMark, world: FaultWorld): void {
  for (const index of hosts) {
    const { id, disk } = world.hosts[index]!;
    disk.relieve(subject ^ subjectKey(id));
  }
}

/** Whether a sync took longer or failed, a write was refused, lost or misdirected. */
function isEffective({ hosts, subject }: DiskMark, world: FaultWorld): boolean {
  return hosts.some((index) => {
    const { id, disk } = world.hosts[index]!;
    const trouble = disk.trouble(subject ^ subjectKey(id));
    assert(trouble !== undefined, "no trouble of", id, subject);
    return trouble.struck > 0;
  });
}

function beginRot(
  { kind, at, hosts, files, bits, sparedBytes }: BitRotFault & { readonly at: Micros },
  struck: Struck,
  world: FaultWorld,
): RotMark {
  const subject = subjectKey(`${kind} ${at}`);
  let flipped = 0;
  for (const index of struck(hosts)) {
    const { id, disk } = world.hosts[index]!;
    const chosen = disk
      .durableSizes()
      .filter(([name]) => files.length === 0 || files.includes(name))
      .map(([name, sizeBytes]) => [name, Math.max(0, sizeBytes - sparedBytes)] as const);
    const total = chosen.reduce((sum, [, sizeBytes]) => sum + sizeBytes, 0);
    const seen = new Set<number>();
    for (let n = 0; n < bits && total > 0; n++) {
      const place = Math.floor((world.draw(subject ^ subjectKey(id), n) / 2 ** 32) * total * 8);
      // A bit that flips twice has not rotted.
      if (seen.has(place)) continue;
      seen.add(place);
      flip(disk, chosen, place);
      flipped++;
    }
  }
  return { flipped };
}

/** Flips the bit of that number among those of all files. */
function flip(
  disk: Host["disk"],
  files: readonly (readonly [string, number])[],
  bit: number,
): void {
  let at = Math.floor(bit / 8);
  for (const [name, sizeBytes] of files) {
    if (at < sizeBytes) {
      disk.rot(name, at, bit % 8);
      return;
    }
    at -= sizeBytes;
  }
}

function words(hosts: readonly Target[]): string {
  return hosts.join(" ");
}
