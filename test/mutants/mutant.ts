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

/** What must catch a planted bug. */
export interface Catcher {
  /** The scenario that must catch it within SEEDS_MAX seeds. */
  readonly scenario: string;
  /** The invariant that it must break. */
  readonly invariant: string;
}

/** A planted bug, and what must catch it. */
export interface Mutant extends Change, Catcher {
  /** What is wrong with it, in a sentence. */
  readonly wrong: string;
  /** Where such a bug was seen, or which rule it breaks. */
  readonly source: string;
  /**
   * Other invariants that must catch it, too, each in some scenario and within as many seeds, when
   * it judges alone: with all of them another comes before it.
   */
  readonly alone?: readonly Catcher[];
}

/** By then a mutant must be caught. */
export const SEEDS_MAX = 200;
