// The files of test/protocols/block-sync/vectors. A text in them stands for its UTF-8 bytes, or for
// the bytes of its hexadecimal digits when it begins with 0x.

import { readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join("test", "protocols", "block-sync", "vectors");

/** The cases of a file, by their names. */
export function vectorsOf<Case>(file: string): [name: string, vector: Case][] {
  // The caller names what is in the file, which is not ours.
  const vectors = JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as Record<string, Case>;
  return Object.entries(vectors);
}

export function vectorBytes(text: string): Uint8Array {
  return text.startsWith("0x") ? fromDigits(text.slice(2)) : new TextEncoder().encode(text);
}

/** Some of the digits are in upper case. */
export function fromDigits(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.replace(/^0x/, ""), "hex"));
}
