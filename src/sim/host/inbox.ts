import { assert } from "../assert.ts";
import { NONE, type Scheduler } from "../queue/scheduler.ts";
import { type Distribution, type Sampler, sample, sampler } from "../random/distribution.ts";
import { type Noise, subjectKey } from "../random/random.ts";
import type { Micros } from "../time.ts";

/** An event that has come to its host and is not handled yet. */
export interface WaitingEvent {
  readonly kind: number;
  readonly from: number;
  readonly payload: unknown;
  readonly sequence: number;
}

/** What makes each event cost time, and how much it has drawn. */
interface Load {
  readonly cost: Sampler;
  readonly since: Micros;
  /** What its draws are keyed by, such that no other load has a part in them. */
  readonly subject: number;
  drawn: number;
  /** Events that it has made take time. */
  slowed: number;
}

/** The inbox as plain data. */
export interface InboxState {
  /** In order of arrival, from `first` on; what stands before is done with. */
  waiting: (WaitingEvent | undefined)[];
  first: number;
  pauses: number;
  readonly loads: Map<number, Load>;
  loadCount: number;
  /** The slot of the event that ends the first one's time; NONE when none is being worked on. */
  wake: number;
  /** While paused: what was left of the time of the one that was being worked on. */
  left: Micros | undefined;
  /** While it waits for a processor that it shares: the lowest of those that wait comes first. */
  turn: number | undefined;
  /** The most events that ever waited. */
  countMax: number;
  /** Events that pauses have held up. */
  heldUp: number;
}

/**
 * Where events wait while their host is paused or its processor busy. They are handled in the order
 * of their arrival, one at a time, each at the end of the time that it takes. Inboxes that share a
 * processor take turns: one event each.
 */
export class Inbox {
  state: InboxState;
  /** Whether events must come here before they are handled. */
  isOpen = false;
  /** All that share the processor, this one included; empty when it has one of its own. */
  #sharers: readonly Inbox[] = [];
  readonly #scheduler: Scheduler;
  readonly #wakeKind: number;
  readonly #noise: Noise;
  readonly #host: { readonly id: string; readonly index: number };

  /** It schedules events of `wakeKind`, at each of which one event is to be taken and handled. */
  constructor(
    scheduler: Scheduler,
    wakeKind: number,
    noise: Noise,
    host: { readonly id: string; readonly index: number },
  ) {
    this.#scheduler = scheduler;
    this.#wakeKind = wakeKind;
    this.#noise = noise;
    this.#host = host;
    this.state = {
      ...{ waiting: [], first: 0, pauses: 0, loads: new Map(), loadCount: 0 },
      ...{ wake: NONE, left: undefined, turn: undefined, countMax: 0, heldUp: 0 },
    };
  }

  /** How many events wait, the one that is being worked on included. */
  get count(): number {
    return this.state.waiting.length - this.state.first;
  }

  /** From now on there is one processor for all of these, itself included. */
  share(sharers: readonly Inbox[]): void {
    assert(sharers.includes(this), "a processor of others:", this.#host.id);
    this.#sharers = sharers;
    this.#look();
  }

  put(event: WaitingEvent): void {
    const { state } = this;
    assert(this.isOpen, "nothing waits at host", this.#host.id);
    state.waiting.push(event);
    if (this.count > state.countMax) state.countMax = this.count;
    if (state.pauses > 0) state.heldUp++;
    this.serve();
  }

  /** The first event, whose time has passed; its handling is the caller's, and then `serve`. */
  take(): WaitingEvent {
    const { state } = this;
    const event = state.waiting[state.first];
    assert(event !== undefined && state.pauses === 0, "woken for nothing:", this.#host.id);
    state.wake = NONE;
    state.waiting[state.first++] = undefined;
    if (state.first === state.waiting.length) this.#empty();
    else if (state.first >= DONE_KEPT_MAX && state.first * 2 >= state.waiting.length) {
      state.waiting.splice(0, state.first);
      state.first = 0;
    }
    this.#look();
    return event;
  }

  /** Sets to work on the first event, unless there is none or the host is not free. */
  serve(): void {
    const { state } = this;
    if (this.count > 0 && state.pauses === 0 && state.wake === NONE) {
      if (this.#sharers.length === 0) {
        this.#work();
        return;
      }
      state.turn ??= 1 + Math.max(0, ...this.#sharers.map((sharer) => sharer.state.turn ?? 0));
    }
    this.#yield();
  }

  /** Takes out an event that waits and is not being worked on. O(n). */
  remove(sequence: number): void {
    const { state } = this;
    const place = state.waiting.findIndex((event) => event?.sequence === sequence);
    assert(place >= state.first, "no such event waits:", this.#host.id, sequence);
    state.waiting.splice(place, 1);
    if (this.count === 0) this.#empty();
    this.#look();
  }

  /** Nothing is handled until as many {@link resume}s have followed. */
  pause(): void {
    const { state } = this;
    if (state.pauses++ === 0 && state.wake !== NONE) {
      state.left = this.#scheduler.at[state.wake]! - this.#scheduler.now;
      this.#cancelWake();
      state.heldUp++;
    }
    this.#look();
    this.#yield();
  }

  /** Undoes one {@link pause}: with the last, what was begun goes on, and the rest follows. */
  resume(): void {
    const { state } = this;
    assert(state.pauses > 0, "not paused:", this.#host.id);
    if (--state.pauses > 0) return;
    this.serve();
    this.#look();
  }

  /** From now on each event takes so much longer; returns a number for {@link unload}. */
  load(perEvent: Distribution): number {
    const { state } = this;
    const number = state.loadCount++;
    const { now: since } = this.#scheduler;
    const twins = [...state.loads.values()].filter((load) => load.since === since).length;
    const subject = subjectKey(`${this.#host.id} since ${since}, ${twins}`);
    state.loads.set(number, { cost: sampler(perEvent), since, subject, drawn: 0, slowed: 0 });
    this.#look();
    return number;
  }

  /** Undoes {@link load}; what is being worked on still takes its time. */
  unload(number: number): void {
    assert(this.state.loads.delete(number), "no such load:", this.#host.id, number);
    this.#look();
  }

  /** How many events a load has made take time. */
  slowedBy(number: number): number {
    return this.state.loads.get(number)?.slowed ?? 0;
  }

  /** Drops all that waits; returns how many there were. */
  clear(): number {
    const { count } = this;
    if (this.state.wake !== NONE) this.#cancelWake();
    this.state.left = undefined;
    this.#empty();
    this.#look();
    this.#yield();
    return count;
  }

  /** Goes on from the state of another run; `slots` has the new place of each slot of then. */
  restore(state: InboxState, slots: ReadonlyMap<number, number>): void {
    this.state = state;
    if (state.wake !== NONE) state.wake = slots.get(state.wake)!;
    this.#look();
  }

  /** Lets who has waited longest for the processor work on its first event, if it is free. */
  #yield(): void {
    let next: Inbox | undefined;
    for (const sharer of this.#sharers) {
      const { turn, wake, pauses } = sharer.state;
      if (wake !== NONE) return;
      if (sharer.count === 0 || pauses > 0) sharer.state.turn = undefined;
      else if (turn !== undefined && turn < (next?.state.turn ?? Number.POSITIVE_INFINITY)) {
        next = sharer;
      }
    }
    if (next !== undefined) next.#work();
  }

  #work(): void {
    const { state } = this;
    const time = state.left ?? this.#draw();
    state.left = undefined;
    state.turn = undefined;
    this.#wakeAfter(time);
  }

  #draw(): Micros {
    let time = 0;
    for (const load of this.state.loads.values()) {
      const cost = sample(load.cost, this.#noise.draw(load.subject, load.drawn++));
      if (cost > 0) load.slowed++;
      time += cost;
    }
    return time;
  }

  #wakeAfter(time: Micros): void {
    const { index } = this.#host;
    const at = this.#scheduler.now + time;
    this.state.wake = this.#scheduler.schedule(at, this.#wakeKind, index, index, undefined);
  }

  #cancelWake(): void {
    this.#scheduler.cancel(this.state.wake);
    this.state.wake = NONE;
  }

  #empty(): void {
    this.state.waiting.length = 0;
    this.state.first = 0;
  }

  #look(): void {
    const { pauses, loads } = this.state;
    const isBusy = pauses > 0 || loads.size > 0 || this.#sharers.length > 0;
    this.isOpen = isBusy || this.count > 0;
  }
}

/** Lets inboxes share one processor, before anything comes. */
export function shareProcessor(inboxes: readonly Inbox[]): void {
  for (const inbox of inboxes) inbox.share(inboxes);
}

/** So many events that are done with, at most, take up room while others wait. */
const DONE_KEPT_MAX = 1_024;
