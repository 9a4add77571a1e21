// Something good happens in time:
// `leadsTo("FAILOVER", leaderIsDown, anotherLeads, { within: seconds(2) })`.

import { UsageError } from "../assert.ts";
import type { Best, Evidence } from "../evidence.ts";
import type { Invariant, Premise, Verdict, World } from "../invariant.ts";
import { formatTime, type Micros } from "../time.ts";
import { checkSpan, type SpanOptions } from "./span.ts";

/** What a liveness assertion takes for granted, if its author does not say. */
const SUPPOSED: readonly Premise[] = ["servers"];

const NEVER: Micros = Number.MAX_SAFE_INTEGER;

/** `by` a time or `within` some time from `from` on, both included; without either, by the end. */
export interface Deadline {
  /** Default: 0. */
  readonly from?: Micros;
  readonly by?: Micros;
  readonly within?: Micros;
}

export interface EventuallyOptions<View, Memory> extends Deadline {
  /** Says, when it has not held, what is missing. */
  readonly explain?: (world: World<View>, memory: Memory) => string;
  /** What `holds` and `explain` keep, plain data; it goes with the assertion's state. */
  readonly memory?: Memory;
  /** Default: that all servers are there. */
  readonly supposes?: readonly Premise[];
}

/**
 * Holds at some time from `from` up to the deadline. A run that ends before its deadline does not
 * break it; that it was ever judged is asked of the campaign. Throws a UsageError when the deadline
 * makes no sense.
 */
export function eventually<View, Memory = undefined>(
  name: string,
  holds: (world: World<View>, memory: Memory) => boolean,
  options: EventuallyOptions<View, Memory> = {},
): Invariant<View> {
  const { from = 0, explain = () => "it never held", supposes = SUPPOSED } = options;
  const by = deadlineOf(name, options);
  const miss = (world: World<View>, at: Micros): Verdict => {
    made.state.isLate = true;
    const deadline = by === NEVER ? "the end" : formatTime(by);
    const message = `not by ${deadline}: ${explain(world, made.state.memory)}`;
    return [{ invariant: name, message, at }];
  };
  const ask = (world: World<View>, at: Micros): void => {
    if (holds(world, made.state.memory)) made.state.heldAt = at;
  };
  const made = {
    name,
    kind: "eventually" as const,
    supposes,
    state: {
      isLate: false,
      heldAt: undefined as Micros | undefined,
      // Without a memory none is asked for.
      memory: options.memory as Memory,
    },
    onStep: (world: World<View>) => {
      const { now } = world;
      if (made.state.heldAt === undefined && now >= from && now <= by) ask(world, now);
      return undefined;
    },
    onIdle: (world: World<View>, until: Micros) => {
      if (made.state.heldAt !== undefined || until <= from) return undefined;
      if (world.now < from) ask(world, from);
      return until > by && made.state.heldAt === undefined ? miss(world, by) : undefined;
    },
    idleDue: (now: Micros) => {
      if (made.state.heldAt !== undefined) return NEVER;
      return now <= from ? from : by;
    },
    onEnd: (world: World<View>) =>
      by === NEVER && made.state.heldAt === undefined ? miss(world, world.now) : undefined,
    evidence: () => {
      const { isLate, heldAt } = made.state;
      if (heldAt === undefined) return { isSeen: isLate, best: undefined };
      return { isSeen: true, best: by === NEVER ? undefined : waited(heldAt - from, by - from) };
    },
  };
  return made;
}

/**
 * What happens or is the case: nothing, something, or something of one or several keys, such as the
 * names of hosts, or the ids of operations.
 */
export type Occurrence = boolean | string | readonly string[] | undefined;

export interface LeadsToOptions<View> extends SpanOptions {
  readonly within: Micros;
  /** Says what is missing; the key is empty where there is none. */
  readonly explain?: (world: World<View>, key: string) => string;
  /** Default: that all servers are there. */
  readonly supposes?: readonly Premise[];
}

/**
 * Whenever `trigger` occurs in a span, `answer` occurs within some time, both included: at once, or
 * later. A trigger of a key is answered by one of the same key, and by `true`; one answer ends all
 * that wait for it. What waits still when the run ends does not break it. A state that must not
 * last ("hot", in Coyote and P) is one that leads to its opposite. Its cost grows with the number
 * of keys that occur, and not with those that wait. Source: the leads-to of Lamport's TLA.
 */
export function leadsTo<View>(
  name: string,
  trigger: (world: World<View>) => Occurrence,
  answer: (world: World<View>) => Occurrence,
  options: LeadsToOptions<View>,
): Invariant<View> {
  const { within, from = 0, until = NEVER, supposes = SUPPOSED } = options;
  checkSpan(name, from, until);
  if (!(within >= 0)) throw new UsageError(`${name}: expected within some time, got ${within}`);
  const look = (world: World<View>, at: Micros): void => {
    const { state } = made;
    const begun = at >= from && at <= until ? trigger(world) : undefined;
    if (begun !== undefined && begun !== false) open(state, begun, at);
    if (state.pending.size > 0) close(state, answer(world), at);
  };
  const made = {
    name,
    kind: "leadsTo" as const,
    supposes,
    state: newWaits(),
    onStep: (world: World<View>) => {
      look(world, world.now);
      return undefined;
    },
    onIdle: (world: World<View>, next: Micros): Verdict => {
      if (world.now < from && next > from) look(world, from);
      const { state } = made;
      if (state.oldest + within >= next) return undefined;
      state.isSeen = true;
      return missed(name, options, world, state);
    },
    // What is asked from now on is due when that time is up.
    idleDue: (now: Micros) =>
      Math.min(now <= from ? from : NEVER, Math.min(made.state.oldest, now) + within),
    evidence: (): Pick<Evidence, "isSeen" | "best"> => {
      const { isSeen, longest } = made.state;
      return { isSeen, best: longest === undefined ? undefined : waited(longest, within) };
    },
  };
  return made;
}

/** Triggers that wait for their answers, and how long others did. */
interface Waits {
  /** By key, the oldest trigger; in order of time. */
  readonly pending: Map<string, Micros>;
  /** The oldest of all; Infinity when none waits. */
  oldest: Micros;
  /** Whether one was answered or missed. */
  isSeen: boolean;
  longest: Micros | undefined;
}

function newWaits(): Waits {
  return { pending: new Map(), oldest: Infinity, isSeen: false, longest: undefined };
}

function open(waits: Waits, begun: true | string | readonly string[], at: Micros): void {
  const { pending } = waits;
  if (begun === true) openKey(pending, "", at);
  else if (typeof begun === "string") openKey(pending, begun, at);
  else for (const key of begun) openKey(pending, key, at);
  if (pending.size > 0 && waits.oldest === Infinity) waits.oldest = at;
}

function openKey(pending: Map<string, Micros>, key: string, at: Micros): void {
  if (!pending.has(key)) pending.set(key, at);
}

function close(waits: Waits, answered: Occurrence, at: Micros): void {
  const { pending } = waits;
  if (answered === undefined || answered === false) return;
  const keys = answered === true ? [...pending.keys()] : [answered].flat();
  for (const key of keys) {
    const since = pending.get(key);
    if (since === undefined) continue;
    pending.delete(key);
    waits.isSeen = true;
    waits.longest = Math.max(waits.longest ?? 0, at - since);
  }
  const [oldest = Infinity] = pending.values();
  waits.oldest = oldest;
}

function missed<View>(
  name: string,
  { within, explain = () => "nothing came of it" }: LeadsToOptions<View>,
  world: World<View>,
  { pending }: Waits,
): Verdict {
  const [[key, since] = ["", 0]] = pending;
  const of = key === "" ? "" : ` (${key})`;
  const what = `what began at ${formatTime(since)}${of} was not answered`;
  const message = `${what} within ${formatTime(within)}: ${explain(world, key)}`;
  return [{ invariant: name, message, at: since + within }];
}

function waited(value: Micros, bound: Micros): Best {
  return { value, bound, towards: "up", unit: "time" };
}

/** The time, or that there is none but the end. */
function deadlineOf(name: string, { from = 0, by, within }: Deadline): Micros {
  if (by !== undefined && within !== undefined) {
    throw new UsageError(`${name}: expected by a time or within one, got both`);
  }
  const deadline = within === undefined ? (by ?? NEVER) : from + within;
  checkSpan(name, from, deadline);
  return deadline;
}
