// Quantiles of a distribution as whole numbers, so close that straight lines between them do. The
// cells halve in width towards both ends, as in an HDR histogram: the tail beyond 1 in 1,000,000 is
// as true as the middle, down to single values of the 32-bit draw.

import { assert } from "../assert.ts";

/** Quantiles in {@link GRAIN}ths of a microsecond, from either end to the middle. */
export interface QuantileTable {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Fractions of a microsecond are kept, so that short spans are not staircases. */
export const GRAIN = 16;

/** Cells to each halving of the distance to the end. A power of two. */
const CELLS = 32;
/** The first draw of the upper half. */
const MIDDLE = 2 ** 31;

/**
 * The probabilities in (0, 1/2] for which a table wants quantiles, from the end to the middle; the
 * first one, for which the draw is at the very end, is half a step of the draw.
 */
export const TABLE_TAILS: readonly number[] = tableDraws().map(
  (draw) => Math.max(draw, 1 / 2) / 2 ** 32,
);

/**
 * A table of what is undershot (`lower`) and exceeded (`upper`) with the i-th of
 * {@link TABLE_TAILS}, in microseconds that need not be whole.
 */
export function quantileTable(
  lower: (tail: number, i: number) => number,
  upper: (tail: number, i: number) => number,
): QuantileTable {
  const grains = (quantile: (tail: number, i: number) => number): Float64Array =>
    Float64Array.from(TABLE_TAILS, (tail, i) => Math.floor(quantile(tail, i) * GRAIN + 0.5));
  const table = { lower: grains(lower), upper: grains(upper) };
  assert(
    table.lower.at(-1) === table.upper.at(-1),
    "two medians:",
    table.lower.at(-1),
    table.upper.at(-1),
  );
  return table;
}

/** The value for a draw in [0, 2^32), in whole microseconds. */
export function lookUp({ lower, upper }: QuantileTable, draw: number): number {
  const quantiles = draw < MIDDLE ? lower : upper;
  const distance = draw < MIDDLE ? draw : 0xffff_ffff - draw;
  // The highest bits say the cell, the others where in the cell.
  const shift = Math.max(0, 26 - Math.clz32(distance));
  const cell = shift * CELLS + (distance >>> shift);
  const from = quantiles[cell]!;
  const width = 2 ** shift;
  const within = (distance & (width - 1)) / width;
  return Math.floor((from + (quantiles[cell + 1]! - from) * within) / GRAIN + 0.5);
}

/** The draws at which cells begin, up to the middle. */
function tableDraws(): number[] {
  const draws: number[] = [];
  for (let draw = 0; draw <= MIDDLE; draw += Math.max(1, 2 ** (26 - Math.clz32(draw)))) {
    draws.push(draw);
  }
  return draws;
}
