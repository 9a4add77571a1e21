// Nemeses of disks.

import { type Target, targetsOf } from "../fault.ts";
import { type Nemesis, type Rhythm, repeated } from "../nemesis.ts";
import type { Distribution } from "../random/distribution.ts";
import type { Micros } from "../time.ts";

/** Disks of single servers whose syncs take longer by a draw of `added`. */
export function slowDisks(rhythm: Rhythm, added: Distribution): Nemesis {
  return repeated("slow disk", rhythm, (random, { servers }) => ({
    kind: "slowDisk",
    hosts: [random.pick(servers)],
    added,
  }));
}

/** Disks of single servers with room for `freeBytesMax` bytes more, or for less; one at a time. */
export function fullDisks(rhythm: Rhythm, freeBytesMax: number): Nemesis {
  const nemesis = repeated("full disk", rhythm, (random, { servers }) => ({
    kind: "diskFull",
    hosts: [random.pick(servers)],
    freeBytes: random.int(0, freeBytesMax),
  }));
  return (streams, field) => {
    const fullUntil = new Map<Target, Micros>();
    return nemesis(streams, field).filter((fault) => {
      const [host] = targetsOf(fault);
      const isFree = fault.at >= (fullUntil.get(host!) ?? 0);
      if (isFree) fullUntil.set(host!, fault.at + fault.lasting);
      return isFree;
    });
  };
}

/** Disks of single servers whose syncs fail, each with the given probability. */
export function failedSyncs(rhythm: Rhythm, probability: number): Nemesis {
  return repeated("failed sync", rhythm, (random, { servers }) => ({
    kind: "failedSync",
    hosts: [random.pick(servers)],
    probability,
  }));
}

/**
 * Disks of single servers that lose writes, each with the given probability, and say that they are
 * durable. This and the two below begin on no more hosts than the plan's `disk.damagedHostsMax`.
 */
export function lostWrites(rhythm: Rhythm, probability: number): Nemesis {
  return repeated("lost writes", rhythm, (random, { servers }) => ({
    kind: "lostWrites",
    hosts: [random.pick(servers)],
    probability,
  }));
}

/** Disks of single servers that put writes, each with the given probability, elsewhere. */
export function misdirectedWrites(rhythm: Rhythm, probability: number): Nemesis {
  return repeated("misdirected writes", rhythm, (random, { servers }) => ({
    kind: "misdirectedWrites",
    hosts: [random.pick(servers)],
    probability,
  }));
}

/**
 * One to `bitsMax` flipped bits on the disk of a single server, in any file but not in its last
 * `sparedBytes`.
 */
export function bitRots(rhythm: Rhythm, bitsMax: number, sparedBytes = 0): Nemesis {
  return repeated("bit rot", rhythm, (random, { servers }) => ({
    kind: "bitRot",
    hosts: [random.pick(servers)],
    files: [],
    bits: random.int(1, bitsMax),
    sparedBytes,
  }));
}
