// Seeds that wait for a worker, handed out in blocks: a message to a thread and back costs as much
// as some short runs.

import { assert } from "../../sim/assert.ts";

/** So much work a block has, in real seconds: little enough that workers end together. */
export const BLOCK_SECONDS = 0.075;

/** So many seeds a block has at most, however short their runs. */
const BLOCK_MAX = 200;

/** So many blocks wait for each worker while there are seeds for them. */
const BLOCKS_WAITING = 2;

/** Of what the next run will take, so much is said by the last one, the rest by those before. */
const WEIGHT_OF_LAST = 0.25;

/** The queue of one pool; a job is a seed of the n-th scenario. */
export class BlockQueue<Job extends { readonly scenario: number }> {
  readonly #workers: number;
  #waiting: Job[] = [];
  /** By scenario, the real seconds that a run takes, as far as is known. */
  readonly #seconds = new Map<number, number>();
  /** The same of any run. */
  #usual: number | undefined;

  constructor(workers: number) {
    assert(workers >= 1, "nobody takes blocks");
    this.#workers = workers;
  }

  /** So many jobs, under way and waiting, that no worker waits, and that blocks can be whole. */
  get width(): number {
    const perBlock = this.#usual === undefined ? 1 : Math.ceil(BLOCK_SECONDS / this.#usual);
    return (
      this.#workers * Math.max(WIDTH_MIN, (1 + BLOCKS_WAITING) * Math.min(perBlock, BLOCK_MAX))
    );
  }

  get size(): number {
    return this.#waiting.length;
  }

  push(job: Job): void {
    this.#waiting.push(job);
  }

  /** Puts back what nobody has done; it is the next to be handed out. */
  putBack(jobs: readonly Job[]): void {
    this.#waiting.unshift(...jobs);
  }

  /**
   * The next block, in order; empty when nothing waits. Of a scenario that nobody has run yet a
   * seed is a block, and when few are left blocks are small, so that all workers end together.
   */
  take(): readonly Job[] {
    const fair = Math.ceil(this.#waiting.length / (BLOCKS_WAITING * this.#workers));
    const most = Math.min(BLOCK_MAX, Math.max(1, fair));
    let count = 0;
    for (let seconds = 0; count < Math.min(most, this.#waiting.length); count++) {
      seconds += this.#seconds.get(this.#waiting[count]!.scenario) ?? Infinity;
      if (count > 0 && seconds > BLOCK_SECONDS) break;
    }
    return this.#waiting.splice(0, count);
  }

  /** All that waits, which nobody is to be handed any more. */
  clear(): readonly Job[] {
    return this.#waiting.splice(0);
  }

  /** Learns how long a run of the n-th scenario took. */
  learn(scenario: number, seconds: number): void {
    const follow = (before: number | undefined): number =>
      before === undefined ? seconds : before + WEIGHT_OF_LAST * (seconds - before);
    this.#seconds.set(scenario, follow(this.#seconds.get(scenario)));
    this.#usual = follow(this.#usual);
  }
}

/** Jobs for each worker, where each is a block. */
const WIDTH_MIN = 4;
