/**
 * How far a worker is in its block, in memory that its thread and the pool's both see: to write and
 * to read it wakes nobody, and it outlives the thread.
 */
export class BlockProgress {
  /** What the other thread makes the same of. */
  readonly buffer: SharedArrayBuffer;
  /** When the worker began what it is at, in nanoseconds of the machine. */
  readonly #since: BigInt64Array;
  /** How many seeds it has begun, how many budgets that may take, and whether it is to stop. */
  readonly #state: Int32Array;

  constructor(buffer = new SharedArrayBuffer(24)) {
    this.buffer = buffer;
    this.#since = new BigInt64Array(buffer, 0, 1);
    this.#state = new Int32Array(buffer, 8, 3);
  }

  /** The place of the seed in the block that was begun last; -1 if there is none. */
  get place(): number {
    return Atomics.load(this.#state, BEGUN) - 1;
  }

  /** Begins the next seed. False: it is not to be begun any more. */
  begin(): boolean {
    if (Atomics.load(this.#state, STOPPED) === 1) return false;
    this.enter(1);
    Atomics.add(this.#state, BEGUN, 1);
    return true;
  }

  /** Enters a part of the seed's work that may take so many budgets of a run. */
  enter(budgets: number): void {
    Atomics.store(this.#since, 0, process.hrtime.bigint());
    Atomics.store(this.#state, BUDGETS, budgets);
  }

  /** Has no further seed begun. */
  stop(): void {
    Atomics.store(this.#state, STOPPED, 1);
  }

  /** How many milliseconds are left of so many for a run; all of them when none is begun. */
  left(limit: number): number {
    if (this.place < 0) return limit;
    const budgets = Atomics.load(this.#state, BUDGETS);
    const since = process.hrtime.bigint() - Atomics.load(this.#since, 0);
    return limit * budgets - Number(since) / 1e6;
  }
}

const BEGUN = 0;
const BUDGETS = 1;
const STOPPED = 2;
