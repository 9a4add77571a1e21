import fc from "fast-check";
import { expect, it } from "vitest";
import { backlog, emptyQueue, enqueue } from "../../../src/sim/network/byte-queue.ts";

it("a line is busy for exactly as long as its bytes take, at any rate and however small", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 200 });
  const rates = fc.oneof(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 1e12 }));
  const property = fc.property(sizes, rates, fc.nat(1e9), (given, rate, start) => {
    const queue = emptyQueue();
    let total = 0n;
    for (const size of given) {
      total += BigInt(size) * 1_000_000n;
      // The time of the last byte, rounded up to a whole microsecond.
      const end = Number((total + BigInt(rate) - 1n) / BigInt(rate));
      expect(enqueue(queue, start, rate, size)).toBe(start + end);
    }
    expect(backlog(queue, start, rate)).toBe(Number(total));
  });
  fc.assert(property);
});

it("a line that has been idle begins anew", () => {
  const queue = emptyQueue();
  expect(enqueue(queue, 100, 1_000_000, 30)).toBe(130);
  expect(backlog(queue, 120, 1_000_000)).toBe(10_000_000);
  expect(backlog(queue, 200, 1_000_000)).toBe(0);
  expect(enqueue(queue, 200, 1_000_000, 5)).toBe(205);
});
