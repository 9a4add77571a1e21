import type { ChainState } from "../chain.ts";
import type { Hash } from "../encoding/hash.ts";

/** So many hashes from the tip down come without gaps. */
const DENSE = 8;

/**
 * Hashes of the chain from the tip down, at first one after the other, then at distances that
 * double, and last the finalized one: a chain without it is of no use. Of a chain of n blocks no
 * more than 9 + log2(n).
 * Source: Bitcoin's block locator.
 */
export function locatorOf({ canonical, base, finalized }: ChainState): Hash[] {
  const locator: Hash[] = [];
  const last = Math.max(finalized.height - base, 0);
  let step = 1;
  for (let index = canonical.length - 1; index > last; index -= step) {
    locator.push(canonical[index]!);
    if (locator.length >= DENSE) step *= 2;
  }
  locator.push(canonical[last]!);
  return locator;
}
