import type { Shard } from "../campaign/seeds.ts";
import { UsageError } from "../sim/assert.ts";
import { checkCount } from "../sim/check.ts";

/** A whole number given on the command line. */
export function parseCount(text: string, name: string, low: number): number {
  if (!/^\d+$/.test(text)) {
    throw new UsageError(`${name}: expected a whole number of at least ${low}, got "${text}"`);
  }
  return checkCount(Number(text), name, low);
}

/** A size of memory given on the command line, such as `512MB` or `2GB`; in bytes, by 1,024s. */
export function parseSize(text: string, name: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([kKMG])i?B$/.exec(text) ?? [];
  const bytes = Math.floor(Number(number) * (BYTES[unit?.toUpperCase() ?? ""] ?? Number.NaN));
  if (bytes > 0) return bytes;
  throw new UsageError(`${name}: expected a size such as 512MB or 2GB, got "${text}"`);
}

const BYTES: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/**
 * A part of a campaign given on the command line, such as `3/16`; of `index/16` the first is told
 * by the environment: Kubernetes numbers the pods of an Indexed Job from 0 on.
 */
export function parseShard(text: string, name: string): Shard {
  const [, index, count] = /^(\d+|index)\/(\d+)$/.exec(text) ?? [];
  if (index === "index" && Number(count) >= 1) {
    return { index: podIndex(Number(count)) + 1, count: Number(count) };
  }
  const shard = { index: Number(index), count: Number(count) };
  if (shard.index >= 1 && shard.index <= shard.count) return shard;
  throw new UsageError(`${name}: expected a part such as 3/16, from 1/n to n/n, got "${text}"`);
}

/** Which of so many pods this is, from 0 on. */
function podIndex(count: number): number {
  const pod = process.env.JOB_COMPLETION_INDEX;
  if (/^\d+$/.test(pod ?? "") && Number(pod) < count) return Number(pod);
  const got = pod === undefined ? "nothing" : `"${pod}"`;
  const what = `expected a whole number from 0 to ${count - 1}`;
  throw new UsageError(`JOB_COMPLETION_INDEX: ${what}, got ${got}`);
}
