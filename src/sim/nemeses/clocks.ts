// Nemeses of clocks: each strikes one server at a time; two faults overlap when they last longer
// than `every`.

import { assert } from "../assert.ts";
import { type Nemesis, type Rhythm, repeated } from "../nemesis.ts";
import type { Random } from "../random/random.ts";
import type { Micros } from "../time.ts";

/** Clocks that run fast or slow by up to `ppmMax` millionths, slow at most by half. */
export function clockDrifts(rhythm: Rhythm, ppmMax: number): Nemesis {
  return repeated("clock drift", rhythm, (random, { servers }) => ({
    kind: "clockDrift",
    hosts: [random.pick(servers)],
    ppm: drawPpm(random, ppmMax),
  }));
}

/** Wall clocks that jump by up to `byMax`, forward or back, and back again. */
export function clockSteps(rhythm: Rhythm, byMax: Micros): Nemesis {
  assert(byMax >= 1, "steps of nothing:", byMax);
  return repeated("clock step", rhythm, (random, { servers }) => {
    const hosts = [random.pick(servers)];
    const by = 1 + Math.floor((random.int(0, 0xffff_ffff) / 2 ** 32) * byMax);
    return { kind: "clockStep", hosts, by: random.chance(1 / 2) ? by : -by };
  });
}

/** Wall clocks that gain or lose up to `ppmMax` millionths, and step back. */
export function clockSlews(rhythm: Rhythm, ppmMax: number): Nemesis {
  return repeated("clock slew", rhythm, (random, { servers }) => ({
    kind: "clockSlew",
    hosts: [random.pick(servers)],
    ppm: drawPpm(random, ppmMax),
  }));
}

function drawPpm(random: Random, ppmMax: number): number {
  assert(ppmMax >= 1, "a rate of nothing:", ppmMax);
  const ppm = random.int(1, ppmMax);
  return random.chance(1 / 2) ? ppm : -Math.min(ppm, SLOWER_MAX);
}

/** A clock runs at half of true time at least. */
const SLOWER_MAX = 500_000;
