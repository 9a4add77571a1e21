import { assert } from "../../../sim/assert.ts";

/**
 * Remembers what was used last by its name: at least `sizeMax` entries, at most twice as many. In
 * two generations, so that nothing has to be moved or searched when something is used.
 */
export class Recent<Value> {
  readonly #sizeMax: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  constructor(sizeMax: number) {
    assert(sizeMax > 0, "nothing may be remembered:", sizeMax);
    this.#sizeMax = sizeMax;
  }

  /** What was set by that name, unless it is forgotten. Counts as a use. */
  get(name: string): Value | undefined {
    const young = this.#young.get(name);
    if (young !== undefined) return young;
    const old = this.#old.get(name);
    if (old !== undefined) this.set(name, old);
    return old;
  }

  set(name: string, value: Value): void {
    if (this.#young.size >= this.#sizeMax) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(name, value);
  }

  /** How many are kept, those that were used again counted twice. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }
}
