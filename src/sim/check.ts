// Checks at the edge: each takes a value from outside and the path by which a person knows it,
// and returns it typed or throws a UsageError `path: expected …, got …`.

import { UsageError } from "./assert.ts";

/** What a text in JSON says. */
export function checkJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The reason quotes the text, line breaks and all; the message is to be one line.
    const reason = error instanceof Error ? error.message.replaceAll(/\s+/g, " ") : error;
    throw new UsageError(`${path}: expected JSON: ${reason}`);
  }
}

/** A record; with `known`, one that has no other fields. */
export function checkRecord(
  value: unknown,
  path: string,
  known?: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw expected(path, "an object", value);
  }
  const stranger = known && Object.keys(value).find((field) => !known.includes(field));
  if (stranger !== undefined) {
    const names = known?.join(", ");
    throw new UsageError(`${path}.${stranger}: unknown field, expected only ${names}`);
  }
  // The parse boundary: an object that is no array has string keys.
  return value as Readonly<Record<string, unknown>>;
}

/** A list of anything. */
export function checkList(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw expected(path, "a list", value);
  return value;
}

/** A string that is not empty. */
export function checkText(value: unknown, path: string): string {
  if (typeof value !== "string" || value === "") throw expected(path, "a text", value);
  return value;
}

/** Texts that all differ. */
export function checkDistinct(texts: readonly string[], path: string): void {
  const seen = new Set<string>();
  for (const text of texts) {
    if (seen.has(text)) {
      throw new UsageError(`${path}: expected distinct ids, got "${text}" twice`);
    }
    seen.add(text);
  }
}

/** True or false. */
export function checkFlag(value: unknown, path: string): boolean {
  if (typeof value !== "boolean") throw expected(path, "true or false", value);
  return value;
}

/** A whole number in [low, high]. */
export function checkCount(
  value: unknown,
  path: string,
  low: number,
  high = Number.MAX_SAFE_INTEGER,
): number {
  if (Number.isSafeInteger(value) && Number(value) >= low && Number(value) <= high) {
    return Number(value);
  }
  const range = high === Number.MAX_SAFE_INTEGER ? `of at least ${low}` : `in [${low}, ${high}]`;
  throw expected(path, `a whole number ${range}`, value);
}

/** A span of times `{ min, max }` in microseconds. */
export function checkSpan(value: unknown, path: string): { min: number; max: number } {
  const fields = checkRecord(value, path, ["min", "max"]);
  const min = checkCount(fields.min, `${path}.min`, 0);
  return { min, max: checkCount(fields.max, `${path}.max`, min) };
}

/** A number in [0, 1]. */
export function checkProbability(value: unknown, path: string): number {
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  throw expected(path, "a probability in [0, 1]", value);
}

/** A finite number above 0. */
export function checkPositive(value: unknown, path: string): number {
  if (typeof value === "number" && value > 0 && value < Infinity) return value;
  throw expected(path, "a number above 0", value);
}

/** One of a few texts. */
export function checkOneOf<Choice extends string>(
  value: unknown,
  path: string,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) {
    const known = choices.length === 1 ? `"${choices[0]}"` : `one of ${choices.join(", ")}`;
    throw expected(path, known, value);
  }
  return found;
}

function expected(path: string, expectation: string, value: unknown): UsageError {
  return new UsageError(`${path}: expected ${expectation}, got ${show(value)}`);
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number") return String(value);
  const text = JSON.stringify(value) ?? typeof value;
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
