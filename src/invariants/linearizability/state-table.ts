import { type Prepared, REFUSED } from "../model.ts";
import type { Budget } from "./budget.ts";
import { contentOf, isSameContent } from "./content.ts";

/** How two states are told apart; as in Model. */
export interface StateIdentity<State> {
  readonly equal?: ((a: State, b: State) => boolean) | undefined;
  readonly hash?: ((state: State) => number | string) | undefined;
}

/** The table of steps has at most so many cells: states of which the row is beyond are stepped. */
const CELLS_MAX = 1 << 21;
const NOT_YET = 0;
const OFFSET = 2;
/** What a state is taken to cost beside its text: an object, and its place in a map. */
const STATE_BYTES = 160;

/**
 * The states that a search has met, as numbers from 0 on, which is the first state; and where each
 * class of operations leads from them, remembered while states are few.
 */
export class StateTable<State, Operation> {
  readonly states: State[] = [];
  /** Memory taken from the budget, in bytes. */
  bytes = 0;

  readonly #steps: Prepared<State, Operation>;
  readonly #classes: readonly Operation[];
  readonly #identity: StateIdentity<State>;
  readonly #isByContent: boolean;
  readonly #budget: Budget;
  readonly #ids = new Map<unknown, number>();
  readonly #objectIds = new Map<string, number>();
  /** The next state of the same hash, if the model says what is equal. */
  readonly #sameHash: number[] = [];
  #cells: Int32Array;
  #rows: number;

  /** `classes`: one operation of each class; those of one class behave alike in every state. */
  constructor(
    steps: Prepared<State, Operation>,
    identity: StateIdentity<State>,
    classes: readonly Operation[],
    budget: Budget,
  ) {
    this.#steps = steps;
    this.#classes = classes;
    this.#identity = identity;
    this.#isByContent = identity.equal === undefined && identity.hash === undefined;
    this.#budget = budget;
    this.#rows = Math.min(8, Math.floor(CELLS_MAX / Math.max(1, classes.length)));
    this.#cells = new Int32Array(this.#rows * classes.length);
    this.#intern(steps.init);
  }

  /** Where an operation of this class leads from a state; -1 if it is refused there. */
  step(state: number, operationClass: number): number {
    if (state >= this.#rows) return this.#make(state, operationClass);
    const at = state * this.#classes.length + operationClass;
    const known = this.#cells[at]!;
    if (known !== NOT_YET) return known - OFFSET;
    const to = this.#make(state, operationClass);
    this.#cells[at] = to + OFFSET;
    return to;
  }

  /** Gives the memory back. */
  release(): void {
    this.#budget.release(this.bytes);
    this.bytes = 0;
  }

  #make(state: number, operationClass: number): number {
    this.#budget.askTime();
    const to = this.#steps.step(this.states[state]!, this.#classes[operationClass]!);
    return to === REFUSED ? -1 : this.#intern(to);
  }

  #intern(state: State): number {
    if (!this.#isByContent) return this.#internByHash(state);
    if (typeof state !== "object" || state === null) {
      const id = this.#ids.get(state);
      if (id !== undefined) return id;
      this.#ids.set(state, this.states.length);
      return this.#add(state, typeof state === "string" ? state.length : 0);
    }
    const content = contentOf(state);
    const id = this.#objectIds.get(content);
    if (id !== undefined) return id;
    this.#objectIds.set(content, this.states.length);
    return this.#add(state, content.length * 3);
  }

  #internByHash(state: State): number {
    const { equal = isSameContent, hash } = this.#identity;
    const isObject = typeof state === "object" && state !== null;
    const key = hash?.(state) ?? (isObject ? contentOf(state) : state);
    const first = this.#ids.get(key);
    for (let id = first ?? -1; id >= 0; id = this.#sameHash[id]!) {
      if (equal(this.states[id]!, state)) return id;
    }
    this.#ids.set(key, this.states.length);
    this.#sameHash[this.states.length] = first ?? -1;
    return this.#add(state, typeof key === "string" ? key.length * 3 : 0);
  }

  #add(state: State, textBytes: number): number {
    const id = this.states.push(state) - 1;
    this.#claim(STATE_BYTES + textBytes);
    if (id >= this.#rows) this.#grow();
    return id;
  }

  #grow(): void {
    const width = this.#classes.length;
    const rows = Math.min(this.#rows * 2, Math.floor(CELLS_MAX / Math.max(1, width)));
    if (rows <= this.#rows) return;
    if (!this.#claim((rows - this.#rows) * width * 4)) return;
    const cells = new Int32Array(rows * width);
    cells.set(this.#cells);
    this.#cells = cells;
    this.#rows = rows;
  }

  #claim(bytes: number): boolean {
    const isGranted = this.#budget.claim(bytes);
    if (isGranted) this.bytes += bytes;
    return isGranted;
  }
}
