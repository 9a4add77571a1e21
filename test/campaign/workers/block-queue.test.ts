import { describe, expect, it } from "vitest";
import { BLOCK_SECONDS, BlockQueue } from "../../../src/campaign/workers/block-queue.ts";

/** A queue in which so many seeds of scenario 0 wait, each of which takes so many seconds. */
function queueOf(count: number, seconds: number | undefined, workers = 1) {
  const queue = new BlockQueue<{ readonly scenario: number; readonly seed: number }>(workers);
  if (seconds !== undefined) queue.learn(0, seconds);
  for (let seed = 1; seed <= count; seed++) queue.push({ scenario: 0, seed });
  return queue;
}

const sizes = (queue: BlockQueue<{ readonly scenario: number }>): number[] => {
  const all: number[] = [];
  for (let block = queue.take(); block.length > 0; block = queue.take()) all.push(block.length);
  return all;
};

describe("a queue of seeds", () => {
  it("hands out blocks of about 75 ms of work, in order", () => {
    const queue = queueOf(100, 0.01);
    const [first, second] = [queue.take(), queue.take()];
    expect(BLOCK_SECONDS).toBe(0.075);
    expect(first.map(({ seed }) => seed)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(second.map(({ seed }) => seed)).toEqual([8, 9, 10, 11, 12, 13, 14]);
  });

  it("hands out a seed at a time if it takes long, or if nobody knows how long", () => {
    expect(sizes(queueOf(3, 2))).toEqual([1, 1, 1]);
    expect(sizes(queueOf(3, undefined))).toEqual([1, 1, 1]);
  });

  it("hands out less and less at the end, so that two workers end together", () => {
    expect(sizes(queueOf(40, 0.005, 2))).toEqual([10, 8, 6, 4, 3, 3, 2, 1, 1, 1, 1]);
  });

  it("adds up what seeds of several scenarios take", () => {
    const queue = queueOf(20, 0.01);
    queue.learn(1, 0.05);
    queue.putBack([{ scenario: 1, seed: 1 }]);
    expect(queue.take()).toHaveLength(3);
  });

  it("hands out no more than 200, however short their runs", () => {
    expect(queueOf(1_000, 0.000_001).take()).toHaveLength(200);
  });

  it("hands out first what was put back", () => {
    const queue = queueOf(10, 0.03);
    const block = queue.take();
    queue.putBack(block);
    expect(queue.take()).toEqual(block);
  });

  it("follows what runs take as that changes", () => {
    const queue = queueOf(100, 0.07);
    for (let i = 0; i < 40; i++) queue.learn(0, 0.007);
    expect(queue.take()).toHaveLength(10);
  });

  it("wants as many seeds as make whole blocks for all workers, and four for each at least", () => {
    expect(queueOf(0, undefined, 2).width).toBe(8);
    expect(queueOf(0, 2, 2).width).toBe(8);
    // Eight seeds of 10 ms begin a block; one is under way, and two wait.
    expect(queueOf(0, 0.01, 2).width).toBe(2 * 3 * 8);
  });

  it("hands out nothing that was cleared", () => {
    const queue = queueOf(3, 0.01);
    expect(queue.clear()).toHaveLength(3);
    expect(queue.take()).toEqual([]);
  });
});
