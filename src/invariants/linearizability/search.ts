// The search for an order that explains every answer: Wing and Gong 1993 with the memory of Lowe
// 2017, and four prunings. Each keeps, wherever there is a solution, one of the shortest:
// 1. An observer that is legal now is taken at once: a solution that has it later has it now.
// 2. Of two operations of the same class the one that must return first goes first: exchanged,
//    they are as good. This holds for those that may be left out, too.
// 3. What may be left out and changes nothing now is not taken: a solution without it is shorter.
// 4. What may be left out must matter to what comes right after it, for the same reason.
// That a configuration was seen is remembered without 4, and may be: among the configurations that
// are seen and have a solution, look at one with the shortest solution, and of those at one with
// the fewest left-out operations done. Its first step is tried, and leads to one with a shorter
// solution; or it falls to 4, and the configuration before has one as short, with fewer such done.

import type { Budget } from "./budget.ts";
import { Configurations } from "./configurations.ts";
import { DoneSet } from "./done-set.ts";
import type { Layout } from "./layout.ts";
import { OpenCalls } from "./open-calls.ts";
import { SearchTree } from "./search-tree.ts";
import type { StateTable } from "./state-table.ts";

/** A frame has four numbers. */
const FRAME = 4;

/** Which prunings to leave out; the verdict is the same. Tests compare. */
export interface Unpruned {
  readonly observers?: boolean;
  readonly twins?: boolean;
  readonly idle?: boolean;
}

/** What a search needs of a part. */
export interface SearchInput {
  readonly layout: Layout<unknown>;
  readonly table: Pick<StateTable<unknown, unknown>, "step">;
  readonly budget: Budget;
  readonly unpruned?: Unpruned;
}

/** One search through one part. */
export class Search {
  readonly tree: SearchTree;
  /** Where the longest order ended that a return did not let pass, and whose return that was. */
  longest = { node: 0, length: -1, stuck: -1 };

  readonly #layout: Layout<unknown>;
  readonly #table: Pick<StateTable<unknown, unknown>, "step">;
  readonly #budget: Budget;
  readonly #isEager: boolean;
  readonly #hasTwins: boolean;
  readonly #skipsIdle: boolean;
  readonly #open: OpenCalls;
  readonly #done: DoneSet;
  readonly #seen: Configurations;
  /** The operations of the order so far, and how many required ones are missing. */
  readonly #order: Int32Array;
  #length = 0;
  #missing: number;
  #state = 0;
  #node = 0;
  /** The state before an operation that has to matter to the next one; -1: none has to. */
  #idleState = -1;
  /** For each change of state: where in the order, and the state, node, idle state before. */
  readonly #frames: Int32Array;
  /** Where the next of them goes. */
  #top = 0;
  #bytes = 0;

  constructor({ layout, table, budget, unpruned = {} }: SearchInput) {
    const { count } = layout;
    this.#layout = layout;
    this.#table = table;
    this.#budget = budget;
    this.#isEager = unpruned.observers !== true;
    this.#hasTwins = unpruned.twins !== true;
    this.#skipsIdle = unpruned.idle !== true;
    this.#open = new OpenCalls(layout);
    this.#done = new DoneSet(layout.isOptional, layout.required);
    this.#seen = new Configurations(budget);
    this.tree = new SearchTree(budget);
    this.#missing = layout.required;
    this.#order = new Int32Array(count);
    this.#frames = new Int32Array(count * FRAME);
  }

  /** Begins with an order, of which each operation is legal where it stands. */
  begin(order: readonly number[]): void {
    for (const operation of order) {
      this.#state = this.#table.step(this.#state, this.#layout.classOf[operation]!);
      this.#take(operation);
    }
    this.#growTree(0);
  }

  /** Undefined when a bound is reached; `budget.bound` says which. */
  run(): "ok" | "illegal" | undefined {
    const { next } = this.#open;
    const { count } = this.#layout;
    const budget = this.#budget;
    const from = this.#length;
    if (!this.#claimArrays()) return undefined;
    if (this.#isEager) this.#observe();
    if (this.#missing === 0) return "ok";
    if (!this.#growTree(from)) return undefined;
    let entry = next[0]!;
    for (;;) {
      if (budget.ticks-- <= 0 && !budget.refill()) return undefined;
      if (entry > count) {
        this.#note(entry - count - 1);
        if (this.#top === 0) return "illegal";
        entry = this.#back();
        continue;
      }
      const to = this.#leadsTo(entry - 1);
      if (to < 0) {
        entry = next[entry]!;
        continue;
      }
      const isNew = this.#go(entry - 1, to);
      if (isNew === undefined) return undefined;
      if (this.#missing === 0) return "ok";
      entry = isNew ? next[0]! : this.#back();
    }
  }

  /** Gives the memory back that was taken from the budget. */
  release(): void {
    this.#budget.release(this.#bytes);
    this.#bytes = 0;
    this.#seen.release();
    this.tree.release();
  }

  /** The state that an operation leads to now; -1 if it is not to be tried. */
  #leadsTo(operation: number): number {
    const { isObserver, isOptional, earlierTwin, classOf } = this.#layout;
    // Observers that are legal have been taken already.
    if (this.#isEager && isObserver[operation] === 1) return -1;
    const twin = earlierTwin[operation]!;
    if (twin >= 0 && this.#hasTwins && !this.#done.has(twin)) return -1;
    const to = this.#table.step(this.#state, classOf[operation]!);
    if (to < 0 || !this.#skipsIdle) return to;
    if (to === this.#state && isOptional[operation] === 1) return -1;
    if (this.#idleState < 0) return to;
    return this.#table.step(this.#idleState, classOf[operation]!) === to ? -1 : to;
  }

  /** One step on; false if this configuration was seen, undefined if there is no memory. */
  #go(operation: number, to: number): boolean | undefined {
    const before = this.#state;
    const at = this.#length;
    const frames = this.#frames;
    frames[this.#top++] = at;
    frames[this.#top++] = before;
    frames[this.#top++] = this.#node;
    frames[this.#top++] = this.#idleState;
    this.#take(operation);
    this.#state = to;
    if (this.#isEager) this.#observe();
    if (this.#missing === 0) return true;
    const isIdle = this.#layout.isOptional[operation] === 1 && this.#length === at + 1;
    this.#idleState = isIdle ? before : -1;
    const isNew = this.#seen.add(this.#done, to);
    return isNew === true ? this.#growTree(at) : isNew;
  }

  /** Undoes the last change of state and what was observed after it; returns what is next. */
  #back(): number {
    const { isOptional } = this.#layout;
    const frames = this.#frames;
    this.#top -= FRAME;
    const at = frames[this.#top]!;
    while (this.#length > at) {
      const operation = this.#order[--this.#length]!;
      this.#open.unlift(operation);
      this.#done.remove(operation);
      if (isOptional[operation] === 0) this.#missing++;
    }
    this.#state = frames[this.#top + 1]!;
    this.#node = frames[this.#top + 2]!;
    this.#idleState = frames[this.#top + 3]!;
    return this.#open.next[this.#order[at]! + 1]!;
  }

  #take(operation: number): number {
    this.#order[this.#length++] = operation;
    this.#done.add(operation);
    if (this.#layout.isOptional[operation] === 0) this.#missing--;
    return this.#open.lift(operation);
  }

  /** Takes all observers that are legal now; the state stays. */
  #observe(): void {
    const { next } = this.#open;
    const { count, isObserver, isOptional, classOf } = this.#layout;
    let entry = next[0]!;
    while (entry !== 0 && entry <= count) {
      const operation = entry - 1;
      if (isObserver[operation] === 1 && isOptional[operation] === 0) {
        this.#budget.ticks--;
        if (this.#table.step(this.#state, classOf[operation]!) >= 0) entry = this.#take(operation);
      }
      entry = next[entry]!;
    }
  }

  /** Keeps the order in the tree from a place on; false if there is no memory. */
  #growTree(from: number): boolean {
    for (let at = from; at < this.#length; at++) {
      const node = this.tree.add(this.#node, this.#order[at]!);
      if (node === undefined) return false;
      this.#node = node;
    }
    return true;
  }

  #note(stuck: number): void {
    if (this.#length <= this.longest.length) return;
    this.longest = { node: this.#node, length: this.#length, stuck };
  }

  #claimArrays(): boolean {
    const bytes = this.#layout.count * 60;
    if (!this.#budget.claim(bytes)) return false;
    this.#bytes = bytes;
    return true;
  }
}
