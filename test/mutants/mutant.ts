/** One place of the code, replaced before it is compiled. */
export interface Edit {
  /** The file that it changes, from the root of the repository. */
  readonly file: string;
  /** The text that it replaces: found exactly once, or the harness fails. */
  readonly find: string;
  readonly replace: string;
}

/** One place of the code or several, replaced together. */
export interface Change extends Edit {
  readonly id: string;
  /** Further places, where the code guards in more than one against what is to be planted. */
  readonly also?: readonly Edit[];
}

/** A planted bug. */
export interface Mutant extends Change {
  /** What is wrong with it, in a sentence. */
  readonly wrong: string;
  /** Where such a bug was seen, or which rule it breaks. */
  readonly source: string;
  /** The scenario that must catch it within SEEDS_MAX seeds. */
  readonly scenario: string;
  /** The invariant that it must break. */
  readonly invariant: string;
  /**
   * Another invariant that must catch it, too, in some scenario and within as many seeds, when it
   * judges alone: with all of them the first comes before it.
   */
  readonly alone?: Pick<Mutant, "scenario" | "invariant">;
}

/** By then a mutant must be caught. */
export const SEEDS_MAX = 200;
