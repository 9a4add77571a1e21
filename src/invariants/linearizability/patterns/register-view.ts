import type { Plain } from "../../../sim/env.ts";
import type { Call } from "../../call.ts";
import { contentOf } from "../content.ts";

/** No value. */
export const NONE = -1;
/** The value before the first operation: nothing. */
export const INITIAL = 0;

/** What each call of a part says of a register's value; values are numbered by content. */
export interface RegisterView {
  /** What the register is right after the call, if it happened; NONE when it changes nothing. */
  readonly sets: Int32Array;
  /** What the register certainly was right before it. */
  readonly shows: Int32Array;
  /** What the register certainly was not: a refused cas expected it. */
  readonly shuns: Int32Array;
  /** How many different values there are. */
  readonly values: number;
}

/**
 * Calls of a register as reads, writes and changes: read and get, write and put, delete, cas.
 * Undefined if some call is another, such as an append. With `isEmptyNothing` the empty text is
 * nothing.
 */
export function registerViewOf(
  calls: readonly Call[],
  isEmptyNothing = false,
): RegisterView | undefined {
  const count = calls.length;
  const sets = new Int32Array(count).fill(NONE);
  const shows = new Int32Array(count).fill(NONE);
  const shuns = new Int32Array(count).fill(NONE);
  const numbers = new Numbers(isEmptyNothing);
  for (let i = 0; i < count; i++) {
    const { f, value, outcome, result } = calls[i]!;
    if (f === "read" || f === "get") {
      if (outcome === "ok") shows[i] = numbers.of(result);
    } else if (f === "write" || f === "put") {
      sets[i] = numbers.of(value);
    } else if (f === "delete") {
      sets[i] = INITIAL;
    } else if (f === "cas" && Array.isArray(value)) {
      const from = numbers.of(value[0]);
      const to = numbers.of(value[1]);
      const isDone = outcome === "ok" && result !== false;
      if (outcome === "info") sets[i] = to;
      else if (!isDone) shuns[i] = from;
      else {
        shows[i] = from;
        // A change from a value to itself is but a read of it.
        if (from !== to) sets[i] = to;
      }
    } else return undefined;
  }
  return { sets, shows, shuns, values: numbers.count };
}

/** Numbers values by content, from 0 on; nothing is 0. */
class Numbers {
  count = 1;
  readonly #plain = new Map<Plain, number>();
  readonly #contents = new Map<string, number>();

  constructor(isEmptyNothing: boolean) {
    if (isEmptyNothing) this.#plain.set("", INITIAL);
  }

  of(value: Plain): number {
    if (value === undefined || value === null) return INITIAL;
    if (typeof value === "object") return this.#numberIn(this.#contents, contentOf(value));
    return this.#numberIn(this.#plain, value);
  }

  #numberIn<Key>(map: Map<Key, number>, key: Key): number {
    const known = map.get(key);
    if (known !== undefined) return known;
    map.set(key, this.count);
    return this.count++;
  }
}
