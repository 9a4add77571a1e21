import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Inbox, shareProcessor } from "../../../src/sim/host/inbox.ts";
import { NONE, Scheduler } from "../../../src/sim/queue/scheduler.ts";
import { constant, uniform } from "../../../src/sim/random/distribution.ts";
import { Noise } from "../../../src/sim/random/random.ts";

const [ARRIVAL, CHANGE, WAKE] = [1, 2, 8];

/** What was handled when. */
type Handled = readonly [name: number, at: number];

/** A pause, or a load that costs each event so much, from `at` on for a while. */
interface Trouble {
  readonly at: number;
  readonly lasting: number;
  /** 0 is a pause. */
  readonly cost: number;
}

const HORIZON = 2_000;

/** A worker that looks at the world every microsecond. */
function naive(arrivals: readonly number[], troubles: readonly Trouble[]): Handled[] {
  const handled: Handled[] = [];
  const queue: number[] = [];
  let left: number | undefined;
  const lasting = (at: number): readonly Trouble[] =>
    troubles.filter((one) => one.at <= at && at < one.at + one.lasting);
  for (let now = 0; now <= HORIZON; now++) {
    arrivals.forEach((at, name) => {
      if (at === now) queue.push(name);
    });
    const trouble = lasting(now);
    if (trouble.some(({ cost }) => cost === 0)) continue;
    if (left !== undefined) left--;
    while (queue.length > 0) {
      left ??= trouble.reduce((sum, { cost }) => sum + cost, 0);
      if (left > 0) break;
      handled.push([queue.shift()!, now]);
      left = undefined;
    }
  }
  return handled;
}

/** An inbox that is asked by the same world. */
function real(arrivals: readonly number[], troubles: readonly Trouble[]): Handled[] {
  const scheduler = new Scheduler();
  const inbox = new Inbox(scheduler, WAKE, new Noise("1", "cpu"), { id: "n1", index: 0 });
  const handled: Handled[] = [];
  for (const { at, lasting, cost } of troubles) {
    let number = 0;
    const begin = (): void => {
      if (cost === 0) inbox.pause();
      else number = inbox.load(constant(cost));
    };
    const end = (): void => (cost === 0 ? inbox.resume() : inbox.unload(number));
    scheduler.schedule(at, CHANGE, 0, 0, begin);
    scheduler.schedule(at + lasting, CHANGE, 0, 0, end);
  }
  arrivals.forEach((at, name) => {
    scheduler.schedule(at, ARRIVAL, 0, 0, name);
  });
  for (let slot = scheduler.pop(HORIZON); slot !== NONE; slot = scheduler.pop(HORIZON)) {
    const kind = scheduler.kind[slot];
    const payload = scheduler.payload[slot];
    const sequence = scheduler.sequence[slot]!;
    scheduler.free(slot);
    if (kind === CHANGE) (payload as () => void)();
    else if (kind === WAKE) {
      handled.push([Number(inbox.take().payload), scheduler.now]);
      inbox.serve();
    } else if (inbox.isOpen) inbox.put({ kind: ARRIVAL, from: 0, payload, sequence });
    else handled.push([Number(payload), scheduler.now]);
  }
  return handled;
}

/** Nothing but arrivals and ends of work happens at the same instant. */
const arbitraryTrouble = fc
  .record({ at: fc.nat(90), lasting: fc.integer({ min: 1, max: 40 }), cost: fc.nat(4) })
  .map(({ at, lasting, cost }) => ({
    ...{ at: at * 10 + (cost === 0 ? 3 : 5), lasting: lasting * 10, cost: cost * 10 },
  }));
const arbitraryArrivals = fc
  .array(fc.nat(100), { maxLength: 40 })
  .map((ticks) => ticks.map((tick) => tick * 10).sort((a, b) => a - b));

describe("an inbox", () => {
  it("hands out what came when, and in the order in which, a plain worker would", () => {
    // Between a pause that ends and one that begins at that instant there is no time to tell of,
    // but enough to begin an event's work, which the worker does not see.
    const arbitraryTroubles = fc.array(arbitraryTrouble, { maxLength: 6 }).filter((troubles) => {
      const ends = troubles.map(({ at, lasting }) => at + lasting);
      return !troubles.some(({ at, cost }) => cost === 0 && ends.includes(at));
    });
    const property = fc.property(arbitraryArrivals, arbitraryTroubles, (arrivals, troubles) => {
      expect(real(arrivals, troubles)).toEqual(naive(arrivals, troubles));
    });
    fc.assert(property, { numRuns: 300 });
  });

  const open = (): { readonly inbox: Inbox; readonly scheduler: Scheduler } => {
    const scheduler = new Scheduler();
    const inbox = new Inbox(scheduler, WAKE, new Noise("1", "cpu"), { id: "n1", index: 0 });
    return { inbox, scheduler };
  };
  const event = (sequence: number) => ({ kind: ARRIVAL, from: 0, payload: sequence, sequence });

  it("is closed while its host is free, and knows the most that ever waited", () => {
    const { inbox } = open();
    expect(inbox.isOpen).toBe(false);
    inbox.pause();
    for (let i = 1; i <= 3; i++) inbox.put(event(i));
    expect([inbox.count, inbox.state.countMax]).toEqual([3, 3]);
    inbox.resume();
    for (let i = 1; i <= 3; i++) expect(inbox.take().payload).toBe(i);
    expect([inbox.isOpen, inbox.count, inbox.state.countMax]).toEqual([false, 0, 3]);
  });

  it("forgets what is taken out or dropped, and stays in order over thousands of events", () => {
    const { inbox } = open();
    inbox.pause();
    for (let i = 1; i <= 5_000; i++) inbox.put(event(i));
    for (let i = 2; i <= 5_000; i += 2) inbox.remove(i);
    inbox.resume();
    const taken = Array.from({ length: 2_400 }, () => inbox.take().payload);
    expect(taken).toEqual(taken.map((_, i) => 2 * i + 1));
    expect(inbox.clear()).toBe(100);
    expect(inbox.isOpen).toBe(false);
  });

  it("draws for each load apart: what one costs does not depend on another", () => {
    const costs = (others: number): readonly number[] => {
      const { inbox, scheduler } = open();
      for (let i = 0; i < others; i++) inbox.load(constant(0));
      if (others > 0) {
        inbox.put(event(1));
        scheduler.free(scheduler.pop(0));
        inbox.take();
      }
      scheduler.advance(50);
      inbox.load(uniform(1, 1_000));
      const times: number[] = [];
      for (let i = 2; i < 12; i++) inbox.put(event(i));
      for (let slot = scheduler.pop(1e6); slot !== NONE; slot = scheduler.pop(1e6)) {
        scheduler.free(slot);
        inbox.take();
        times.push(scheduler.now);
        inbox.serve();
      }
      return times;
    };
    expect(costs(2)).toEqual(costs(0));
    expect(new Set(costs(0)).size).toBe(10);
  });
});

/** Of two programs on one processor: what comes to each, what an event costs it, its pauses. */
interface Shared {
  readonly arrivals: readonly number[];
  readonly cost: number;
  readonly pauses: readonly Trouble[];
}

/** What was handled by which of the programs, and when. */
type HandledBy = readonly [program: number, name: number, at: number];

/** A processor that looks at the world every microsecond: who has waited longest comes first. */
function naiveShared(programs: readonly Shared[]): HandledBy[] {
  const handled: HandledBy[] = [];
  const queues: number[][] = programs.map(() => []);
  /** What is left of the time of the first event of each, once it was begun. */
  const left: (number | undefined)[] = programs.map(() => undefined);
  let line: number[] = [];
  let current: number | undefined;
  for (let now = 0; now <= HORIZON; now++) {
    if (current !== undefined) left[current]!--;
    programs.forEach(({ arrivals }, program) => {
      arrivals.forEach((at, name) => {
        if (at === now) queues[program]!.push(name);
      });
    });
    const isPaused = (program: number): boolean =>
      programs[program]!.pauses.some(({ at, lasting }) => at <= now && now < at + lasting);
    if (current !== undefined && isPaused(current)) current = undefined;
    const waits = (program: number): boolean =>
      program !== current && queues[program]!.length > 0 && !isPaused(program);
    const join = (): void => {
      line = line.filter(waits);
      programs.forEach((_, program) => {
        if (waits(program) && !line.includes(program)) line.push(program);
      });
    };
    // What comes at the instant at which something is done was there before.
    join();
    for (let isBusy = true; isBusy; ) {
      if (current !== undefined && left[current]! <= 0) {
        handled.push([current, queues[current]!.shift()!, now]);
        left[current] = undefined;
        current = undefined;
        join();
      }
      current ??= line.shift();
      if (current !== undefined) left[current] ??= programs[current]!.cost;
      isBusy = current !== undefined && left[current]! <= 0;
    }
  }
  return handled;
}

/** Two inboxes that share a processor, asked by the same world. */
function realShared(programs: readonly Shared[]): HandledBy[] {
  const scheduler = new Scheduler();
  const handled: HandledBy[] = [];
  const inboxes = programs.map(({ cost, pauses, arrivals }, index) => {
    const host = { id: `n${index}`, index };
    const inbox = new Inbox(scheduler, WAKE, new Noise("1", "cpu"), host);
    inbox.load(constant(cost));
    for (const { at, lasting } of pauses) {
      scheduler.schedule(at, CHANGE, index, index, () => inbox.pause());
      scheduler.schedule(at + lasting, CHANGE, index, index, () => inbox.resume());
    }
    arrivals.forEach((at, name) => {
      scheduler.schedule(at, ARRIVAL, index, index, name);
    });
    return inbox;
  });
  shareProcessor(inboxes);
  for (let slot = scheduler.pop(HORIZON); slot !== NONE; slot = scheduler.pop(HORIZON)) {
    const [kind, index] = [scheduler.kind[slot], scheduler.host[slot]!];
    const payload = scheduler.payload[slot];
    const sequence = scheduler.sequence[slot]!;
    scheduler.free(slot);
    const inbox = inboxes[index]!;
    if (kind === CHANGE) (payload as () => void)();
    else if (kind === WAKE) {
      handled.push([index, Number(inbox.take().payload), scheduler.now]);
      inbox.serve();
    } else inbox.put({ kind: ARRIVAL, from: 0, payload, sequence });
  }
  return handled;
}

describe("inboxes that share a processor", () => {
  const arrivalsAt = (offset: number) =>
    fc
      .array(fc.nat(60), { maxLength: 30 })
      .map((ticks) => ticks.map((tick) => tick * 20 + offset).sort((a, b) => a - b));
  /** At most one pause each, at an instant of its own. */
  const pausesAt = (offset: number) =>
    fc.array(
      fc
        .record({ at: fc.nat(60), lasting: fc.integer({ min: 1, max: 20 }) })
        .map(({ at, lasting }) => ({ at: at * 20 + offset, lasting: lasting * 20, cost: 0 })),
      { maxLength: 1 },
    );
  const program = (offset: number): fc.Arbitrary<Shared> =>
    fc.record({
      arrivals: arrivalsAt(offset),
      cost: fc.nat(3).map((cost) => cost * 20),
      pauses: pausesAt(offset + 5),
    });

  it("take turns, an event each, as a plain processor would", () => {
    const property = fc.property(program(0), program(10), (...programs) => {
      expect(realShared(programs)).toEqual(naiveShared(programs));
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("wait for each other, whatever their own events cost", () => {
    const nothing = { cost: 0, pauses: [] };
    const handled = realShared([
      { ...nothing, arrivals: [10, 110] },
      { ...nothing, arrivals: [0, 1, 2], cost: 50 },
    ]);
    expect(handled).toEqual([
      [1, 0, 50],
      [0, 0, 50],
      [1, 1, 100],
      [1, 2, 150],
      [0, 1, 150],
    ]);
  });

  it("go on when one of them is cleared while it is worked for", () => {
    const scheduler = new Scheduler();
    const [one, other] = ["n1", "n2"].map((id, index) => {
      const inbox = new Inbox(scheduler, WAKE, new Noise("1", "cpu"), { id, index });
      inbox.load(constant(50));
      return inbox;
    });
    shareProcessor([one!, other!]);
    one!.put({ kind: ARRIVAL, from: 0, payload: 1, sequence: 1 });
    other!.put({ kind: ARRIVAL, from: 0, payload: 2, sequence: 2 });
    scheduler.advance(30);
    expect(one!.clear()).toBe(1);
    expect(scheduler.host[scheduler.pop(1_000)]).toBe(1);
    expect(scheduler.now).toBe(80);
    expect(other!.take().payload).toBe(2);
  });
});
