import { assert } from "../../sim/assert.ts";

/**
 * So many runs are made at once, whoever makes them: what asks for a slot of its own comes before
 * what takes those that are left over.
 */
export class Slots {
  #free: number;
  readonly #onFree: () => void;
  readonly #waiting: (() => void)[] = [];

  /** Tells by `onFree` of each slot that is given back, and that nobody has waited for. */
  constructor(count: number, onFree: () => void) {
    assert(count >= 1, "nobody runs anything");
    this.#free = count;
    this.#onFree = onFree;
  }

  /** Whether one is left over. */
  get isFree(): boolean {
    return this.#free > 0;
  }

  /** Takes one that is left over. */
  take(): void {
    assert(this.isFree, "more runs at once than there are slots");
    this.#free--;
  }

  /** Does something in the next slot that is given back, or in one that is left over. */
  async use<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.isFree) this.take();
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      this.give();
    }
  }

  /** Gives one back. */
  give(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next();
      return;
    }
    this.#free++;
    this.#onFree();
  }
}
