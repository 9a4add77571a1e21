// Texts of requests that go into a log: none that UTF-8 cannot hold, and none that is too long.

import { UsageError } from "../../sim/assert.ts";
import { checkText } from "../../sim/check.ts";
import { isUnicode } from "../codec.ts";

/** Of names, in UTF-16 units. */
const NAME_MAX = 255;

/** Checks a name: 1 to 255 characters of Unicode. Throws a UsageError that names the path. */
export function checkName(value: unknown, path: string): string {
  return checkUnicode(checkText(value, path), path, NAME_MAX);
}

/** Checks that a text is Unicode, and at most so long. Throws a UsageError that names the path. */
export function checkUnicode(text: string, path: string, lengthMax: number): string {
  if (text.length > lengthMax) {
    throw new UsageError(`${path}: expected at most ${lengthMax} characters, got ${text.length}`);
  }
  if (isUnicode(text)) return text;
  throw new UsageError(`${path}: expected Unicode, got ${JSON.stringify(text)}`);
}
