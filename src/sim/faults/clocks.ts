// Faults of clocks. Overlapping ones add up; what they have done to a wall clock is undone at their
// end. Kinds as in Jepsen's clock nemesis (bump, strobe) and in chrony's words (step, slew).

import { DRIFT_PPM_MAX, DRIFT_PPM_MIN, SHIFT_MAX } from "../host/clock.ts";
import type { Host } from "../host/host.ts";
import { formatTime, type Micros } from "../time.ts";
import type { FaultDefinition, FaultWorld, Struck, Target } from "./definition.ts";

export type ClockFault = ClockDriftFault | ClockStepFault | ClockSlewFault;

/**
 * The clocks, monotonic and wall, run faster by `ppm` millionths, or slower if negative; in
 * [-500,000, 1,000,000]. The sum of a host's drifts and of its own is kept within the same bounds.
 * Timers follow. At the end of the last drift of a host its wall clock is set right, in one step;
 * its monotonic clock keeps what it has gathered, as it must not jump.
 */
interface ClockDriftFault {
  readonly kind: "clockDrift";
  readonly hosts: readonly Target[];
  readonly ppm: number;
}

/** The wall clocks jump by `by`, forward or back if negative, and jump the other way at the end. */
interface ClockStepFault {
  readonly kind: "clockStep";
  readonly hosts: readonly Target[];
  /** In microseconds; up to some three years. */
  readonly by: Micros;
}

/**
 * The wall clocks run faster than the monotonic ones by `ppm` millionths, or slower if negative, as
 * when NTP slews them; in [-500,000, 1,000,000]. They jump to where they would be at the end. Slews
 * that overlap add up, and together may stop a wall clock or let it run backwards.
 */
interface ClockSlewFault {
  readonly kind: "clockSlew";
  readonly hosts: readonly Target[];
  readonly ppm: number;
}

/** Whose clock is wrong, and what their programs had been told by then. */
interface ClockMark {
  readonly hosts: readonly ClockedHost[];
  readonly change: number;
  readonly bitBefore: number;
}

interface ClockedHost {
  readonly index: number;
  /** Of a slew, its number on that host. */
  readonly number: number;
}

export const clockFaults: {
  readonly [Kind in ClockFault["kind"]]: FaultDefinition<
    Extract<ClockFault, { kind: Kind }>,
    ClockMark
  >;
} = {
  clockDrift: {
    check: (read) => ({ hosts: read.targets("hosts"), ppm: readPpm(read) }),
    targets: ({ hosts }) => hosts,
    describe: ({ hosts, ppm }) => `clock drift of ${signed(ppm)} ppm on ${hosts.join(" ")}`,
    begin: ({ hosts, ppm }, struck, world) =>
      begin({ hosts, change: ppm, bites: monotonicBites }, struck, world, (host, now) => {
        host.timers.follow(() => host.clock.beginDrift(ppm, now));
        return 0;
      }),
    end: ({ hosts, change }, { hosts: all, scheduler }) => {
      for (const { index } of hosts) {
        const { timers, clock } = all[index]!;
        timers.follow(() => clock.endDrift(change, scheduler.now));
      }
    },
    isEffective: (mark, world) => bit(mark.hosts, world, monotonicBites) > mark.bitBefore,
  },
  clockStep: {
    check: (read) => ({
      hosts: read.targets("hosts"),
      by: read.count("by", -SHIFT_MAX, SHIFT_MAX),
    }),
    targets: ({ hosts }) => hosts,
    describe: ({ hosts, by }) =>
      `clock step of ${by < 0 ? "-" : "+"}${formatTime(Math.abs(by))} on ${hosts.join(" ")}`,
    begin: ({ hosts, by }, struck, world) =>
      begin({ hosts, change: by, bites: wallBites }, struck, world, ({ clock }) => {
        clock.step(by);
        return 0;
      }),
    end: ({ hosts, change }, { hosts: all }) => {
      for (const { index } of hosts) all[index]!.clock.step(-change);
    },
    isEffective: (mark, world) => bit(mark.hosts, world, wallBites) > mark.bitBefore,
  },
  clockSlew: {
    check: (read) => ({ hosts: read.targets("hosts"), ppm: readPpm(read) }),
    targets: ({ hosts }) => hosts,
    describe: ({ hosts, ppm }) => `clock slew of ${signed(ppm)} ppm on ${hosts.join(" ")}`,
    begin: ({ hosts, ppm }, struck, world) =>
      begin({ hosts, change: ppm, bites: wallBites }, struck, world, ({ clock }, now) =>
        clock.beginSlew(ppm, now),
      ),
    end: ({ hosts }, { hosts: all }) => {
      for (const { index, number } of hosts) all[index]!.clock.endSlew(number);
    },
    isEffective: (mark, world) => bit(mark.hosts, world, wallBites) > mark.bitBefore,
  },
};

function readPpm(read: { count(field: string, low: number, high: number): number }): number {
  return read.count("ppm", DRIFT_PPM_MIN, DRIFT_PPM_MAX);
}

function signed(ppm: number): string {
  return ppm < 0 ? String(ppm) : `+${ppm}`;
}

interface Change {
  readonly hosts: readonly Target[];
  readonly change: number;
  readonly bites: (host: Host) => number;
}

function begin(
  { hosts, change, bites }: Change,
  struck: Struck,
  world: FaultWorld,
  strike: (host: Host, now: Micros) => number,
): ClockMark {
  const clocked = struck(hosts).map((index) => ({ index, number: 0 }));
  const bitBefore = bit(clocked, world, bites);
  const now = world.scheduler.now;
  return {
    hosts: clocked.map(({ index }) => ({ index, number: strike(world.hosts[index]!, now) })),
    change,
    bitBefore,
  };
}

function bit(
  hosts: readonly ClockedHost[],
  world: FaultWorld,
  bites: (host: Host) => number,
): number {
  return hosts.reduce((sum, { index }) => sum + bites(world.hosts[index]!), 0);
}

/**
 * A program was told a time, on either clock, that a clock without faults would not have shown, or
 * a timer was moved. Faults that overlap on a host share the credit.
 */
function monotonicBites({ clock }: Host): number {
  const { misreads, wallMisreads, timersMoved } = clock.state;
  return misreads + wallMisreads + timersMoved;
}

/** A program was told a wall time that a clock without faults would not have shown. */
function wallBites({ clock }: Host): number {
  return clock.state.wallMisreads;
}
