// Which seeds a campaign runs: ranges of whole numbers, in turns and shards.

import { assert } from "../sim/assert.ts";

/** Seeds from `from` to before `to`. */
export type SeedRange = readonly [from: number, to: number];

/** Any number of seeds: ascending, and neither empty nor touching each other. */
export type SeedRanges = readonly SeedRange[];

/** One of so many parts of a campaign, from 1 on, as in `--shard 3/16`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** All of it. */
export const WHOLE: Shard = { index: 1, count: 1 };

/** Ranges in any order, and perhaps overlapping, as one set. O(n log n). */
export function unionOf(ranges: SeedRanges): SeedRanges {
  const union: [number, number][] = [];
  for (const [from, to] of [...ranges].sort(([a], [b]) => a - b)) {
    assert(from <= to, "a range of seeds ends before it begins:", from, to);
    if (from === to) continue;
    const last = union.at(-1);
    if (last === undefined || last[1] < from) union.push([from, to]);
    else last[1] = Math.max(last[1], to);
  }
  return union;
}

/** How many seeds there are. */
export function countOf(ranges: SeedRanges): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from, 0);
}

/** A seed that both have, the lowest. */
export function sharedSeed(a: SeedRanges, b: SeedRanges): number | undefined {
  for (const [from, to] of a) {
    for (const [otherFrom, otherTo] of b) {
      const first = Math.max(from, otherFrom);
      if (first < Math.min(to, otherTo)) return first;
    }
  }
  return undefined;
}

/** What of a range is not in a set. */
export function without([from, to]: SeedRange, done: SeedRanges): SeedRanges {
  const left: SeedRange[] = [];
  let next = from;
  for (const [doneFrom, doneTo] of done) {
    if (doneTo <= next || doneFrom >= to) continue;
    if (doneFrom > next) left.push([next, doneFrom]);
    next = doneTo;
  }
  return next < to ? [...left, [next, to]] : left;
}

/** What to know of a campaign to say which seeds of a scenario a shard runs. */
export interface Division {
  readonly from: number;
  /** Of each scenario; undefined: there is no end. */
  readonly seeds: number | undefined;
  readonly shard: Shard;
}

/**
 * The seeds of the n-th scenario that a shard runs, in order. With a number of seeds, each shard
 * has one run of them, of equal length but for one; scenarios begin with different shards, so that
 * few seeds are shared out too. Without, shards take turns, {@link TURN_SEEDS} at a time.
 */
export function* seedsOf({ from, seeds, shard }: Division, scenario: number): Iterable<SeedRange> {
  const { index, count } = shard;
  if (seeds === undefined) {
    for (let turn = index - 1; ; turn += count) {
      yield [from + turn * TURN_SEEDS, from + (turn + 1) * TURN_SEEDS];
    }
  }
  const part = (index - 1 + scenario) % count;
  const edge = (n: number): number => from + Math.floor((seeds * n) / count);
  if (edge(part) < edge(part + 1)) yield [edge(part), edge(part + 1)];
}

/** So many seeds a shard takes at a time when there is no end of them. */
export const TURN_SEEDS = 1_000;

/** One run to be made. */
export interface Turn {
  /** Index of the scenario in the campaign. */
  readonly scenario: number;
  readonly seed: number;
}

/**
 * All runs of a campaign that are not done yet, round after round: each round has the next seed of
 * every scenario, so that a campaign that ends early has run all of them alike. `done` has, by
 * scenario, the seeds that were run before.
 */
export function* turnsOf(division: Division, done: readonly SeedRanges[]): Iterable<Turn> {
  let open = done.map((ranges, scenario) => turnsOfOne(division, scenario, ranges));
  while (open.length > 0) {
    const still: typeof open = [];
    for (const turns of open) {
      const next = turns.next();
      if (next.done === true) continue;
      yield next.value;
      still.push(turns);
    }
    open = still;
  }
}

function* turnsOfOne(division: Division, scenario: number, done: SeedRanges): Generator<Turn> {
  for (const share of seedsOf(division, scenario)) {
    for (const [from, to] of without(share, done)) {
      for (let seed = from; seed < to; seed++) yield { scenario, seed };
    }
  }
}
