import type { Call } from "../../call.ts";
import { contentOf } from "../content.ts";
import { type Intervals, intervalsOf } from "./intervals.ts";
import { type Pattern, pattern } from "./pattern.ts";
import { type Producers, producersOf } from "./producers.ts";
import { INITIAL, NONE, type RegisterView } from "./register-view.ts";
import { deedText, placeText, valueText } from "./words.ts";
import { zonePattern } from "./zones.ts";

/**
 * The known anomalies of a register, the one that shows first: a value that nobody wrote, one from
 * the future, a stale read, a lost write, two changes from one value; and, where a value was
 * written once, reads of it before and after another value (Gibbons and Korach 1997, §4: zones).
 * O(n log n).
 */
export function registerPattern(
  calls: readonly Call[],
  view: RegisterView,
  leftOut: readonly Call[],
): Pattern | undefined {
  const sweep = new Sweep(calls, view, leftOut);
  const { intervals, producers } = sweep;
  return (
    sweep.first() ??
    doubleChange(calls, view, producers) ??
    zonePattern(calls, view, { intervals, producers })
  );
}

/** Goes through a part in order of invocation and remembers what has come to an end by then. */
class Sweep {
  readonly intervals: Intervals;
  readonly producers: Producers;
  readonly #calls: readonly Call[];
  readonly #leftOut: readonly Call[];
  readonly #view: RegisterView;
  /** By value: which of its producers is the next to be invoked, and which ends last so far. */
  readonly #upcoming: Int32Array;
  readonly #lastMade: Int32Array;
  readonly #lastEnd: Float64Array;
  /** Of the calls that have ended, those of two different values that were invoked last. */
  #latest = NONE;
  #second = NONE;
  /** By value: of the refused changes from it that have ended, the one invoked last. */
  readonly #shunned: Int32Array;

  constructor(calls: readonly Call[], view: RegisterView, leftOut: readonly Call[]) {
    this.#calls = calls;
    this.#leftOut = leftOut;
    this.#view = view;
    this.intervals = intervalsOf(calls);
    this.producers = producersOf(view.sets, view.values);
    this.#upcoming = this.producers.first.slice();
    this.#lastMade = new Int32Array(view.values).fill(NONE);
    this.#lastEnd = new Float64Array(view.values).fill(Number.NEGATIVE_INFINITY);
    this.#shunned = new Int32Array(view.values).fill(NONE);
  }

  first(): Pattern | undefined {
    const { begins, ends, byEnd } = this.intervals;
    const { sets, shows } = this.#view;
    let ended = 0;
    for (let call = 0; call < begins.length; call++) {
      while (ended < byEnd.length && ends[byEnd[ended]!]! < begins[call]!) {
        this.#end(byEnd[ended++]!);
      }
      const shown = shows[call]!;
      const found = shown === NONE ? undefined : this.#judge(call, shown);
      if (found !== undefined) return found;
      if (sets[call] !== NONE) this.#produce(call, sets[call]!);
    }
    return undefined;
  }

  #end(call: number): void {
    const { begins } = this.intervals;
    const { shuns } = this.#view;
    const shunned = shuns[call]!;
    if (shunned !== NONE) {
      const known = this.#shunned[shunned]!;
      if (known === NONE || begins[known]! < begins[call]!) this.#shunned[shunned] = call;
      return;
    }
    if (this.#valueOf(call) === NONE) return;
    if (this.#latest === NONE || begins[call]! > begins[this.#latest]!) {
      if (this.#valueOf(call) !== this.#valueOf(this.#latest)) this.#second = this.#latest;
      this.#latest = call;
    } else if (this.#valueOf(call) !== this.#valueOf(this.#latest)) {
      if (this.#second === NONE || begins[call]! > begins[this.#second]!) this.#second = call;
    }
  }

  /** What the register is right after a call. */
  #valueOf(call: number): number {
    if (call === NONE) return NONE;
    const { sets, shows } = this.#view;
    return sets[call] !== NONE ? sets[call]! : shows[call]!;
  }

  #produce(call: number, value: number): void {
    this.#upcoming[value] = this.producers.next[call]!;
    const { ends } = this.intervals;
    if (ends[call]! < this.#lastEnd[value]!) return;
    this.#lastEnd[value] = ends[call]!;
    this.#lastMade[value] = call;
  }

  /** Whether a call that shows a value can have no producer to show it from. */
  #judge(call: number, shown: number): Pattern | undefined {
    const { begins, ends } = this.intervals;
    const isMade = shown === INITIAL || this.producers.counts[shown]! > 0;
    if (!isMade) return this.#neverWritten(call);
    const upcoming = this.#upcoming[shown]!;
    const isUpcomingLate = upcoming === NONE || begins[upcoming]! > ends[call]!;
    if (!isUpcomingLate) return undefined;
    if (shown !== INITIAL && this.#lastMade[shown] === NONE) {
      return this.#fromTheFuture(call, upcoming);
    }
    const lastEnd = this.#lastEnd[shown]!;
    const other = this.#valueOf(this.#latest) === shown ? this.#second : this.#latest;
    if (other !== NONE && begins[other]! > lastEnd) return this.#stale(call, other, shown);
    const refused = this.#shunned[shown]!;
    if (refused === NONE || begins[refused]! < lastEnd) return undefined;
    return this.#stale(call, refused, shown);
  }

  #neverWritten(call: number): Pattern {
    const failed = this.#leftOut.find(
      ({ outcome, f, value }) =>
        outcome === "fail" &&
        (f === "write" || f === "put") &&
        contentOf(value) === contentOf(shownBy(this.#calls[call]!)),
    );
    const deed = deedText(this.#calls[call]!);
    const why = failed === undefined ? "" : `: the write of it by ${whoText(failed)} failed`;
    return pattern("value never written", `${deed}, but nobody wrote that${why}`, [call]);
  }

  #fromTheFuture(call: number, upcoming: number): Pattern {
    const deed = deedText(this.#calls[call]!);
    const source = deedText(this.#calls[upcoming]!);
    const sentence = `${deed} before anybody set out to write that: first ${source}`;
    return pattern("read from the future", sentence, [call, upcoming]);
  }

  #stale(call: number, other: number, shown: number): Pattern {
    const made = this.#lastMade[shown]!;
    const source = made === NONE ? "" : `${this.#deed(made)}, then `;
    const again = made === NONE ? "" : ", which nobody wrote again in between";
    const sentence = `${source}${this.#deed(other)}, yet later ${this.#deed(call)}${again}`;
    const name = this.#isNeverShown(other) ? "lost write" : "stale read";
    return pattern(name, sentence, [made, other, call]);
  }

  #deed(call: number): string {
    return deedText(this.#calls[call]!);
  }

  /** Whether a call set a value that nobody ever saw. */
  #isNeverShown(call: number): boolean {
    const { sets, shows } = this.#view;
    return sets[call] !== NONE && !shows.includes(sets[call]!);
  }
}

/** More changes from a value than times it can have been there. */
function doubleChange(
  calls: readonly Call[],
  view: RegisterView,
  { counts, first }: Producers,
): Pattern | undefined {
  const { sets, shows } = view;
  const made = counts.map((count, value) => (value === INITIAL ? count + 1 : count));
  const changes = new Int32Array(view.values);
  const lastChange = new Int32Array(view.values).fill(NONE);
  for (let call = 0; call < calls.length; call++) {
    const value = shows[call]!;
    if (value === NONE || sets[call] === NONE) continue;
    changes[value]!++;
    if (changes[value]! > made[value]!) {
      const [one, two] = [calls[lastChange[value]!]!, calls[call]!];
      const times = made[value] === 1 ? "but once" : `at most ${made[value]} times`;
      const sentence = `${deedText(one)}, and ${deedText(two)}`;
      const reason = `though it was ${valueText(shownBy(two))} ${times}`;
      const named = [first[value]!, lastChange[value]!, call];
      return pattern("change from one value twice", `${sentence}, ${reason}`, named);
    }
    lastChange[value] = call;
  }
  return undefined;
}

/** The value that a call showed. */
function shownBy({ f, value, result }: Call): Call["value"] {
  return f === "cas" && Array.isArray(value) ? value[0] : result;
}

function whoText(call: Call): string {
  return `${call.client} ${placeText(call)}`;
}
