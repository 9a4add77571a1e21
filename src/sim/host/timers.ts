import { fail } from "../assert.ts";
import type { Scheduler } from "../queue/scheduler.ts";
import type { Micros } from "../time.ts";
import type { Clock } from "./clock.ts";
import type { Inbox } from "./inbox.ts";

/** A host's timers as plain data. */
export interface TimersState {
  /**
   * By name, the slot of the event that will fire it; of a timer that has fallen due and waits in
   * the inbox, its event's sequence number, negative.
   */
  readonly slots: Map<string, number>;
  /** While the clock runs at a rate of its own, the age at which each timer in a slot is due. */
  readonly dues: Map<string, Micros>;
}

/** The timers of one host. They follow the host's own clock, also when its rate changes. */
export class Timers {
  state: TimersState = { slots: new Map(), dues: new Map() };
  readonly #scheduler: Scheduler;
  readonly #kind: number;
  readonly #host: number;
  readonly #clock: Clock;
  readonly #inbox: Inbox;

  /** Timers fire as events of `kind` on the host of that index, with their name as payload. */
  constructor(
    scheduler: Scheduler,
    kind: number,
    host: number,
    { clock, inbox }: { readonly clock: Clock; readonly inbox: Inbox },
  ) {
    this.#scheduler = scheduler;
    this.#kind = kind;
    this.#host = host;
    this.#clock = clock;
    this.#inbox = inbox;
  }

  set(name: string, delay: Micros): void {
    if (!(Number.isSafeInteger(delay) && delay >= 0)) fail("not a delay:", name, delay);
    const scheduler = this.#scheduler;
    const { slots } = this.state;
    const at = this.#clock.isSkewed ? this.#timeOf(name, delay) : scheduler.now + delay;
    const slot = slots.get(name);
    if (slot === undefined || slot < 0) {
      if (slot !== undefined) this.#inbox.remove(-slot);
      slots.set(name, scheduler.schedule(at, this.#kind, this.#host, this.#host, name));
      return;
    }
    const moved = scheduler.reschedule(slot, at);
    if (moved !== slot) slots.set(name, moved);
  }

  cancel(name: string): void {
    const { slots, dues } = this.state;
    const slot = slots.get(name);
    if (slot === undefined) return;
    if (slot < 0) this.#inbox.remove(-slot);
    else this.#scheduler.cancel(slot);
    slots.delete(name);
    dues.delete(name);
  }

  /** The timer's event is handled: it is no longer set. */
  fires(name: string): void {
    this.state.slots.delete(name);
    if (this.#clock.isSkewed) this.state.dues.delete(name);
  }

  /** The timer's event, of that sequence number, goes to the inbox. */
  park(name: string, sequence: number): void {
    this.state.slots.set(name, -sequence);
    this.state.dues.delete(name);
  }

  /** The node is no more; what waits in the inbox goes with the inbox. */
  clear(): void {
    for (const slot of this.state.slots.values()) if (slot > 0) this.#scheduler.cancel(slot);
    this.state.slots.clear();
    this.state.dues.clear();
  }

  /** Changes the clock's rate and moves every timer to when the clock will now have advanced. */
  follow(changeRate: () => void): void {
    const scheduler = this.#scheduler;
    const clock = this.#clock;
    const { slots, dues } = this.state;
    const set = [...slots]
      .filter(([, slot]) => slot > 0)
      .map(([name, slot]) => {
        const due = dues.get(name) ?? clock.age(scheduler.at[slot]!);
        return { name, slot, due, sequence: scheduler.sequence[slot]! };
      });
    // In the order in which they would have fired, which those of one instant keep.
    set.sort((a, b) => a.due - b.due || a.sequence - b.sequence);
    changeRate();
    dues.clear();
    for (const { name, slot, due } of set) {
      const at = Math.max(scheduler.now, clock.timeOf(due));
      if (at !== scheduler.at[slot]) clock.state.timersMoved++;
      slots.set(name, scheduler.reschedule(slot, at));
      if (clock.isSkewed) dues.set(name, due);
    }
  }

  /** Goes on from the state of another run; `slots` has the new place of each slot of then. */
  restore(state: TimersState, slots: ReadonlyMap<number, number>): void {
    for (const [name, slot] of state.slots) {
      if (slot > 0) state.slots.set(name, slots.get(slot)!);
    }
    this.state = state;
  }

  #timeOf(name: string, delay: Micros): Micros {
    const clock = this.#clock;
    const { now } = this.#scheduler;
    const due = clock.age(now) + delay;
    this.state.dues.set(name, due);
    const at = Math.max(now, clock.timeOf(due));
    if (clock.state.drifts > 0 && at !== clock.plainTimeOf(delay, now)) clock.state.timersMoved++;
    return at;
  }
}
