// What may have happened so far: the configurations of a just-in-time search.

import { hashPlain } from "../../../sim/fingerprint.ts";
import type { Model } from "../../model.ts";
import { isSameContent } from "../content.ts";

/** A call that is open, or that nobody waits for any more. */
export interface Pending<Operation> {
  /** Counts the calls of a part, in order of invocation. */
  readonly id: number;
  /** At which moment of its part it was invoked. */
  readonly since: number;
  /** What it may do as long as its answer is unknown; undefined: it changes nothing. */
  readonly unanswered: Operation | undefined;
  /** With its answer, once that is known. */
  answered: Operation | undefined;
  /** Its answer says that it changes nothing: it is done as soon as some state allows it. */
  isEager: boolean;
  /** It certainly did not happen. */
  isVoid: boolean;
  /** Whether some configuration has it done, or tried, before its answer was known. */
  isTried: boolean;
  /** Whether no state refuses it and all lead to the same. */
  isOverwrite: boolean;
  /** Lost calls that ask for the same share it; undefined when that cannot be told. */
  kin: string | undefined;
}

/** A state of the model, once for all that are equal. */
export interface Known<State> {
  readonly id: number;
  readonly state: State;
}

/** One way in which the history so far may have gone. */
export interface Configuration<State> {
  readonly at: Known<State>;
  /** Which of the open calls are done, by id, ascending. */
  readonly done: readonly number[];
  /** The same of calls that nobody waits for. */
  readonly doneLost: readonly number[];
}

/** All ways in which the history may have gone up to some moment. Never changed in place. */
export interface Frontier<State, Operation> {
  /** Calls that are open, in order of invocation. */
  readonly open: readonly Pending<Operation>[];
  /** Those that may happen or not, and will never return. */
  readonly lost: readonly Pending<Operation>[];
  readonly configurations: readonly Configuration<State>[];
}

/** Distinct states by hash. */
export interface StateTable<State> {
  readonly known: Map<number | string, Known<State>[]>;
  /** How many were ever made, and how many there are. */
  made: number;
  count: number;
}

/** The table's own copy of a state. */
export function intern<State>(
  table: StateTable<State>,
  { hash = hashContent, equal = isSameContent }: Pick<Model<State>, "hash" | "equal">,
  state: State,
): Known<State> {
  const key = hash(state);
  let known = table.known.get(key);
  if (known === undefined) {
    known = [];
    table.known.set(key, known);
  }
  // Not by `find`: a closure for every step of a search.
  for (const candidate of known) if (equal(candidate.state, state)) return candidate;
  const made = { id: table.made++, state };
  table.count++;
  known.push(made);
  return made;
}

/**
 * Configurations of which none is worth less than another: one that has used up fewer of the lost
 * calls, and is the same else, can do whatever the other can.
 */
export class ConfigurationSet<State> {
  readonly #byKey = new Map<string, Configuration<State>[]>();

  /** Adds one, unless it is worth no more than one that is there. */
  add(configuration: Configuration<State>): boolean {
    const { at, done, doneLost } = configuration;
    const key = `${at.id}/${done.join()}`;
    const known = this.#byKey.get(key);
    if (known === undefined) {
      this.#byKey.set(key, [configuration]);
      return true;
    }
    for (const other of known) if (isSubset(other.doneLost, doneLost)) return false;
    const kept = known.filter((other) => !isSubset(doneLost, other.doneLost));
    this.#byKey.set(key, [...kept, configuration]);
    return true;
  }

  /** In order of insertion of the first of each state. */
  list(): Configuration<State>[] {
    return [...this.#byKey.values()].flat();
  }
}

/** The same ids and one more. */
export function including(ids: readonly number[], id: number): readonly number[] {
  let at = ids.length;
  while (at > 0 && ids[at - 1]! > id) at--;
  return [...ids.slice(0, at), id, ...ids.slice(at)];
}

/** The same configuration with one more open call done. */
export function doneToo<State>(
  { at, done, doneLost }: Configuration<State>,
  id: number,
): Configuration<State> {
  return { at, done: including(done, id), doneLost };
}

/** The same ids without one. */
export function excluding(ids: readonly number[], id: number): readonly number[] {
  return ids.includes(id) ? ids.filter((other) => other !== id) : ids;
}

/** Both ascending. */
function isSubset(part: readonly number[], whole: readonly number[]): boolean {
  if (part.length > whole.length) return false;
  let at = 0;
  for (const id of part) {
    while (at < whole.length && whole[at]! < id) at++;
    if (whole[at] !== id) return false;
  }
  return true;
}

function hashContent(state: unknown): number | string {
  // A model's states are plain data, as its author says nothing else of them.
  return typeof state === "string" ? state : hashPlain(0, state as Parameters<typeof hashPlain>[1]);
}
