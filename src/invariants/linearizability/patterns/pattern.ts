/** A known anomaly, found. That it is there proves that no order explains all answers. */
export interface Pattern {
  /** What it is called: `stale read`. */
  readonly name: string;
  /** What happened, its name first, in a sentence that names the calls; no full stop. */
  readonly sentence: string;
  /** The calls it names, by their places among the calls of the part, ascending. */
  readonly calls: readonly number[];
}

/** A pattern of these calls; undefined ones and -1, such as the initial value's, are left out. */
export function pattern(
  name: string,
  sentence: string,
  calls: readonly (number | undefined)[],
): Pattern {
  const named = calls.flatMap((call) => (call === undefined || call < 0 ? [] : [call]));
  const places = [...new Set(named)].sort((a, b) => a - b);
  return { name, sentence: `${name}: ${sentence}`, calls: places };
}
