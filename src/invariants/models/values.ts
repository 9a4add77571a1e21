// What the models share: contents of values, and complaints about malformed calls.

import { UsageError } from "../../sim/assert.ts";
import type { Plain } from "../../sim/env.ts";

/**
 * The content of a value as text: two values have one text if and only if they are equal. null and
 * undefined are one value; the order of an object's fields, of a map's and a set's entries counts
 * for nothing; a field that is undefined is none.
 */
export function contentOf(value: Plain): string {
  if (value === undefined || value === null) return "null";
  if (typeof value !== "object") {
    return typeof value === "string" ? JSON.stringify(value) : String(value === 0 ? 0 : value);
  }
  if (value instanceof Uint8Array) return `bytes(${value.join()})`;
  if (value instanceof Map) {
    return `map(${[...value].map((pair) => pair.map(contentOf).join(":")).sort()})`;
  }
  if (value instanceof Set) return `set(${[...value].map(contentOf).sort()})`;
  if (isList(value)) return `[${value.map(contentOf)}]`;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${contentOf(field)}`).sort()}}`;
}

/** A number of 32 bits that equal texts share. FNV-1a over UTF-16 units. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** Whether two lists have the same contents in the same order. */
export function areSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((content, i) => content === b[i]);
}

/** What is thrown at a malformed call: `value: expected a whole number, got "x"`. */
export function malformed(path: string, expectation: string, value: Plain): UsageError {
  const text = value === undefined ? "nothing" : contentOf(value);
  const shown = text.length <= 60 ? text : `${text.slice(0, 57)}...`;
  return new UsageError(`${path}: expected ${expectation}, got ${shown}`);
}

/** Which of a model's operations a call names. Throws a UsageError that lists them. */
export function operationOf<Name extends string>(f: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === f);
  if (found !== undefined) return found;
  const list = `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  throw malformed("f", list, f);
}

/** Whether it says nothing. Files have null where programs have undefined. */
export function isNothing(value: Plain): value is undefined | null {
  return value === undefined || value === null;
}

/** Whether it is an array. */
export function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

/** A whole number that is exact, or a UsageError. */
export function wholeNumber(path: string, value: Plain): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw malformed(path, "a whole number", value);
}

/** Neither undefined nor null, or a UsageError. */
export function something(path: string, expectation: string, value: Plain): string {
  if (isNothing(value)) throw malformed(path, expectation, value);
  return contentOf(value);
}
