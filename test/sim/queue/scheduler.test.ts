import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NONE, Scheduler } from "../../../src/sim/queue/scheduler.ts";
import { type Command, NaiveQueue, SchedulerUnderTest } from "../../support/naive-queue.ts";

/** The wheel covers 16,384 us, so delays around that and its multiples are the delicate ones. */
const arbitraryDelay = fc.oneof(
  fc.constantFrom(0, 0, 1, 31, 32, 1_023, 1_024, 16_383, 16_384, 16_385, 32_768),
  fc.integer({ min: 0, max: 100 }),
  fc.integer({ min: 0, max: 40_000 }),
  fc.integer({ min: 0, max: 2 ** 40 }),
);
const arbitraryVictim = fc.nat({ max: 1_000 });
const arbitraryCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("schedule"), delay: arbitraryDelay }) },
  // More than the 256 rows and the 64 places of the heap that there is room for at first.
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("burst"),
      delay: arbitraryDelay,
      count: fc.nat(150),
      spacing: fc.constantFrom(0, 1, 5_003),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("cancel"), victim: arbitraryVictim }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("reschedule"),
      victim: arbitraryVictim,
      delay: arbitraryDelay,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("run"), span: arbitraryDelay }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("resume") }) },
);

describe("the scheduler", () => {
  it("gives events in the order in which a sorted list would", () => {
    const property = fc.property(fc.array(arbitraryCommand, { maxLength: 60 }), (commands) => {
      const scheduler = new SchedulerUnderTest();
      const naive = new NaiveQueue();
      const seen = commands.map((command) => scheduler.obey(command));
      const expected = commands.map((command) => naive.obey(command));
      expect(seen).toEqual(expected);
      expect(scheduler.drain()).toEqual(naive.drain());
    });
    fc.assert(property, { numRuns: 300 });
  });

  it.each([
    ["just when it comes within reach", 20_000 - 16_383],
    ["when it has long been so", 10_000],
  ])("puts what comes from far away before what is created %s", (_when, now) => {
    const scheduler = new Scheduler();
    // The first waits outside the wheel, which reaches 16,383 us; the second is created inside.
    scheduler.schedule(20_000, 1, 0, 0, "far");
    scheduler.advance(now);
    scheduler.schedule(20_000, 1, 0, 0, "near");
    expect(scheduler.payload[scheduler.pop(20_000)]).toBe("far");
    expect(scheduler.payload[scheduler.pop(20_000)]).toBe("near");
  });

  it("shows kind, host, sender, time and number of what it pops", () => {
    const scheduler = new Scheduler();
    scheduler.schedule(7, 3, 21, 42, "payload");
    const slot = scheduler.pop(7);
    expect(scheduler.kind[slot]).toBe(3);
    expect(scheduler.host[slot]).toBe(21);
    expect(scheduler.from[slot]).toBe(42);
    expect(scheduler.at[slot]).toBe(7);
    expect(scheduler.sequence[slot]).toBe(1);
    expect(scheduler.now).toBe(7);
  });

  it("gives nothing before its time, and does not move time for it", () => {
    const scheduler = new Scheduler();
    scheduler.schedule(30_000, 1, 0, 0, undefined);
    expect(scheduler.pop(29_999)).toBe(NONE);
    expect(scheduler.now).toBe(0);
    expect(scheduler.pop(30_000)).not.toBe(NONE);
  });

  it("numbers events in order of creation, a moved one as if it were new", () => {
    const scheduler = new Scheduler();
    const near = scheduler.schedule(10, 1, 0, 0, "near");
    const far = scheduler.schedule(90_000, 1, 0, 0, "far");
    expect(scheduler.sequence[scheduler.reschedule(near, 10)]).toBe(3);
    expect(scheduler.sequence[scheduler.reschedule(far, 90_000)]).toBe(4);
    expect(scheduler.nextSequence).toBe(5);
  });

  it("counts those that wait", () => {
    const scheduler = new Scheduler();
    scheduler.schedule(1, 1, 0, 0, undefined);
    const cancelled = scheduler.schedule(2, 1, 0, 0, undefined);
    scheduler.schedule(90_000, 1, 0, 0, undefined);
    scheduler.cancel(cancelled);
    expect(scheduler.count).toBe(2);
    scheduler.pop(1);
    expect(scheduler.count).toBe(1);
  });

  it("refuses an event for the past, and one at no time at all", () => {
    const scheduler = new Scheduler();
    scheduler.advance(100);
    expect(() => scheduler.schedule(99, 1, 0, 0, undefined)).toThrow("for the past: 99 100");
    expect(() => scheduler.schedule(Number.NaN, 1, 0, 0, undefined)).toThrow("for the past");
  });

  it("refuses to cancel or move what is cancelled already", () => {
    const scheduler = new Scheduler();
    const slot = scheduler.schedule(5, 1, 0, 0, undefined);
    scheduler.cancel(slot);
    expect(() => scheduler.cancel(slot)).toThrow("no event waits in slot");
    expect(() => scheduler.reschedule(slot, 9)).toThrow("no event waits in slot");
  });

  it("numbers on from a snapshot, and says where each event went", () => {
    const scheduler = new Scheduler();
    scheduler.cancel(scheduler.schedule(5, 1, 0, 0, "cancelled"));
    const slot = scheduler.schedule(5, 1, 0, 0, "kept");
    scheduler.cancel(scheduler.schedule(6, 1, 0, 0, "cancelled as well"));
    const resumed = new Scheduler();
    const slots = resumed.restore(scheduler.snapshot());
    expect(resumed.payload[slots.get(slot)!]).toBe("kept");
    expect(resumed.sequence[slots.get(slot)!]).toBe(2);
    expect(resumed.nextSequence).toBe(4);
    expect(slots.size).toBe(1);
  });

  it("keeps order of creation over a snapshot, although slots are used again in any order", () => {
    const scheduler = new Scheduler();
    scheduler.schedule(1, 1, 0, 0, undefined);
    scheduler.schedule(1, 1, 0, 0, undefined);
    scheduler.free(scheduler.pop(1));
    scheduler.free(scheduler.pop(1));
    const first = scheduler.schedule(2, 1, 0, 0, "first");
    const second = scheduler.schedule(2, 1, 0, 0, "second");
    expect(first).toBeGreaterThan(second);
    const resumed = new Scheduler();
    resumed.restore(scheduler.snapshot());
    expect(resumed.payload[resumed.pop(2)]).toBe("first");
    expect(resumed.payload[resumed.pop(2)]).toBe("second");
  });

  it("restores only into a new scheduler", () => {
    const scheduler = new Scheduler();
    scheduler.schedule(5, 1, 0, 0, undefined);
    expect(() => scheduler.restore(new Scheduler().snapshot())).toThrow("a new scheduler");
  });
});
