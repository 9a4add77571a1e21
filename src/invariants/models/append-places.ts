import type { KeyValueOperation } from "./key-value-operation.ts";

/**
 * By the text of an append, the values on which such appends must have happened, where that is
 * certain. If no written text begins with another, an answer tells of what it was put together: for
 * each of its texts but a first one that may have been put, an append of that text happened on what
 * stands before it. When as many such values were seen as there are appends of the text, each of
 * the appends belongs to one of them.
 */
export function appendPlaces(
  operations: readonly KeyValueOperation[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const { appends, put } = textsOf(operations);
  const lengths = prefixFreeLengths([...appends.keys(), ...put]);
  const places = new Map<string, Set<string>>();
  if (lengths === undefined) return places;
  const isText = (text: string): boolean => appends.has(text) || put.has(text);
  for (const answer of maximalAnswers(operations)) {
    for (let at = 0; at < answer.length; ) {
      const length = lengths.find((some) => isText(answer.substring(at, at + some)));
      if (length === undefined) break;
      const text = answer.substring(at, at + length);
      if (at > 0 || !put.has(text)) placed(places, text).add(answer.substring(0, at));
      at += length;
    }
  }
  for (const [text, seen] of places) {
    if (seen.size < (appends.get(text) ?? 0)) places.delete(text);
  }
  return places;
}

/** How often each text is appended, and which are put or swapped in. Empty ones tell nothing. */
function textsOf(operations: readonly KeyValueOperation[]): {
  appends: ReadonlyMap<string, number>;
  put: ReadonlySet<string>;
} {
  const appends = new Map<string, number>();
  const put = new Set<string>();
  for (const operation of operations) {
    if (!("value" in operation) || operation.kind === "read") continue;
    const { kind, value } = operation;
    if (typeof value !== "string" || value === "") continue;
    if (kind === "append") appends.set(value, (appends.get(value) ?? 0) + 1);
    else put.add(value);
  }
  return { appends, put };
}

/** The lengths of the texts; undefined if one begins with another. */
function prefixFreeLengths(texts: readonly string[]): number[] | undefined {
  const sorted = [...new Set(texts)].sort();
  const isFree = sorted.every((text, i) => i === 0 || !text.startsWith(sorted[i - 1]!));
  return isFree ? [...new Set(sorted.map(({ length }) => length))] : undefined;
}

/** The texts that were read, without those with which another one of them begins. */
function maximalAnswers(operations: readonly KeyValueOperation[]): string[] {
  const texts = new Set<string>();
  for (const operation of operations) {
    if (operation.kind === "read" && typeof operation.value === "string")
      texts.add(operation.value);
  }
  const sorted = [...texts].sort();
  return sorted.filter((text, i) => sorted[i + 1]?.startsWith(text) !== true);
}

function placed(places: Map<string, Set<string>>, text: string): Set<string> {
  const known = places.get(text);
  if (known !== undefined) return known;
  const made = new Set<string>();
  places.set(text, made);
  return made;
}
