// The words of EDN that stand for themselves: numbers, keywords, symbols, characters.

import { isDigit } from "./edn-characters.ts";

/** What an atom means, or what would have been expected in its place. */
export type Atom =
  | { readonly value: unknown; readonly expected?: undefined }
  | { readonly expected: string };

/**
 * What a token means: nil is null; a keyword is its name without the colon, and a symbol its name;
 * whole numbers that a double cannot hold, decimals with M of more than 15 digits, and ratios are
 * texts, so that no two become one.
 * Source: https://github.com/edn-format/edn
 */
export function readAtom(token: string): Atom {
  const code = token.charCodeAt(0);
  if (code === COLON) return KEYWORD.test(token) ? { value: own(token.slice(1)) } : NO_KEYWORD;
  if (isDigit(code) || ((code === PLUS || code === MINUS) && isDigit(token.charCodeAt(1)))) {
    return readNumber(token);
  }
  if (token === "nil") return { value: null };
  if (token === "true" || token === "false") return { value: token === "true" };
  return SYMBOL.test(token) ? { value: own(token) } : NO_VALUE;
}

/** What follows a backslash: one character, or the name of one. */
export function readCharacter(name: string): Atom {
  const named = CHARACTERS[name];
  if (named !== undefined) return { value: named };
  if (/^u[\da-fA-F]{4}$/.test(name)) {
    return { value: String.fromCharCode(Number.parseInt(name.slice(1), 16)) };
  }
  if (/^o[0-3]?[0-7]{1,2}$/.test(name)) {
    return { value: String.fromCharCode(Number.parseInt(name.slice(1), 8)) };
  }
  return [...name].length === 1 ? { value: name } : { expected: "a character after \\" };
}

/** What `##` stands before, as Clojure prints what is no number: `Inf`, `-Inf`, `NaN`. */
export function readSymbolic(name: string): Atom {
  return /^(-?Inf|NaN)$/.test(name)
    ? { value: own(name) }
    : { expected: "Inf, -Inf or NaN after ##" };
}

/** What a string says whose escapes, if any, are still there. */
export function readString(raw: string): Atom {
  if (!raw.includes("\\")) return { value: own(raw) };
  const bad = /\\(?!["\\tnrbf/]|u[\da-fA-F]{4})/.exec(raw.replaceAll("\\\\", "__"));
  if (bad !== null) return { expected: 'an escape of \\" \\\\ \\t \\n \\r \\b \\f or \\uXXXX' };
  // JSON has the same escapes; a line break stands for itself in EDN only.
  const text = raw.replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t");
  return { value: JSON.parse(`"${text}"`) };
}

function readNumber(token: string): Atom {
  const isShort = token.length <= DOUBLE_DIGITS && (token === "0" || !token.startsWith("0"));
  if (isShort && /^\d+$/.test(token)) return { value: Number(token) };
  if (/^[+-]?(0|[1-9]\d*)N?$/.test(token)) {
    const digits = token.replace(/^\+/, "").replace(/N$/, "");
    const number = Number(digits);
    return { value: Number.isSafeInteger(number) ? number : own(digits) };
  }
  if (/^[+-]?(0|[1-9]\d*)(\.\d*)?([eE][+-]?\d+)?M?$/.test(token)) {
    const isExact = !token.endsWith("M") || token.replaceAll(/\D/g, "").length <= DOUBLE_DIGITS;
    return { value: isExact ? Number(token.replace(/M$/, "")) : own(token) };
  }
  return /^[+-]?\d+\/\d+$/.test(token) ? { value: own(token) } : { expected: "a number" };
}

/** A text of its own: a part of a large one would keep all of that in memory. */
function own(text: string): string {
  return text.length < SLICE_MIN ? text : JSON.parse(JSON.stringify(text));
}

/** V8 copies shorter parts. */
const SLICE_MIN = 13;
/** So many decimal digits survive the way into a double and back. */
const DOUBLE_DIGITS = 15;
const [COLON, PLUS, MINUS] = [58, 43, 45];
const KEYWORD = /^:[\p{L}\p{N}*+!_?$%&=<>|.#'-]+(\/?[\p{L}\p{N}*+!_?$%&=<>|.#':-]+)*$/u;
const SYMBOL = /^(\/|[\p{L}*+!_?$%&=<>|.-][\p{L}\p{N}*+!_?$%&=<>|.#'/:-]*)$/u;
const NO_KEYWORD: Atom = { expected: "a keyword such as :read" };
const NO_VALUE: Atom = { expected: "a value" };

const CHARACTERS: Readonly<Record<string, string>> = {
  newline: "\n",
  return: "\r",
  space: " ",
  tab: "\t",
  formfeed: "\f",
  backspace: "\b",
};
