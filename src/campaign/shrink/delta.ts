// Delta debugging: Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, 2002.

/** A list that is part of something larger, and the test of a shorter one. */
export interface Reducible<Item> {
  /** The list as it is now; a test that is passed may have shortened it further. */
  items(): readonly Item[];
  /** Takes a shorter list over, if what it is part of still fails with it. */
  keep(items: readonly Item[]): boolean;
  isOver(): boolean;
}

export interface ReduceOptions {
  /** Into how many parts, at most, a long list is divided. Default: as many as it has items. */
  readonly partsMax?: number;
}

/**
 * Makes a list shorter until no item of it can be left out: first the whole, then halves, quarters
 * and so on, down to single items, again and again. O(k log n) tests when k of n items count and
 * the others do not; the worst case is O(n^2).
 *
 * Unlike the paper's ddmin, a part that could be left out does not send it back to the first part:
 * the rest of the parts is tried first. And of subsets only halves are tried, as complements.
 */
export function reduceList<Item>(
  list: Reducible<Item>,
  { partsMax = Number.MAX_SAFE_INTEGER }: ReduceOptions = {},
): void {
  if (list.items().length === 0 || list.keep([])) return;
  let size = Math.ceil(list.items().length / 2);
  while (!list.isOver()) {
    const before = list.items().length;
    leaveOutParts(list, size);
    const { length } = list.items();
    if (length === 0 || (size === 1 && length === before)) return;
    const smaller = Math.max(1, Math.min(Math.floor(size / 2), Math.ceil(length / 2)));
    if (length / smaller > partsMax) return;
    size = smaller;
  }
}

/** From the last part to the first: what comes late depends on what comes early. */
function leaveOutParts<Item>(list: Reducible<Item>, size: number): void {
  let end = list.items().length;
  while (end > 0 && !list.isOver()) {
    const start = Math.max(0, end - size);
    list.keep([...list.items().slice(0, start), ...list.items().slice(end)]);
    end = Math.min(start, list.items().length);
  }
}

/** Tries to leave out two items at once, wherever they stand; for short lists: O(n^2) tests. */
export function reducePairs<Item>(list: Reducible<Item>): void {
  for (let first = 0; first < list.items().length; first++) {
    for (let second = first + 1; second < list.items().length; second++) {
      if (list.isOver()) return;
      const rest = list.items().filter((_, i) => i !== first && i !== second);
      if (list.keep(rest)) second = first;
    }
  }
}
