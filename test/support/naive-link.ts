// What cuts do to the messages of one link, worked out message by message.

import type { Cut } from "../../src/sim/network/cut.ts";

/** What a cut is to a link. */
export type NaiveCut = Pick<Cut, "inFlight" | "isClog" | "types">;

export interface NaiveArrival {
  readonly message: unknown;
  readonly at: number;
}

interface Underway {
  readonly message: unknown;
  readonly type: string;
  /** When it arrives; undefined while it is held. */
  at: number | undefined;
  /** What is left of the way of one that is held. */
  left: number;
  hasMetClog: boolean;
}

/**
 * One link. Calls come in order of time; of what happens at the time of a call, the call is first.
 */
export class NaiveLink {
  readonly arrivals: NaiveArrival[] = [];
  readonly #cuts = new Set<NaiveCut>();
  /** In order of sending; one that was held counts as sent when it is released. */
  #underway: Underway[] = [];

  send(now: number, message: unknown, type: string, latency: number): void {
    this.pass(now);
    const concerning = this.#concerning(type);
    if (concerning.some(({ isClog }) => !isClog)) return;
    const isHeld = concerning.length > 0;
    const at = isHeld ? undefined : now + latency;
    this.#underway.push({ message, type, at, left: latency, hasMetClog: isHeld });
  }

  begin(now: number, cut: NaiveCut): void {
    this.pass(now);
    this.#cuts.add(cut);
    const isConcerned = ({ type }: Underway): boolean => concerns(cut, type);
    if (cut.inFlight === "lose") {
      this.#underway = this.#underway.filter((message) => !isConcerned(message));
    }
    if (cut.inFlight !== "hold") return;
    for (const message of this.#underway.filter(isConcerned)) {
      if (message.at !== undefined) message.left = message.at - now;
      message.at = undefined;
      message.hasMetClog ||= cut.isClog;
    }
  }

  end(now: number, cut: NaiveCut): void {
    this.pass(now);
    this.#cuts.delete(cut);
    const free = this.#underway.filter(
      ({ at, type }) => at === undefined && this.#concerning(type).length === 0,
    );
    let last = 0;
    for (const message of free) {
      message.at = now + message.left;
      if (!message.hasMetClog) continue;
      message.at = last = Math.max(last, message.at);
      message.hasMetClog = false;
    }
    this.#underway = [...this.#underway.filter((message) => !free.includes(message)), ...free];
  }

  /** Lets arrive what is due before a time. */
  pass(now: number): void {
    const isDue = ({ at }: Underway): boolean => at !== undefined && at < now;
    for (const { message, at } of this.#underway.filter(isDue)) {
      this.arrivals.push({ message, at: at! });
    }
    this.#underway = this.#underway.filter((message) => !isDue(message));
  }

  #concerning(type: string): NaiveCut[] {
    return [...this.#cuts].filter((cut) => concerns(cut, type));
  }
}

function concerns({ types }: NaiveCut, type: string): boolean {
  return types.length === 0 || types.includes(type);
}
