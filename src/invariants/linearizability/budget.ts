import type { SearchBounds } from "./report.ts";

/** What was in the way of a decision. */
export type Bound = "memory" | "steps" | "time";

/** So many steps go by between two questions whether the time is over. */
const TICKS = 4096;

/** What a search may still spend, and which bound it has reached. */
export class Budget {
  /** Steps until `refill` is due; whoever takes a step counts it down. */
  ticks = 0;
  /** The bound that was reached first. */
  bound: Bound | undefined;

  readonly #isOver: (() => boolean) | undefined;
  #stepsLeft: number;
  #bytesLeft: number;

  constructor({ memoryBytes, stepsMax, isOver }: Partial<SearchBounds>) {
    this.#bytesLeft = memoryBytes ?? 512 * 1024 * 1024;
    this.#stepsLeft = stepsMax ?? Number.POSITIVE_INFINITY;
    this.#isOver = isOver;
  }

  /** Due when `ticks` are used up; false when a bound is reached. */
  refill(): boolean {
    if (this.bound !== undefined) return false;
    this.askTime();
    if (this.#stepsLeft <= 0) this.#stop("steps");
    if (this.bound !== undefined) return false;
    this.ticks = Math.min(TICKS, this.#stepsLeft);
    this.#stepsLeft -= this.ticks;
    return true;
  }

  /** Between two steps of a model, which may be slow. */
  askTime(): void {
    if (this.#isOver?.() === true) this.#stop("time");
  }

  /** False when there is not so much memory left; then nothing is taken. */
  claim(bytes: number): boolean {
    if (bytes > this.#bytesLeft) {
      this.#stop("memory");
      return false;
    }
    this.#bytesLeft -= bytes;
    return true;
  }

  /** Gives memory back. */
  release(bytes: number): void {
    this.#bytesLeft += bytes;
  }

  /** For the next part: memory that was short for one may do for another. */
  forgetMemoryBound(): void {
    if (this.bound === "memory") this.bound = undefined;
  }

  #stop(bound: Bound): void {
    this.bound ??= bound;
    this.ticks = 0;
  }
}
