// Nemeses that cut links. Clients reach all servers, unless it is said otherwise.

import { assert } from "../assert.ts";
import type { Fault, FaultKind, InFlight } from "../fault.ts";
import { RING_MIN } from "../faults/cuts.ts";
import { type Battlefield, type Nemesis, type Rhythm, repeated, repeatedly } from "../nemesis.ts";
import type { Random } from "../random/random.ts";
import type { Micros } from "../time.ts";

/** What cuts may be like. */
export interface CutChoice {
  /** For each cut one of them is drawn. Default: all that there are. */
  readonly inFlight?: readonly InFlight[];
  /** Only messages whose `type` is one of these are cut. Default: all. */
  readonly types?: readonly string[];
}

/** What flapping links may be like. */
export interface FlappingChoice extends CutChoice {
  /** For how long links are whole, and cut, each time; drawn anew for each fault. */
  readonly up: Span;
  readonly down: Span;
}

/** Uniform in [min, max]. */
interface Span {
  readonly min: Micros;
  readonly max: Micros;
}

/** Cuts between two groups that together are all servers, neither empty. */
export function partitions(rhythm: Rhythm, choice: CutChoice = {}): Nemesis {
  return repeated("partition", rhythm, (random, { servers }) => {
    assert(servers.length >= 2, "a partition of", servers.length);
    const shuffled = random.shuffle(servers);
    const size = random.int(1, shuffled.length - 1);
    const groups = [shuffled.slice(0, size), shuffled.slice(size)];
    return { kind: "partition", groups, ...drawRules(random, choice) };
  });
}

/** Single servers cut off from everybody, clients included. */
export function isolations(rhythm: Rhythm, choice: CutChoice = {}): Nemesis {
  return repeated("isolate", rhythm, (random, { servers }) => ({
    kind: "isolate",
    hosts: [random.pick(servers)],
    ...drawRules(random, choice),
  }));
}

/** Cuts of one direction between two servers, or between one server and all others. */
export function oneWayCuts(rhythm: Rhythm, choice: CutChoice = {}): Nemesis {
  return repeated("one-way cut", rhythm, (random, { servers }) => ({
    kind: "oneWay",
    ...drawEnds(random, servers),
    ...drawRules(random, choice),
  }));
}

/**
 * One server, and two halves of the others that reach each other through it alone: of three
 * servers or more, of fewer none. Source: Jepsen, `bridge`.
 */
export function bridges(rhythm: Rhythm, choice: CutChoice = {}): Nemesis {
  return ofAtLeast(
    3,
    repeated("bridge", rhythm, (random, { servers }) => {
      const [bridge, ...others] = random.shuffle(servers);
      const size = Math.floor(others.length / 2);
      const halves = [others.slice(0, size), others.slice(size)];
      return { kind: "bridge", bridge: [bridge!], halves, ...drawRules(random, choice) };
    }),
  );
}

/**
 * All servers on a ring, in random order, each of which sees a majority and no two the same: of
 * four servers or more, of fewer none. Source: Jepsen, `majorities-ring`.
 */
export function rings(rhythm: Rhythm, choice: CutChoice = {}): Nemesis {
  return ofAtLeast(
    RING_MIN,
    repeated("ring", rhythm, (random, { servers }) => ({
      kind: "ring",
      hosts: random.shuffle(servers),
      ...drawRules(random, choice),
    })),
  );
}

/** Links between two servers, or one and all others, that go down and up in turns. */
export function flappings(rhythm: Rhythm, choice: FlappingChoice): Nemesis {
  return repeated("flapping", rhythm, (random, { servers }) => ({
    kind: "flapping",
    ...drawEnds(random, servers),
    bothWays: random.chance(1 / 2),
    up: random.int(choice.up.min, choice.up.max),
    down: random.int(choice.down.min, choice.down.max),
    ...drawRules(random, choice),
  }));
}

/** Links between two servers, or one and all others, on which everything waits. */
export function clogs(rhythm: Rhythm, { types = [] }: Pick<CutChoice, "types"> = {}): Nemesis {
  return repeated("clog", rhythm, (random, { servers }) => ({
    kind: "clog",
    ...drawEnds(random, servers),
    bothWays: random.chance(1 / 2),
    types,
  }));
}

/**
 * Some servers, from one to all, are clogged one by one in random order and unclogged one by one in
 * another: `lasting` spans it all, in its first half clogs begin, at equal distances, and in its
 * second half they end. Each clog is between a server and everybody, both ways, clients included.
 * Source: FoundationDB, swizzle-clogging.
 */
export function swizzleClogs(
  rhythm: Rhythm,
  { types = [] }: Pick<CutChoice, "types"> = {},
): Nemesis {
  return repeatedly("swizzle clog", rhythm, (random, { servers }, { at, lasting }) => {
    const count = random.int(1, servers.length);
    const clogged = random.shuffle(servers).slice(0, count);
    const unclogged = random.shuffle(clogged);
    return clogged.map((host, i): Fault => {
      const begin = at + staggered(lasting, i, count);
      const end = at + lasting - staggered(lasting, unclogged.indexOf(host), count);
      const everybody = { from: [host], to: ["everybody"], bothWays: true };
      return { at: begin, lasting: end - begin, kind: "clog", ...everybody, types };
    });
  });
}

/** The i-th of `count` points in the first half of a span. */
function staggered(span: Micros, i: number, count: number): Micros {
  return Math.floor((span * i) / (2 * count));
}

/** One server on one side, and one or all of the others on the other. */
function drawEnds(
  random: Random,
  servers: Battlefield["servers"],
): Pick<Extract<FaultKind, { kind: "oneWay" }>, "from" | "to"> {
  assert(servers.length >= 2, "a cut between", servers.length);
  const [one, ...others] = random.shuffle(servers);
  const peers = random.chance(1 / 2) ? others : others.slice(0, 1);
  return random.chance(1 / 2) ? { from: [one!], to: peers } : { from: peers, to: [one!] };
}

function drawRules(
  random: Random,
  { inFlight = ["lose", "hold", "deliver"], types = [] }: CutChoice,
): { readonly inFlight: InFlight; readonly types: readonly string[] } {
  return { inFlight: random.pick(inFlight), types };
}

function ofAtLeast(count: number, nemesis: Nemesis): Nemesis {
  return (streams, field) => (field.servers.length < count ? [] : nemesis(streams, field));
}
