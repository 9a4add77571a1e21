import { assert } from "./assert.ts";
import type { NodeId } from "./env.ts";
import type { Fault, FaultKind, Target } from "./fault.ts";
import type { Random, Streams } from "./random/random.ts";
import type { Micros } from "./time.ts";

/** What a nemesis may strike, and when: every fault has ended by `until`. */
export interface Battlefield {
  readonly servers: readonly NodeId[];
  /** Default: none. */
  readonly clients?: readonly NodeId[];
  readonly from: Micros;
  readonly until: Micros;
}

/**
 * Draws a schedule of faults, in order of time. Each kind of fault takes its draws from a stream
 * of its own, so that leaving out one kind leaves the others as they were.
 */
export type Nemesis = (streams: Streams, field: Battlefield) => readonly Fault[];

/** How often faults of a kind begin and how long they last, each uniform in [min, max]. */
export interface Rhythm {
  /** Time from the beginning of one fault to that of the next. */
  readonly every: { readonly min: Micros; readonly max: Micros };
  readonly lasting: { readonly min: Micros; readonly max: Micros };
}

/**
 * Power failures of one server at a time; two may overlap when they last longer than `every`. With
 * a target, they wait for whom it means instead: chance alone seldom strikes at the worst moment.
 */
export function crashes(rhythm: Rhythm, target?: Target): Nemesis {
  const name = target === undefined ? "crash" : `crash ${target}`;
  return repeated(name, rhythm, (random, { servers }) => ({
    kind: "crash",
    hosts: [target ?? random.pick(servers)],
  }));
}

/** Processes that exit and come back; their files survive. */
export function stops(rhythm: Rhythm): Nemesis {
  return repeated("stop", rhythm, (random, { servers }) => ({
    kind: "stop",
    hosts: [random.pick(servers)],
  }));
}

/** Clients that exit and come back, and remember nothing. */
export function clientStops(rhythm: Rhythm): Nemesis {
  return repeated("client stop", rhythm, (random, { clients = [] }) => ({
    kind: "stop",
    hosts: [random.pick(clients)],
  }));
}

/** All faults of several nemeses, in order of time. */
export function all(...nemeses: readonly Nemesis[]): Nemesis {
  return (streams, field) =>
    nemeses.flatMap((nemesis) => nemesis(streams, field)).sort((a, b) => a.at - b.at);
}

/**
 * Of several nemeses, those that chance picks for this seed, each with probability 1/2: runs in
 * which a kind of trouble is missing find bugs that its presence hides.
 * Source: Groce et al., Swarm Testing, ISSTA 2012.
 */
export function swarm(...nemeses: readonly Nemesis[]): Nemesis {
  return (streams, field) => {
    const random = streams.stream("fault swarm");
    return all(...nemeses.filter(() => random.chance(1 / 2)))(streams, field);
  };
}

/** A nemesis of one fault at a time: `draw` says of which kind, and whom it strikes. */
export function repeated(
  name: string,
  rhythm: Rhythm,
  draw: (random: Random, field: Battlefield) => FaultKind,
): Nemesis {
  return repeatedly(name, rhythm, (random, field, span) => [{ ...span, ...draw(random, field) }]);
}

/** A nemesis of several faults at a time, all of them within the span that is drawn for them. */
export function repeatedly(
  name: string,
  { every, lasting }: Rhythm,
  draw: (
    random: Random,
    field: Battlefield,
    span: { readonly at: Micros; readonly lasting: Micros },
  ) => readonly Fault[],
): Nemesis {
  return (streams, field) => {
    const random = streams.stream(`fault ${name}`);
    const faults: Fault[] = [];
    assert(every.max >= 1, "faults without end, all at once:", name);
    let at = field.from + random.int(0, every.max);
    for (;;) {
      const span = random.int(lasting.min, lasting.max);
      if (at + span > field.until) return faults.sort((a, b) => a.at - b.at);
      faults.push(...draw(random, field, { at, lasting: span }));
      at += random.int(every.min, every.max);
    }
  };
}
