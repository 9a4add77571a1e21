import type { Call } from "../call.ts";
import type { Model } from "../model.ts";
import { Needs } from "./needs.ts";
import { deedText } from "./patterns/words.ts";
import { knownPattern } from "./patterns.ts";
import type { IllegalPart } from "./report.ts";
import { type IsIllegal, type SmallestOptions, smallestIllegal } from "./smallest.ts";

/** The most calls that a sentence names. */
const READERS_MAX = 3;

/** The reason why a part is illegal. */
export type Why = Pick<IllegalPart, "smallest" | "isMinimal" | "sentence">;

/** What is known of an illegal part. */
export type WhyOptions<State, Operation> = Omit<
  SmallestOptions<State, Operation>,
  "pattern" | "model"
> & {
  /** The part's calls that are not judged, as they failed: a value read may be one of theirs. */
  readonly leftOut?: readonly Call[];
};

/**
 * Why the calls of a part, which are in order of invocation and known to be illegal, are so: the
 * known anomaly, if one fits, and the smallest illegal part of them found; see `smallestIllegal`.
 */
export function whyIllegal<State, Operation>(
  calls: readonly Call[],
  model: Model<State, Operation>,
  isIllegal: IsIllegal,
  { leftOut, ...options }: WhyOptions<State, Operation>,
): Why {
  const pattern = knownPattern(calls, model, leftOut);
  if (pattern !== undefined) {
    const found = smallestIllegal(calls, isIllegal, { ...options, model, pattern });
    const part = found.smallest.map((call) => calls[call]!);
    // A model that has but the name of one of ours means something else.
    if (isIllegal(part) !== false) return { ...found, sentence: pattern.sentence };
  }
  const found = smallestIllegal(calls, isIllegal, { ...options, model, pattern: undefined });
  const part = found.smallest.map((call) => calls[call]!);
  return { ...found, sentence: isShrunkByWrites(part, model) ? exclusion(part) : undefined };
}

/** Whether the part was made smaller by leaving out writes that nothing in it can have seen. */
function isShrunkByWrites(calls: readonly Call[], { name }: Pick<Model, "name">): boolean {
  return Needs.of(calls, name) !== undefined;
}

/** That answers cannot be explained together, of which each or most alone could. */
function exclusion(calls: readonly Call[]): string | undefined {
  const readers = calls.filter(
    ({ f, outcome }) => outcome !== "info" && (f === "read" || f === "get" || f === "cas"),
  );
  const [first, ...rest] = readers.slice(0, READERS_MAX).map(deedText);
  if (first === undefined) return undefined;
  const why = "no order of the writes that can have been seen";
  if (rest.length === 0) return `value that never was: ${first}, and ${why} makes that`;
  const more = readers.length > READERS_MAX ? `, and ${readers.length - READERS_MAX} more` : "";
  return `answers that exclude each other: ${[first, ...rest].join(", ")}${more}: ${why} gives all`;
}
