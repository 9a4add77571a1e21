import type { Deed, EventAccount, EventPlace } from "./account.ts";
import type { Focus } from "./effect-log.ts";

/** A run of a plan that can be made again and looked into. */
export interface Side {
  /** What kind of run it is: `plain`, `recorded and strict`, `in another process`. */
  readonly name: string;
}

/** The first thing that is not the same in two runs of one plan. */
export interface Leak {
  /** The event up to which, and with the effect up to which, both runs were the same. */
  readonly place: EventPlace;
  /** The event in words, as the first of the two runs has it. */
  readonly event: string;
  /**
   * What differs: what programs did in the event, what they threw, what they remember after it, or
   * the event itself.
   */
  readonly kind: "effect" | "throw" | "state" | "event";
  readonly sides: readonly [LeakSide, LeakSide];
  /** What the handlers of this event have asked of the machine: the first suspects. */
  readonly asked: readonly Deed[];
}

/** What one of the two runs did there. */
export interface LeakSide extends Deed {
  /** The name of the run. */
  readonly run: string;
}

/** What a search needs of a side: a new run of it, looked at in this way. */
export interface Question<Of extends Side> {
  readonly side: Of;
  readonly focus: Focus;
}

/** What a run has left. */
export interface Trail {
  /** After each event, a rolling hash of all until then: two words an event. */
  readonly words: ArrayLike<number>;
  /** By number of event. */
  readonly accounts: ReadonlyMap<number, EventAccount>;
}

/** So many times, at most, each run looks into all memories while a span is narrowed. */
const LOOKS_MAX = 64;
/** So many events after and before the one where two runs parted are kept next time. */
const REACHES = [20, 1_000];

/**
 * Finds where two runs of about so many events part. It makes both anew: first to narrow the span
 * in which a memory is another, then to keep accounts of the events around; a leak that shows
 * itself elsewhere each time is searched for in a wider span. Undefined when the runs do not part
 * again. O(log events) runs.
 */
export function* locating<Of extends Side>(
  a: Of,
  b: Of,
  events: number,
): Generator<Question<Of>, Leak | undefined, Trail> {
  let every = Math.ceil(events / LOOKS_MAX);
  let focus: Focus = { from: 1, to: events, every, keeps: false, memoryOf: 0 };
  let step = yield* parting(a, b, focus);
  while (every > 1 && step !== undefined) {
    const from = step - every;
    every = Math.ceil(every / LOOKS_MAX);
    focus = { ...focus, from, to: step, every };
    step = yield* parting(a, b, focus);
  }
  for (const reach of REACHES) {
    if (step === undefined) return undefined;
    focus = { from: step - reach, to: step + reach, every: 1, keeps: true, memoryOf: step };
    const left: Trail = yield { side: a, focus };
    const right: Trail = yield { side: b, focus };
    step = firstDifferent(left.words, right.words);
    if (step === undefined || step < focus.from || step > focus.to) continue;
    return compareAccounts([a.name, left.accounts.get(step)], [b.name, right.accounts.get(step)]);
  }
  return undefined;
}

function* parting<Of extends Side>(
  a: Of,
  b: Of,
  focus: Focus,
): Generator<Question<Of>, number | undefined, Trail> {
  const left = yield { side: a, focus };
  const right = yield { side: b, focus };
  return firstDifferent(left.words, right.words);
}

/**
 * The first event, counted from 1, after which two rolling hashes differ, two words an event; they
 * differ from then on, so it is found by bisection. Undefined when all are equal. O(log events).
 */
export function firstDifferent(a: ArrayLike<number>, b: ArrayLike<number>): number | undefined {
  const shared = Math.min(a.length, b.length) / 2;
  let [low, high] = [0, shared];
  while (low < high) {
    const middle = (low + high) >> 1;
    const isSame = a[2 * middle] === b[2 * middle] && a[2 * middle + 1] === b[2 * middle + 1];
    if (isSame) low = middle + 1;
    else high = middle;
  }
  return low === shared && a.length === b.length ? undefined : low + 1;
}

type Named = readonly [run: string, account: EventAccount | undefined];

/** What differs first in an event of two runs; undefined when nothing does that was kept. */
export function compareAccounts(a: Named, b: Named): Leak | undefined {
  const [[, left], [, right]] = [a, b];
  const place = left?.place ?? right?.place;
  if (place === undefined) return undefined;
  const leak = (kind: Leak["kind"], deeds: readonly [Deed | undefined, Deed | undefined]): Leak => {
    const event = left?.text ?? right?.text ?? "";
    const asked = left?.asked.length ? left.asked : (right?.asked ?? []);
    const sides = [sideOf(a[0], deeds[0]), sideOf(b[0], deeds[1])] as const;
    return { place, event, kind, sides, asked };
  };
  if (left === undefined || right === undefined || !isSameEvent(left, right)) {
    return leak("event", [eventOf(left), eventOf(right)]);
  }
  for (let i = 0; i < Math.max(left.effects.length, right.effects.length); i++) {
    const deeds = [left.effects[i], right.effects[i]] as const;
    if (!isSameDeed(...deeds)) return leak("effect", deeds);
  }
  const thrown = [left.thrown, right.thrown] as const;
  if (!isSameDeed(...thrown)) return leak("throw", thrown);
  for (let i = 0; i < Math.max(left.state.length, right.state.length); i++) {
    const [was, is] = [left.state[i]?.join(": "), right.state[i]?.join(": ")];
    if (was !== is) return leak("state", [remembered(was), remembered(is)]);
  }
  if (left.stateHash === right.stateHash) return undefined;
  const [was, is] = [left, right].map(({ stateHash }) => `a state with hash ${stateHash}`);
  return leak("state", [remembered(was), remembered(is)]);
}

function isSameDeed(a: Deed | undefined, b: Deed | undefined): boolean {
  return a?.text === b?.text && a?.hash === b?.hash;
}

function isSameEvent(a: EventAccount, b: EventAccount): boolean {
  return a.text === b.text && a.place.at === b.place.at;
}

function eventOf(account: EventAccount | undefined): Deed | undefined {
  return account && { text: `${account.text} at ${account.place.at} us`, hash: 0, stack: "" };
}

function remembered(leaf: string | undefined): Deed | undefined {
  return leaf === undefined ? undefined : { text: leaf, hash: 0, stack: "" };
}

function sideOf(run: string, deed: Deed | undefined): LeakSide {
  return { run, ...(deed ?? { text: "nothing more", hash: 0, stack: "" }) };
}
