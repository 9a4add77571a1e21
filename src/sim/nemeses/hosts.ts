// Nemeses of whole servers, one at a time: their disk, their process, their processor, and the
// points of their code. Two faults overlap when they last longer than `every`.

import { assert } from "../assert.ts";
import type { NodeId } from "../env.ts";
import type { CrashPoint } from "../host/crash-points.ts";
import { type Nemesis, type Rhythm, repeated } from "../nemesis.ts";
import type { Distribution } from "../random/distribution.ts";

/** Machines that fail and are replaced by empty ones; no more than `disk.damagedHostsMax` do. */
export function wipes(rhythm: Rhythm): Nemesis {
  return repeated("wipe", rhythm, (random, { servers }) => ({
    kind: "wipe",
    hosts: [random.pick(servers)],
  }));
}

/** Processes that stand still and go on. */
export function pauses(rhythm: Rhythm): Nemesis {
  return repeated("pause", rhythm, (random, { servers }) => ({
    kind: "pause",
    hosts: [random.pick(servers)],
  }));
}

/** Processors on which every event takes a while. */
export function slowCpus(rhythm: Rhythm, perEvent: Distribution): Nemesis {
  return repeated("slow cpu", rhythm, (random, { servers }) => ({
    kind: "slowCpu",
    hosts: [random.pick(servers)],
    perEvent,
  }));
}

/** Servers in league with the adversary, in one of these ways; with hosts, only these. */
export function byzantines(
  rhythm: Rhythm,
  behaviours: readonly string[],
  hosts?: readonly NodeId[],
): Nemesis {
  assert(behaviours.length > 0 && hosts?.length !== 0, "nobody to be Byzantine, or no way to be");
  return repeated("byzantine", rhythm, (random, { servers }) => ({
    kind: "byzantine",
    hosts: [random.pick(hosts ?? servers)],
    behaviour: random.pick(behaviours),
  }));
}

/** Power failures at points of the program, each passed up to `afterMax` times before. */
export function crashPoints(
  rhythm: Rhythm,
  points: readonly CrashPoint[],
  afterMax: number,
): Nemesis {
  assert(points.length > 0, "no points to crash at");
  return repeated("crash point", rhythm, (random, { servers }) => ({
    kind: "crashPoint",
    hosts: [random.pick(servers)],
    point: random.pick(points),
    after: random.int(0, afterMax),
  }));
}
