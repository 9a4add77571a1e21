import type { Call } from "../call.ts";
import { appendsViewOf } from "./patterns/appends-view.ts";
import { type Intervals, intervalsOf } from "./patterns/intervals.ts";
import { NONE, registerViewOf } from "./patterns/register-view.ts";

/** What the calls of a register or a key have to do with each other. */
interface Sources {
  /** Whether the call may have left what the other shows, or a beginning of that. */
  readonly isSource: (write: number, call: number) => boolean;
  /** Whether the call sets the value, whatever it was. */
  readonly isWrite: (call: number) => boolean;
  readonly isAppendTo: (append: number, call: number) => boolean;
  /** Whether the call shows anything. */
  readonly isShown: (call: number) => boolean;
}

/**
 * Which calls must stay while a call stays: those that can have made what it saw. Without the rest,
 * an order that explains all calls explains those that stay, as each still sees what it saw.
 */
export class Needs {
  readonly #intervals: Intervals;
  readonly #sources: Sources;
  readonly #known = new Map<number, readonly number[]>();

  private constructor(calls: readonly Call[], sources: Sources) {
    this.#intervals = intervalsOf(calls);
    this.#sources = sources;
  }

  /** Undefined for a model that is no register and no store, or calls of which that is unknown. */
  static of(calls: readonly Call[], model: string): Needs | undefined {
    const isStore = model === "key-value";
    if (!isStore && model !== "register" && model !== "cas-register") return undefined;
    const sources = registerSources(calls, isStore) ?? (isStore ? textSources(calls) : undefined);
    return sources && new Needs(calls, sources);
  }

  /** These calls with all that they need, ascending. */
  closed(kept: readonly number[]): number[] {
    const closed = new Set(kept);
    for (const call of closed) for (const needed of this.#neededBy(call)) closed.add(needed);
    return [...closed].sort((a, b) => a - b);
  }

  /** Those of some calls, of which none is missing what it needs, that need none of the dropped. */
  without(kept: readonly number[], dropped: ReadonlySet<number>): number[] {
    const gone = new Set(dropped);
    let rest = kept.filter((call) => !gone.has(call));
    for (;;) {
      const stays = rest.filter((call) => !this.#neededBy(call).some((needed) => gone.has(needed)));
      if (stays.length === rest.length) return stays;
      const isThere = new Set(stays);
      for (const call of rest) if (!isThere.has(call)) gone.add(call);
      rest = stays;
    }
  }

  #neededBy(call: number): readonly number[] {
    const known = this.#known.get(call);
    if (known !== undefined) return known;
    const needed = this.#sources.isShown(call) ? this.#find(call) : [];
    this.#known.set(call, needed);
    return needed;
  }

  /** O(calls). */
  #find(call: number): number[] {
    const { begins, ends } = this.#intervals;
    const { isSource, isWrite, isAppendTo } = this.#sources;
    // A write that had ended when a later one began, which ended before the call, is overwritten.
    let overwritten = Number.NEGATIVE_INFINITY;
    const sources: number[] = [];
    const appends: number[] = [];
    for (let other = 0; other < begins.length && begins[other]! < ends[call]!; other++) {
      if (other === call) continue;
      if (isWrite(other)) {
        if (ends[other]! < begins[call]!) overwritten = begins[other]!;
        if (isSource(other, call)) sources.push(other);
      } else if (isAppendTo(other, call)) appends.push(other);
    }
    const live = sources.filter((write) => ends[write]! >= overwritten);
    const last = sources.reduce<number | undefined>(
      (best, each) => (best === undefined || ends[each]! > ends[best]! ? each : best),
      undefined,
    );
    const kept = live.length === 0 && last !== undefined ? [last] : live;
    const since = kept.reduce((least, write) => Math.min(least, begins[write]!), overwritten);
    return [...kept, ...appends.filter((append) => ends[append]! > since)];
  }
}

function registerSources(calls: readonly Call[], isStore: boolean): Sources | undefined {
  const view = registerViewOf(calls, isStore);
  if (view === undefined) return undefined;
  const { sets, shows, shuns } = view;
  return {
    isSource: (write, call) => shows[call] === NONE || sets[write] === shows[call],
    isWrite: (call) => sets[call] !== NONE,
    isAppendTo: () => false,
    isShown: (call) => shows[call] !== NONE || shuns[call] !== NONE || isOpenCas(calls[call]!),
  };
}

function textSources(calls: readonly Call[]): Sources | undefined {
  const view = appendsViewOf(calls);
  if (view === undefined) return undefined;
  const { bases, tokens, shows } = view;
  const isVague = (call: number): boolean => calls[call]!.f === "cas" && shows[call] === undefined;
  return {
    isSource: (write, call) => isVague(call) || shows[call]!.startsWith(bases[write]!),
    isWrite: (call) => bases[call] !== undefined,
    isAppendTo: (append, call) =>
      tokens[append] !== undefined && (isVague(call) || shows[call]!.includes(tokens[append])),
    isShown: (call) => shows[call] !== undefined || isVague(call),
  };
}

/** A change that may have happened: only if the value was there, which something has to explain. */
function isOpenCas({ f, outcome }: Call): boolean {
  return f === "cas" && outcome === "info";
}
