import { contentOf } from "../linearizability/content.ts";
import { type Model, REFUSED } from "../model.ts";
import type { Step } from "./groups.ts";
import type { Bound, Purse } from "./purse.ts";
import { StateNumbers } from "./state-numbers.ts";

/** Why there is no order, or, with a bound, why that is not known. */
export interface Found<Operation> {
  readonly bound: Bound | undefined;
  readonly parts: readonly string[];
  readonly steps: readonly Step<Operation>[];
  readonly prefix: readonly number[];
  readonly next: readonly number[];
  readonly states: readonly unknown[];
}

/** What an entry of a set is taken to cost beside its text. */
const ENTRY_BYTES = 80;

/** A step that was taken: what there is to try after it, and how to take it back. */
interface Frame {
  /** Undefined at the root. */
  readonly taken: number | undefined;
  /** The number of the state of the step's part before it. */
  readonly before: number;
  /** What may come next, to be tried in this order. */
  readonly moves: readonly number[];
  tried: number;
}

/** Who takes a step, and when it may be taken. */
interface Turn {
  /** The place of the client. */
  readonly client: number;
  /** How many certain steps of the client come before it. */
  readonly after: number;
  /** Its place among the steps that are not certain; undefined if it is. */
  readonly open: number | undefined;
}

/**
 * Looks for an order of steps that keeps to that of each client, depth first, and goes nowhere
 * twice: how far each client is, which calls with `info` are done and the states say all that
 * matters of what came before. What was invoked first is tried first.
 */
export class OrderSearch<State, Operation> {
  readonly #parts: readonly string[];
  readonly #steps: readonly Step<Operation>[];
  readonly #model: Model<State, Operation>;
  readonly #purse: Purse;
  /** The place of each step's part in `parts`. */
  readonly #partOf: readonly number[];
  readonly #turns: readonly Turn[];
  /** By client, the places of its steps that are certain, in order. */
  readonly #lanes: readonly (readonly number[])[];
  /** By client, how many of these are done. */
  readonly #done: number[];
  /** The places of the steps that are not certain, in order of what they do, then of invocation. */
  readonly #open: readonly number[];
  /** Whether the step of `open` does the same as the one before it there. */
  readonly #isTwin: readonly boolean[];
  /** By place in `open`; 1 if done. */
  readonly #openDone: number[];
  readonly #tables: readonly StateNumbers<State>[];
  /** By part, the number of its state. */
  readonly #states: number[];
  readonly #seen = new Set<string>();
  #bytes = 0;
  #longest: Longest = { prefix: [], next: [], states: [] };

  constructor(
    parts: readonly string[],
    steps: readonly Step<Operation>[],
    model: Model<State, Operation>,
    purse: Purse,
  ) {
    this.#parts = parts;
    this.#steps = steps;
    this.#model = model;
    this.#purse = purse;
    const places = new Map(parts.map((part, i) => [part, i]));
    this.#partOf = steps.map(({ part }) => places.get(part)!);
    const { lanes, open, isTwin, turns } = lanesOf(steps);
    this.#lanes = lanes;
    this.#open = open;
    this.#isTwin = isTwin;
    this.#turns = turns;
    this.#done = lanes.map(() => 0);
    this.#openDone = open.map(() => 0);
    this.#tables = parts.map(() => new StateNumbers(model));
    this.#states = this.#tables.map((table) => table.numberOf(model.init));
  }

  /** Undefined if there is an order. */
  run(): Found<Operation> | undefined {
    const frames: Frame[] = [{ taken: undefined, before: 0, moves: this.#moves(), tried: 0 }];
    while (!this.#isComplete()) {
      const frame = frames.at(-1);
      if (frame === undefined || !this.#purse.spendStep()) break;
      const move = frame.moves[frame.tried++];
      if (move !== undefined) {
        const before = this.#take(move);
        if (before === undefined) continue;
        frames.push({ taken: move, before, moves: this.#moves(), tried: 0 });
      } else {
        this.#note(frames);
        frames.pop();
        if (frame.taken !== undefined) this.#takeBack(frame.taken, frame.before);
      }
    }
    this.#note(frames);
    const { bound } = this.#purse;
    this.#purse.spendBytes(-this.#bytes);
    this.#purse.forgetMemory();
    if (this.#isComplete()) return undefined;
    return { bound, parts: this.#parts, steps: this.#steps, ...this.#longest };
  }

  #isComplete(): boolean {
    return this.#lanes.every((lane, client) => this.#done[client] === lane.length);
  }

  /** What may come next, by itself if nothing is lost by taking it at once. */
  #moves(): readonly number[] {
    const moves: number[] = [];
    for (const [client, lane] of this.#lanes.entries()) {
      const move = lane[this.#done[client]!];
      if (move === undefined) continue;
      // In any order that has it later it can as well be moved to here: it changes no state.
      const isObserver = this.#model.isObserver?.(this.#steps[move]!.operation) ?? false;
      if (isObserver && this.#after(move) !== undefined) return [move];
      moves.push(move);
    }
    moves.sort((a, b) => a - b);
    for (const [i, move] of this.#open.entries()) if (this.#isOpenNow(i, move)) moves.push(move);
    return moves;
  }

  #isOpenNow(i: number, move: number): boolean {
    const { client, after } = this.#turns[move]!;
    if (this.#openDone[i] === 1 || this.#done[client]! < after) return false;
    // Of two that do the same and may both come now it does not matter which.
    for (let twin = i; this.#isTwin[twin]; twin--) {
      const other = this.#turns[this.#open[twin - 1]!]!;
      if (this.#openDone[twin - 1] === 0 && this.#done[other.client]! >= other.after) return false;
    }
    const to = this.#after(move);
    return to !== undefined && to !== this.#states[this.#partOf[move]!];
  }

  /** The number of the state that a step leads to; undefined if it is refused. */
  #after(move: number): number | undefined {
    const part = this.#partOf[move]!;
    const table = this.#tables[part]!;
    const state = table.states[this.#states[part]!]!;
    const next = this.#model.step(state, this.#steps[move]!.operation);
    if (next === REFUSED) return undefined;
    const count = table.states.length;
    const number = table.numberOf(next);
    if (table.states.length > count) this.#spend(STATE_BYTES);
    return number;
  }

  /** Takes a step; the state before it, or undefined if it is refused, or leads nowhere new. */
  #take(move: number): number | undefined {
    const part = this.#partOf[move]!;
    const before = this.#states[part]!;
    const after = this.#after(move);
    if (after === undefined) return undefined;
    this.#mark(move, 1);
    this.#states[part] = after;
    const key = `${this.#done} ${this.#openDone.join("")} ${this.#states}`;
    if (this.#seen.has(key)) {
      this.#takeBack(move, before);
      return undefined;
    }
    this.#seen.add(key);
    this.#spend(key.length + ENTRY_BYTES);
    return before;
  }

  #takeBack(move: number, before: number): void {
    this.#mark(move, -1);
    this.#states[this.#partOf[move]!] = before;
  }

  #mark(move: number, by: 1 | -1): void {
    const { client, open } = this.#turns[move]!;
    if (open === undefined) this.#done[client]! += by;
    else this.#openDone[open]! += by;
  }

  /** Keeps the order of the frames if it is the longest. */
  #note(frames: readonly Frame[]): void {
    if (frames.length - 1 <= this.#longest.prefix.length) return;
    this.#longest = {
      prefix: frames.flatMap(({ taken }) => (taken === undefined ? [] : [taken])),
      next: this.#lanes.flatMap((lane, client) => lane[this.#done[client]!] ?? []),
      states: this.#tables.map((table, part) => table.states[this.#states[part]!]),
    };
  }

  #spend(bytes: number): void {
    this.#bytes += bytes;
    this.#purse.spendBytes(bytes);
  }
}

type Longest = Pick<Found<unknown>, "prefix" | "next" | "states">;

/** What a state is taken to cost. */
const STATE_BYTES = 200;

function lanesOf(steps: readonly Step<unknown>[]): {
  readonly lanes: readonly (readonly number[])[];
  readonly open: readonly number[];
  readonly isTwin: readonly boolean[];
  readonly turns: readonly Turn[];
} {
  const clients = [...new Set(steps.map(({ call }) => call.client))];
  const clientOf = new Map(clients.map((client, i) => [client, i]));
  const lanes: number[][] = clients.map(() => []);
  const isOpen = ({ call }: Step<unknown>): boolean => call.outcome === "info";
  const effects = steps.map((step) =>
    isOpen(step) ? contentOf([step.part, step.operation]) : undefined,
  );
  const open = steps.flatMap((step, place) => (isOpen(step) ? [place] : []));
  open.sort((a, b) => (effects[a] === effects[b] ? a - b : effects[a]! < effects[b]! ? -1 : 1));
  const openOf = new Map(open.map((place, i) => [place, i]));
  const turns = steps.map((step, place) => {
    const client = clientOf.get(step.call.client)!;
    const lane = lanes[client]!;
    const turn = { client, after: lane.length, open: openOf.get(place) };
    if (!isOpen(step)) lane.push(place);
    return turn;
  });
  const isTwin = open.map((place, i) => i > 0 && effects[place] === effects[open[i - 1]!]);
  return { lanes, open, isTwin, turns };
}
