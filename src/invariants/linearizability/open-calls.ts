import type { Layout } from "./layout.ts";

/**
 * Invocations and returns that are still to be placed, in order of time: a doubly linked list in
 * arrays. Entry 0 is both ends; `operation + 1` is its invocation, `count + 1 + operation` its
 * return, which an operation that may be left out does not have.
 */
export class OpenCalls {
  readonly next: Int32Array;
  readonly #previous: Int32Array;
  readonly #count: number;
  readonly #isOptional: Uint8Array;

  constructor({ count, isOptional, events }: Layout<unknown>) {
    this.next = new Int32Array(2 * count + 1);
    this.#previous = new Int32Array(2 * count + 1);
    this.#count = count;
    this.#isOptional = isOptional;
    let last = 0;
    for (const event of events) {
      const entry = event >= 0 ? event + 1 : count + 1 + ~event;
      this.next[last] = entry;
      this.#previous[entry] = last;
      last = entry;
    }
    this.next[last] = 0;
    this.#previous[0] = last;
  }

  /** Takes an operation out; returns the entry before its invocation. */
  lift(operation: number): number {
    const { next } = this;
    const previous = this.#previous;
    const invocation = operation + 1;
    const before = previous[invocation]!;
    next[before] = next[invocation]!;
    previous[next[invocation]!] = before;
    if (this.#isOptional[operation] === 1) return before;
    const answer = this.#count + 1 + operation;
    next[previous[answer]!] = next[answer]!;
    previous[next[answer]!] = previous[answer]!;
    return before;
  }

  /** Puts an operation back: the one that was lifted last of all that are out. */
  unlift(operation: number): void {
    const { next } = this;
    const previous = this.#previous;
    const answer = this.#count + 1 + operation;
    if (this.#isOptional[operation] === 0) {
      next[previous[answer]!] = answer;
      previous[next[answer]!] = answer;
    }
    const invocation = operation + 1;
    next[previous[invocation]!] = invocation;
    previous[next[invocation]!] = invocation;
  }
}
