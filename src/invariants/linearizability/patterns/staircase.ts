/**
 * Of calls with a begin and a height, the highest that began after a moment: those that began
 * earlier and are no higher than a later one are forgotten. O(log n) to ask; to add, as long as it
 * takes to step over calls that began later, which are few when they come in nearly that order.
 */
export class Staircase {
  /** Begins ascend, heights descend. */
  readonly #begins: number[] = [];
  readonly #heights: number[] = [];
  readonly #calls: number[] = [];

  add(call: number, begin: number, height: number): void {
    let at = this.#calls.length;
    while (at > 0 && this.#begins[at - 1]! > begin) at--;
    if (at < this.#calls.length && this.#heights[at]! >= height) return;
    let from = at;
    while (from > 0 && this.#heights[from - 1]! <= height) from--;
    this.#begins.splice(from, at - from, begin);
    this.#heights.splice(from, at - from, height);
    this.#calls.splice(from, at - from, call);
  }

  /** Undefined if none began after it. */
  highestAfter(moment: number): number | undefined {
    let low = 0;
    let high = this.#calls.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#begins[middle]! > moment) high = middle;
      else low = middle + 1;
    }
    return this.#calls[low];
  }
}
