import { assert } from "../assert.ts";
import { sample, sampler } from "../random/distribution.ts";
import { Noise } from "../random/random.ts";
import type { Micros } from "../time.ts";
import { CONDITION_KINDS } from "./condition.ts";
import {
  type ActiveCondition,
  type Application,
  type ConditionSurroundings,
  concerns,
  type Passage,
  type ReadyCondition,
  standInLines,
  strike,
} from "./passage.ts";

/** The conditions as plain data. */
export interface ConditionsState {
  nextId: number;
  /** In order of beginning. */
  readonly active: ActiveCondition[];
}

/** All conditions that hold now, and what they do to a message that is sent. */
export class Conditions {
  readonly state: ConditionsState = { nextId: 1, active: [] };
  readonly #surroundings: ConditionSurroundings;
  /** By link, in order of CONDITION_KINDS and then of beginning. */
  readonly #onLink = new Map<number, readonly ReadyCondition[]>();

  constructor(surroundings: ConditionSurroundings) {
    this.#surroundings = surroundings;
  }

  /** Whether there is any condition at all. */
  get areAny(): boolean {
    return this.#onLink.size !== 0;
  }

  /**
   * A condition begins; returns its id. `sent` tells for a link how many messages were sent on it
   * so far.
   */
  begin(application: Application, sent: (link: number) => number): number {
    const { links, condition } = application;
    const active: ActiveCondition = {
      ...application,
      name: this.#ownName(application),
      id: this.state.nextId++,
      ...{ met: 0, changed: 0, chains: new Map(), queues: new Map() },
    };
    if (condition.kind === "burstLoss") {
      for (const link of links) active.chains.set(link, { next: sent(link), isBad: false });
    }
    this.state.active.push(active);
    this.#put(active);
    return active.id;
  }

  end(id: number): void {
    const ended = this.get(id);
    this.state.active.splice(this.state.active.indexOf(ended), 1);
    for (const link of ended.links) {
      const rest = this.#on(link).filter(({ active }) => active !== ended);
      if (rest.length === 0) this.#onLink.delete(link);
      else this.#onLink.set(link, rest);
    }
  }

  get(id: number): ActiveCondition {
    const found = this.state.active.find((active) => active.id === id);
    assert(found !== undefined, "no such condition holds:", id);
    return found;
  }

  /** Goes on from the state of another run. */
  restore({ nextId, active }: ConditionsState): void {
    this.state.nextId = nextId;
    this.state.active.splice(0, Infinity, ...active);
    this.#onLink.clear();
    for (const one of active) this.#put(one);
  }

  /** A message is sent: all that its link's conditions do to it but for added latency. */
  pass(passage: Passage): void {
    for (const ready of this.#on(passage.place.link)) {
      if (!concerns(ready, passage)) continue;
      ready.active.met++;
      strike(ready, passage, this.#surroundings);
      if (passage.drop !== undefined) break;
    }
    if (passage.lines.length > 0) standInLines(passage, this.#surroundings);
  }

  /** What latencies add for the message, or for the copy of that key. */
  addedLatency(passage: Passage, copy = 0): Micros {
    const { link, subject, number } = passage.place;
    let sum = 0;
    for (const ready of this.#on(link)) {
      if (ready.added === undefined || !concerns(ready, passage)) continue;
      const draw = ready.noise.draw(subject ^ copy, number);
      const added = sample(ready.added, draw);
      if (added > 0) ready.active.changed++;
      sum += added;
    }
    return sum;
  }

  #on(link: number): readonly ReadyCondition[] {
    return this.#onLink.get(link) ?? NONE;
  }

  /** A name that no other condition has on the same links, so that no two take the same draws. */
  #ownName({ name, links }: Application): string {
    const here = new Set(links);
    const taken = this.state.active
      .filter((other) => other.links.some((link) => here.has(link)))
      .map((other) => other.name);
    let own = name;
    for (let n = 1; taken.includes(own); n++) own = `${name}#${n}`;
    return own;
  }

  #put(active: ActiveCondition): void {
    const { condition, name } = active;
    const noise = new Noise(this.#surroundings.seed, name);
    const added = condition.kind === "latency" ? sampler(condition.added) : undefined;
    const ready = { active, noise, key: noise.draw(0, 0), added };
    for (const link of active.links) {
      const all = [...this.#on(link), ready];
      this.#onLink.set(
        link,
        all.sort((a, b) => rank(a) - rank(b)),
      );
    }
  }
}

const NONE: readonly ReadyCondition[] = [];

function rank({ active }: ReadyCondition): number {
  return CONDITION_KINDS.indexOf(active.condition.kind);
}
