import { describe, expect, it } from "vitest";
import { BlockProgress } from "../../../src/campaign/workers/block-progress.ts";

/** The two sides of one progress: the worker's, and the pool's. */
function sides(): readonly [BlockProgress, BlockProgress] {
  const here = new BlockProgress();
  return [new BlockProgress(here.buffer), here];
}

/** An hour, in milliseconds: what a test takes is nothing beside it. */
const HOUR = 3_600_000;

describe("the progress of a worker", () => {
  it("is seen from the other side, seed by seed", () => {
    const [worker, pool] = sides();
    expect(pool.place).toBe(-1);
    expect([worker.begin(), worker.begin()]).toEqual([true, true]);
    expect(pool.place).toBe(1);
  });

  it("ends when the other side says so, with no further seed begun", () => {
    const [worker, pool] = sides();
    worker.begin();
    pool.stop();
    expect(worker.begin()).toBe(false);
    expect(pool.place).toBe(0);
  });

  it("leaves all of the time while nothing is begun, and then less", () => {
    const [worker, pool] = sides();
    expect(pool.left(HOUR)).toBe(HOUR);
    worker.begin();
    expect(pool.left(HOUR)).toBeLessThan(HOUR);
    expect(pool.left(HOUR)).toBeGreaterThan(HOUR / 2);
    expect(pool.left(0)).toBeLessThan(0);
  });

  it("leaves several budgets for what takes longer, and one again after it", () => {
    const [worker, pool] = sides();
    worker.begin();
    worker.enter(20);
    expect(pool.left(HOUR)).toBeGreaterThan(19 * HOUR);
    worker.enter(1);
    expect(pool.left(HOUR)).toBeLessThan(HOUR);
  });
});
