import type { Scheduler } from "../queue/scheduler.ts";
import type { Micros } from "../time.ts";

/** A message that is held back, as plain data; the payload of the event that lets it go. */
export interface HeldMessage {
  readonly link: number;
  /** Of the message on the link. */
  readonly number: number;
  readonly message: unknown;
  /** Time under way from when it is let go. */
  readonly latency: Micros;
  /** Events from this number on came after it was sent. */
  readonly sequence: number;
  /** The condition that holds it, by id. */
  readonly by: number;
  /** It goes when the message of this number has been sent. */
  readonly until: number;
  /** The event that lets it go at the latest, in the scheduler. */
  slot: number;
  /** Whether a later message has left before it. */
  isOvertaken: boolean;
}

/** Messages held back by link, those of a link in order of sending. */
export type HeldState = Map<number, HeldMessage[]>;

/** Messages that wait until others have overtaken them. */
export class HeldMessages {
  readonly state: HeldState = new Map();
  readonly #scheduler: Scheduler;
  readonly #releaseKind: number;

  constructor(scheduler: Scheduler, releaseKind: number) {
    this.#scheduler = scheduler;
    this.#releaseKind = releaseKind;
  }

  get areAny(): boolean {
    return this.state.size !== 0;
  }

  /** Holds a message, for `max` at most; then comes an event with it as payload. */
  hold(
    held: Omit<HeldMessage, "slot" | "isOvertaken">,
    from: number,
    to: number,
    max: Micros,
  ): void {
    const kept: HeldMessage = { ...held, slot: 0, isOvertaken: false };
    kept.slot = this.#scheduler.schedule(
      this.#scheduler.now + max,
      this.#releaseKind,
      to,
      from,
      kept,
    );
    const others = this.state.get(held.link);
    if (others === undefined) this.state.set(held.link, [kept]);
    else others.push(kept);
  }

  /** A message has been sent on the link: takes out those that waited for it, and returns them. */
  sent(link: number, number: number): readonly HeldMessage[] {
    return this.#takeOut(link, ({ until }) => until <= number);
  }

  /** A message has left on the link: those held that it overtakes for the first time. */
  overtaken(link: number): readonly HeldMessage[] {
    const found = (this.state.get(link) ?? []).filter(({ isOvertaken }) => !isOvertaken);
    for (const held of found) held.isOvertaken = true;
    return found;
  }

  /** Takes out all that a condition holds. */
  heldBy(condition: number): readonly HeldMessage[] {
    return [...this.state.keys()].flatMap((link) =>
      this.#takeOut(link, ({ by }) => by === condition),
    );
  }

  /** The event of this one has come. */
  due(due: HeldMessage): void {
    const rest = this.state.get(due.link)!.filter((held) => held !== due);
    this.#keep(due.link, rest);
  }

  /** Goes on from a state whose slots are those of this scheduler. */
  restore(state: HeldState): void {
    this.state.clear();
    for (const [link, all] of state) this.state.set(link, all);
  }

  #takeOut(link: number, isWanted: (held: HeldMessage) => boolean): readonly HeldMessage[] {
    const all = this.state.get(link) ?? [];
    const taken = all.filter(isWanted);
    if (taken.length === 0) return taken;
    for (const { slot } of taken) this.#scheduler.cancel(slot);
    this.#keep(
      link,
      all.filter((held) => !taken.includes(held)),
    );
    return taken;
  }

  #keep(link: number, rest: HeldMessage[]): void {
    if (rest.length === 0) this.state.delete(link);
    else this.state.set(link, rest);
  }
}
