/**
 * The names that somebody may have meant by `name`: at most three, nearest first, of equally near
 * ones in the order of `names`. Near is what is a third of its letters away, or holds the name as a
 * part. The distance is that of optimal string alignment: a letter too many, too few, another one,
 * or two neighbours swapped. O(length²) for each name.
 * Source: Damerau, A technique for computer detection and correction of spelling errors, 1964.
 */
export function nearest(name: string, names: readonly string[]): readonly string[] {
  const reach = Math.max(2, Math.floor(name.length / 3));
  const isPart = (other: string): boolean => name.length >= PART_MIN && other.includes(name);
  return names
    .map((other) => ({ other, distance: distanceBetween(name, other) }))
    .filter(({ other, distance }) => distance <= reach || isPart(other))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, SHOWN_MAX)
    .map(({ other }) => other);
}

/** What to add to a complaint about an unknown name: `, did you mean a or b?`, or nothing. */
export function didYouMean(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return near.length === 0 ? "" : `, did you mean ${near.join(" or ")}?`;
}

const SHOWN_MAX = 3;
/** Shorter texts are parts of too much. */
const PART_MIN = 3;

function distanceBetween(a: string, b: string): number {
  // Distances between the beginnings of a, by length, and a beginning of b that grows.
  let beforeLast: number[] = [];
  let last = Array.from({ length: a.length + 1 }, (_, i) => i);
  for (let j = 1; j <= b.length; j++) {
    const row = [j];
    for (let i = 1; i <= a.length; i++) {
      const isSame = a[i - 1] === b[j - 1];
      const replaced = last[i - 1]! + (isSame ? 0 : 1);
      let distance = Math.min(replaced, last[i]! + 1, row[i - 1]! + 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) distance = Math.min(distance, beforeLast[i - 2]! + 1);
      row.push(distance);
    }
    beforeLast = last;
    last = row;
  }
  return last[a.length]!;
}
