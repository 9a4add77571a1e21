import type { NodeId } from "./env.ts";
import type { FaultCount } from "./faults/fault-schedule.ts";
import type { Random, Streams } from "./random/random.ts";
import type { Micros } from "./time.ts";

/** The probability that a site is armed in a plan, and that an armed one fires when reached. */
export const BUGGIFY_SHARE = 1 / 4;

/** How often each armed site was reached, and fired. */
export type BuggifyState = Map<string, { reached: number; fired: number }>;

/**
 * Sites in a program where it may do what is rare but legal: give up early, send a small batch,
 * wait longer. A plan arms some of them by name; all others never fire.
 * Source: FoundationDB's BUGGIFY, with its two probabilities.
 */
export class Buggify {
  state: BuggifyState;
  readonly #streams: Streams;
  readonly #calm: Micros;

  /** From `calm` on nothing fires: then a system has to show that it gets well. */
  constructor(armed: readonly string[], streams: Streams, calm: Micros) {
    this.#streams = streams;
    this.#calm = calm;
    this.state = new Map(armed.map((site) => [site, { reached: 0, fired: 0 }]));
  }

  /** Whether the site fires now on that host; sites and hosts draw from streams of their own. */
  fires(host: NodeId, site: string, now: Micros): boolean {
    const count = this.state.get(site);
    if (count === undefined || now >= this.#calm) return false;
    count.reached++;
    if (!this.#streams.stream(`buggify ${site} ${host}`).chance(BUGGIFY_SHARE)) return false;
    count.fired++;
    return true;
  }

  /** By site, as `buggify <site>`: armed, reached, fired. */
  account(): ReadonlyMap<string, FaultCount> {
    return new Map(
      [...this.state].map(([site, { reached, fired }]) => [
        `buggify ${site}`,
        { offered: 1, injected: Math.min(reached, 1), effective: Math.min(fired, 1) },
      ]),
    );
  }
}

/** Of the sites that a scenario has, those that are armed for this seed. */
export function drawArmed(sites: readonly string[], random: Random): readonly string[] {
  return sites.filter(() => random.chance(BUGGIFY_SHARE));
}
