import type { Call } from "../../call.ts";
import type { AppendsView } from "./appends-view.ts";
import { type AppendsFault, appendsSentence } from "./appends-words.ts";
import { countBelow, type Intervals, intervalsOf } from "./intervals.ts";
import type { Pattern } from "./pattern.ts";
import { Staircase } from "./staircase.ts";
import { Tokens } from "./tokens.ts";

/** The text before the first operation counts as a write of nothing, at no call's place. */
const INITIAL = -1;
/** With more writes than that in the air nothing is said. */
const LIVE_MAX = 64;

/**
 * The first text read that cannot have been there: for every write that can have been the last
 * before the read there is a call after that write and before the read which the text contradicts.
 * O(n log n) and, for each read, as many comparisons as writes are in the air at the time.
 */
export function appendsPattern(calls: readonly Call[], view: AppendsView): Pattern | undefined {
  return new AppendsSweep(calls, view).first();
}

/** Goes through a part in order of invocation and remembers what has come to an end by then. */
class AppendsSweep {
  readonly #calls: readonly Call[];
  readonly #view: AppendsView;
  readonly #intervals: Intervals;
  readonly #tokens: Tokens;
  /** By call: characters appended by all that were invoked before it, and that ended before it. */
  readonly #invokedLength: Float64Array;
  readonly #endedLength: Float64Array;
  #ended = 0;
  /** By call: when it had happened for certain: its end, or that of a read that proves it. */
  readonly #known: Float64Array;
  /** By call, a read: the one write that it can have grown from. */
  readonly #origins: (number | undefined)[];
  /** By call: the next that writes, `calls.length` after the last. */
  readonly #nextWrite: Int32Array;
  /** Writes that may still be the last, and the one known to have happened that began last. */
  #live: number[] = [INITIAL];
  #overwriter = INITIAL;
  readonly #reads = new Staircase();
  #append: number | undefined;

  constructor(calls: readonly Call[], view: AppendsView) {
    const count = calls.length;
    this.#calls = calls;
    this.#view = view;
    this.#intervals = intervalsOf(calls);
    this.#tokens = new Tokens(view.tokens, this.#intervals);
    this.#invokedLength = new Float64Array(count + 1);
    this.#endedLength = new Float64Array(count);
    this.#known = this.#intervals.ends.slice();
    this.#origins = new Array<number | undefined>(count);
    this.#nextWrite = new Int32Array(count + 1).fill(count);
    for (let call = 0; call < count; call++) {
      const length = view.tokens[call]?.length ?? 0;
      this.#invokedLength[call + 1] = this.#invokedLength[call]! + length;
    }
    for (let call = count - 1; call >= 0; call--) {
      const isWrite = view.bases[call] !== undefined;
      this.#nextWrite[call] = isWrite ? call : this.#nextWrite[call + 1]!;
    }
  }

  first(): Pattern | undefined {
    const { begins, ends, byEnd } = this.#intervals;
    let next = 0;
    for (let call = 0; call < begins.length; call++) {
      while (next < byEnd.length && ends[byEnd[next]!]! < begins[call]!) this.#end(byEnd[next++]!);
      this.#endedLength[call] = this.#ended;
      const shown = this.#view.shows[call];
      const found = shown === undefined ? undefined : this.#judge(call, shown);
      if (found !== undefined) return found;
      if (this.#view.bases[call] !== undefined) this.#live.push(call);
    }
    return undefined;
  }

  #end(call: number): void {
    const { begins, ends } = this.#intervals;
    const { bases, tokens, shows } = this.#view;
    if (bases[call] !== undefined) this.#happened(call);
    const origin = this.#origins[call];
    if (origin !== undefined && origin !== INITIAL) {
      this.#known[origin] = Math.min(this.#known[origin]!, ends[call]!);
      this.#happened(origin);
    }
    if (shows[call] !== undefined) this.#reads.add(call, begins[call]!, shows[call].length);
    const token = tokens[call];
    if (token === undefined) return;
    this.#ended += token.length;
    if (this.#append === undefined || begins[call]! > begins[this.#append]!) this.#append = call;
  }

  /** A write is known to have happened: whatever had before it began is overwritten. */
  #happened(write: number): void {
    const { begins } = this.#intervals;
    if (this.#overwriter !== INITIAL && begins[write]! <= begins[this.#overwriter]!) {
      this.#live = this.#live.filter((each) => this.#knownOf(each) > begins[this.#overwriter]!);
      return;
    }
    this.#overwriter = write;
    this.#live = this.#live.filter((each) => this.#knownOf(each) > begins[write]!);
  }

  #knownOf(write: number): number {
    return write === INITIAL ? Number.NEGATIVE_INFINITY : this.#known[write]!;
  }

  #judge(call: number, shown: string): Pattern | undefined {
    const faults: AppendsFault[] = [];
    let origin: number | undefined;
    let origins = 0;
    if (this.#live.length > LIVE_MAX) return undefined;
    for (const write of this.#candidates(call)) {
      const fault = this.#faultOf(write, call, shown);
      if (fault !== undefined) {
        faults.push(fault);
        continue;
      }
      origin = write;
      origins++;
    }
    if (origins === 1) this.#origins[call] = origin;
    if (origins > 0) return undefined;
    return appendsSentence(this.#calls, this.#view, { call, faults, overwriter: this.#overwriter });
  }

  /** Writes that can have been the last before a call ended. */
  #candidates(call: number): number[] {
    const { begins, ends } = this.#intervals;
    const candidates = [...this.#live];
    let write = this.#nextWrite[call + 1]!;
    while (write < this.#calls.length && begins[write]! < ends[call]!) {
      candidates.push(write);
      write = this.#nextWrite[write + 1]!;
    }
    return candidates;
  }

  /** Why a text that was read cannot have grown from a write with no write in between. */
  #faultOf(write: number, call: number, shown: string): AppendsFault | undefined {
    const base = write === INITIAL ? "" : this.#view.bases[write]!;
    if (!shown.startsWith(base)) return { kind: "base" };
    const { begins, ends } = this.#intervals;
    const known = this.#knownOf(write);
    const read = this.#reads.highestAfter(known);
    const earlier = read === undefined ? "" : this.#view.shows[read]!;
    if (read !== undefined && !shown.startsWith(earlier)) return { kind: "read", read };
    const append = this.#append;
    if (append !== undefined && begins[append]! > known) {
      const isAfter = read !== undefined && begins[append]! > ends[read]!;
      const from = isAfter ? Math.max(base.length, earlier.length) : base.length;
      if (!shown.includes(this.#view.tokens[append]!, from)) return { kind: "append", append };
    }
    const grown = shown.length - base.length;
    if (grown < this.#ended - this.#invokedLength[countBelow(begins, known)]!) {
      return { kind: "short" };
    }
    const endedBefore = write === INITIAL ? 0 : this.#endedLength[write]!;
    const invoked = this.#invokedLength[countBelow(begins, ends[call]!)]!;
    if (grown > invoked - endedBefore) return { kind: "long" };
    const after = write === INITIAL ? Number.NEGATIVE_INFINITY : begins[write]!;
    const fault = this.#tokens.faultOf(shown.slice(base.length), after, ends[call]!);
    return fault === undefined ? undefined : { kind: "tokens", fault };
  }
}
