import type { SearchBounds } from "../linearizability.ts";

export type Bound = "memory" | "steps" | "time";

/** What all searches of a history may still spend. */
export class Purse {
  /** The first bound that was reached. */
  bound: Bound | undefined;

  readonly #isOver: () => boolean;
  #bytes: number;
  #steps: number;
  #untilAsked = ASK_EVERY;

  constructor({ memoryBytes, stepsMax, isOver }: Partial<SearchBounds>) {
    this.#bytes = memoryBytes ?? 512 * 1024 * 1024;
    this.#steps = stepsMax ?? Number.MAX_SAFE_INTEGER;
    this.#isOver = isOver ?? (() => false);
  }

  /** For one step of the search; false when a bound is reached. */
  spendStep(): boolean {
    if (--this.#steps < 0) this.bound ??= "steps";
    if (--this.#untilAsked === 0) {
      this.#untilAsked = ASK_EVERY;
      if (this.#isOver()) this.bound ??= "time";
    }
    return this.bound === undefined;
  }

  /** Memory that one search takes; what it has taken is given back by a negative number. */
  spendBytes(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#bytes < 0) this.bound ??= "memory";
  }

  /** Memory that was short for one search may do for the next. */
  forgetMemory(): void {
    if (this.bound === "memory") this.bound = undefined;
  }
}

/** So many steps go by between two questions whether the time is over. */
const ASK_EVERY = 64;
