import { copyInto } from "./columns.ts";

/** A binary heap of slots, from which any slot can be taken or moved. */
export class SlotHeap {
  readonly #order: (a: number, b: number) => number;
  #slots = new Int32Array(64);
  #count = 0;
  /** By slot, its place in the heap plus one; 0 for a slot that is not in it. */
  #places = new Int32Array(64);

  /** `order` is negative when the first slot comes before the second; it never is 0. */
  constructor(order: (a: number, b: number) => number) {
    this.#order = order;
  }

  get count(): number {
    return this.#count;
  }

  /** The slot that comes before all others; there must be one. */
  get first(): number {
    return this.#slots[0]!;
  }

  has(slot: number): boolean {
    return slot < this.#places.length && this.#places[slot] !== 0;
  }

  /** Adds a slot that is not in it. O(log n). */
  insert(slot: number): void {
    if (this.#count === this.#slots.length) this.#slots = doubled(this.#slots, this.#count + 1);
    if (slot >= this.#places.length) this.#places = doubled(this.#places, slot + 1);
    this.#slots[this.#count] = slot;
    this.#siftUp(this.#count++);
  }

  /** Takes out a slot that is in it. O(log n). */
  remove(slot: number): void {
    const place = this.#places[slot]! - 1;
    this.#places[slot] = 0;
    const last = this.#slots[--this.#count]!;
    if (place === this.#count) return;
    this.#slots[place] = last;
    this.#siftDown(this.#siftUp(place));
  }

  /** The slot's order among the others has changed. O(log n). */
  moved(slot: number): void {
    this.#siftDown(this.#siftUp(this.#places[slot]! - 1));
  }

  #siftUp(start: number): number {
    let place = start;
    const slot = this.#slots[place]!;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#slots[parent]!;
      if (this.#order(above, slot) < 0) break;
      this.#put(above, place);
      place = parent;
    }
    this.#put(slot, place);
    return place;
  }

  #siftDown(start: number): void {
    let place = start;
    const slot = this.#slots[place]!;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#count) break;
      const right = child + 1;
      if (right < this.#count && this.#order(this.#slots[right]!, this.#slots[child]!) < 0) {
        child = right;
      }
      const below = this.#slots[child]!;
      if (this.#order(slot, below) < 0) break;
      this.#put(below, place);
      place = child;
    }
    this.#put(slot, place);
  }

  #put(slot: number, place: number): void {
    this.#slots[place] = slot;
    this.#places[slot] = place + 1;
  }
}

/** A copy with at least twice the room. */
function doubled(from: Int32Array, least: number): Int32Array<ArrayBuffer> {
  return copyInto(new Int32Array(Math.max(least, from.length * 2)), from);
}
