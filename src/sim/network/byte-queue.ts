import type { Micros } from "../time.ts";

/** A line that sends bytes one after the other, as plain data. Its rate is the caller's to know. */
export interface ByteQueue {
  /**
   * When it has sent all: `at`, and `rest / rate` microseconds. Whole numbers, so that the sum of
   * many small messages is exact at any rate.
   */
  at: Micros;
  rest: number;
}

/** A queue in which nothing waits. */
export function emptyQueue(): ByteQueue {
  return { at: 0, rest: 0 };
}

/** Bytes that wait in it or are being sent, in millionths. */
export function backlog({ at, rest }: ByteQueue, now: Micros, bytesPerSecond: number): number {
  return at < now ? 0 : (at - now) * bytesPerSecond + rest;
}

/** Adds bytes at the end; returns the time when the last of them has been sent. */
export function enqueue(
  queue: ByteQueue,
  now: Micros,
  bytesPerSecond: number,
  sizeBytes: number,
): Micros {
  if (queue.at < now) {
    queue.at = now;
    queue.rest = 0;
  }
  const work = queue.rest + sizeBytes * 1_000_000;
  queue.rest = work % bytesPerSecond;
  queue.at += (work - queue.rest) / bytesPerSecond;
  return queue.at + (queue.rest > 0 ? 1 : 0);
}
