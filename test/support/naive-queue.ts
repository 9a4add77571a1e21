// What a scheduler must do, in the plainest way: a list that is searched for the earliest event.
// The scheduler itself, under the same commands, has to give the same answers.

import { NONE, Scheduler } from "../../src/sim/queue/scheduler.ts";

export type Command =
  | { readonly do: "schedule"; readonly delay: number }
  /** Many at once, whose times are `delay` plus 0 to 6 times `spacing`, by turns. */
  | {
      readonly do: "burst";
      readonly delay: number;
      readonly count: number;
      readonly spacing: number;
    }
  /** `victim` is taken modulo the number of events that wait; with none, nothing happens. */
  | { readonly do: "cancel"; readonly victim: number }
  | { readonly do: "reschedule"; readonly victim: number; readonly delay: number }
  /** Takes all events of the next `span` microseconds, and moves time to its end. */
  | { readonly do: "run"; readonly span: number }
  /** Goes on from a snapshot. */
  | { readonly do: "resume" };

/** What came when: the event's name and its time. */
export type Arrival = readonly [name: number, at: number];

interface Waiting {
  readonly name: number;
  at: number;
  order: number;
}

/** The model. */
export class NaiveQueue {
  #waiting: Waiting[] = [];
  #now = 0;
  #names = 0;
  #orders = 0;

  obey(command: Command): readonly Arrival[] {
    switch (command.do) {
      case "schedule":
        this.#add(command.delay);
        return [];
      case "burst":
        for (const delay of delaysOf(command)) this.#add(delay);
        return [];
      case "cancel": {
        const victim = this.#victim(command.victim);
        this.#waiting = this.#waiting.filter((one) => one !== victim);
        return [];
      }
      case "reschedule": {
        const victim = this.#victim(command.victim);
        if (victim === undefined) return [];
        victim.at = this.#now + command.delay;
        victim.order = this.#orders++;
        return [];
      }
      case "run":
        return this.#run(this.#now + command.span);
      case "resume":
        return [];
    }
  }

  drain(): readonly Arrival[] {
    return this.#run(Number.MAX_SAFE_INTEGER);
  }

  #add(delay: number): void {
    this.#waiting.push({ name: this.#names++, at: this.#now + delay, order: this.#orders++ });
  }

  #victim(number: number): Waiting | undefined {
    const byName = this.#waiting.toSorted((a, b) => a.name - b.name);
    return byName[number % byName.length];
  }

  #run(until: number): readonly Arrival[] {
    const due = this.#waiting.filter(({ at }) => at <= until);
    this.#waiting = this.#waiting.filter(({ at }) => at > until);
    this.#now = until;
    return due.sort((a, b) => a.at - b.at || a.order - b.order).map(({ name, at }) => [name, at]);
  }
}

/** The scheduler, obeying the same commands. */
export class SchedulerUnderTest {
  #scheduler = new Scheduler();
  #names = 0;
  /** By name, the slot; names only grow, so they are in order. */
  #slots = new Map<number, number>();

  obey(command: Command): readonly Arrival[] {
    const now = this.#scheduler.now;
    switch (command.do) {
      case "schedule":
        this.#add(now + command.delay);
        return [];
      case "burst":
        for (const delay of delaysOf(command)) this.#add(now + delay);
        return [];
      case "cancel": {
        const [name, slot] = this.#victim(command.victim) ?? [];
        if (name === undefined || slot === undefined) return [];
        this.#scheduler.cancel(slot);
        this.#slots.delete(name);
        return [];
      }
      case "reschedule": {
        const [name, slot] = this.#victim(command.victim) ?? [];
        if (name === undefined || slot === undefined) return [];
        this.#slots.set(name, this.#scheduler.reschedule(slot, now + command.delay));
        return [];
      }
      case "run":
        return this.#run(now + command.span);
      case "resume":
        this.#resume();
        return [];
    }
  }

  drain(): readonly Arrival[] {
    return this.#run(Number.MAX_SAFE_INTEGER);
  }

  #add(at: number): void {
    const name = this.#names++;
    this.#slots.set(name, this.#scheduler.schedule(at, 1, 0, 0, name));
  }

  #victim(number: number): readonly [name: number, slot: number] | undefined {
    return [...this.#slots][number % this.#slots.size];
  }

  #run(until: number): readonly Arrival[] {
    const scheduler = this.#scheduler;
    const arrivals: Arrival[] = [];
    for (let slot = scheduler.pop(until); slot !== NONE; slot = scheduler.pop(until)) {
      const name = Number(scheduler.payload[slot]);
      arrivals.push([name, scheduler.now]);
      scheduler.free(slot);
      this.#slots.delete(name);
    }
    if (until < Number.MAX_SAFE_INTEGER) scheduler.advance(until);
    return arrivals;
  }

  #resume(): void {
    const moved = new Scheduler();
    const slots = moved.restore(this.#scheduler.snapshot());
    for (const [name, slot] of this.#slots) this.#slots.set(name, slots.get(slot)!);
    this.#scheduler = moved;
  }
}

function delaysOf({ delay, count, spacing }: Command & { readonly do: "burst" }): number[] {
  return Array.from({ length: count }, (_, i) => delay + ((i * 5) % 7) * spacing);
}
