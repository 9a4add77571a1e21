import type { Budget } from "./budget.ts";
import { type DoneSet, mix } from "./done-set.ts";

/** An entry: its hash, the state, the first word that is kept and how many, the words. */
const HEAD = 4;

/**
 * The configurations that a search has met: which operations were done, and the state then (Lowe
 * 2017). Exact: what it calls seen was seen. Open addressing, entries in one pool.
 */
export class Configurations {
  /** Memory taken from the budget, in bytes. */
  bytes = 0;

  readonly #budget: Budget;
  #count = 0;
  #slots = new Int32Array(64);
  #pool = new Int32Array(256);
  /** Where the next entry goes; 0 is no entry. */
  #end = 1;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Whether this one is new; undefined when it is, but there is no memory for it. */
  add(done: DoneSet, state: number): boolean | undefined {
    const hash = done.hash ^ mix(state + 0x51ed27);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let at = this.#slots[slot]!; at !== 0; at = this.#slots[slot]!) {
      if (this.#pool[at] === hash && this.#isAt(at, done, state)) return false;
      slot = (slot + 1) & mask;
    }
    const size = HEAD + done.high - done.low + 1 + done.words.length - done.requiredWords;
    if (this.#end + size > this.#pool.length && !this.#growPool(size)) return undefined;
    this.#slots[slot] = this.#end;
    this.#write(hash, done, state);
    this.#count++;
    if (this.#count * 2 > mask && !this.#growSlots()) return undefined;
    return true;
  }

  /** Gives the memory back. */
  release(): void {
    this.#budget.release(this.bytes);
    this.bytes = 0;
  }

  #isAt(at: number, { low, high, words, requiredWords }: DoneSet, state: number): boolean {
    const pool = this.#pool;
    if (pool[at + 1] !== state || pool[at + 2] !== low || pool[at + 3] !== high) return false;
    let place = at + HEAD;
    for (let word = low; word <= high; word++) {
      if (pool[place++] !== words[word]) return false;
    }
    for (let word = requiredWords; word < words.length; word++) {
      if (pool[place++] !== words[word]) return false;
    }
    return true;
  }

  #write(hash: number, { low, high, words, requiredWords }: DoneSet, state: number): void {
    const pool = this.#pool;
    let place = this.#end;
    pool[place++] = hash;
    pool[place++] = state;
    pool[place++] = low;
    pool[place++] = high;
    for (let word = low; word <= high; word++) pool[place++] = words[word]!;
    for (let word = requiredWords; word < words.length; word++) pool[place++] = words[word]!;
    this.#end = place;
  }

  #growPool(size: number): boolean {
    const length = Math.max(this.#pool.length * 2, this.#pool.length + size);
    if (!this.#claim(length * 4)) return false;
    const pool = new Int32Array(length);
    pool.set(this.#pool);
    this.#release(this.#pool.length * 4);
    this.#pool = pool;
    return true;
  }

  #growSlots(): boolean {
    const length = this.#slots.length * 2;
    if (!this.#claim(length * 4)) return false;
    const slots = new Int32Array(length);
    for (const at of this.#slots) {
      if (at === 0) continue;
      let slot = this.#pool[at]! & (length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (length - 1);
      slots[slot] = at;
    }
    this.#release(this.#slots.length * 4);
    this.#slots = slots;
    return true;
  }

  #claim(bytes: number): boolean {
    const isGranted = this.#budget.claim(bytes);
    if (isGranted) this.bytes += bytes;
    return isGranted;
  }

  #release(bytes: number): void {
    // The first arrays were too small to be claimed.
    const claimed = Math.min(bytes, this.bytes);
    this.bytes -= claimed;
    this.#budget.release(claimed);
  }
}
